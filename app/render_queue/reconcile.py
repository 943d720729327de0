"""Before a job goes on: the database, the receipts and the files are held against each other.

The disk is believed, the database is not: whatever the two disagree about is made again. A damaged database is set
aside and made anew from the receipts.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import JOB, partial_of, receipts_aside
from myriorama.app.dataset.manifest import ManifestError, read_manifest
from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.extensions.registries import job_registry
from myriorama.app.production.plugins_used import PLUGIN
from myriorama.app.production.snapshot import dataset_info, shown_as, versions
from myriorama.app.render_queue.snapshot import JobSnapshot, snapshot_from_text
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import DATABASE, DamagedError, JobStore, SampleRow, read_snapshot
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.load import parse_project

_ASIDE: Final = ".damaged"


def job_of(snapshot: JobSnapshot) -> Job:
    """Return what the dataset of a job is to hold."""
    project = parse_project(snapshot.project_text)
    return Job(
        info=dataset_info(project, (snapshot.width, snapshot.height)),
        indices=snapshot.own,
        formats=snapshot.formats,
        labels=snapshot.labels,
        project_text=snapshot.project_text,
        versions=snapshot.versions,
        selection=shown_as(project),
        quality=snapshot.quality,
        engine=snapshot.engine,
        tracing=project.output.tracing.model_dump() if snapshot.engine == "pathtraced" else {},
    )


def open_job(folder: Path, *, durable: bool = True) -> tuple[JobStore, DatasetFolder | None]:
    """Open a job to drive it: its database, sound, and its dataset, or None where that is finished already.

    Raises
    ------
    InputError
        The program is another one than began the job, or the dataset's place is taken.
    """
    snapshot = read_snapshot(folder)
    try:
        store = JobStore.open_for_driving(folder)
    except DamagedError as error:
        store = rebuilt(folder, snapshot, str(error))
    if _finished(snapshot):
        shutil.rmtree(receipts_aside(Path(snapshot.out)), ignore_errors=True)
        return store, None
    dataset = _open_dataset(store, snapshot, durable=durable)
    reconcile(store, dataset)
    return store, dataset


def begin_dataset(snapshot: JobSnapshot, *, durable: bool = True) -> DatasetFolder:
    """Make the dataset of a job, empty, with a copy of the whole job in it.

    Raises
    ------
    InputError
        Something lies there already.
    FileExistsError
        Another process was quicker.
    """
    text = replace(snapshot, shard=None).named().to_text()
    return DatasetFolder.create(
        Path(snapshot.out), job_of(snapshot), registry_of(snapshot), job_text=text, durable=durable
    )


def registry_of(snapshot: JobSnapshot) -> PluginRegistry | None:
    """Return the registry with the third-party plugins that a job may run, in hosts; None where it uses none."""
    return job_registry(snapshot.grants) if snapshot.plugins else None


def _open_dataset(store: JobStore, snapshot: JobSnapshot, *, durable: bool) -> DatasetFolder:
    out = Path(snapshot.out)
    _refuse_other_versions(snapshot)  # before the first sample too: a job may wait while the program changes
    if not partial_of(out).is_dir():
        try:
            return begin_dataset(snapshot, durable=durable)
        except (FileExistsError, InputError):
            if snapshot.shard is None or not partial_of(out).is_dir():
                raise  # else another shard was quicker
    _refuse_other_family(snapshot)
    known = set(store.numbers(SampleState.DONE))
    return DatasetFolder.resume(out, job_of(snapshot), registry_of(snapshot), known=known, durable=durable)


def snapshot_of_partial(out: Path) -> JobSnapshot:
    """Return the whole job of an unfinished dataset, from the copy that lies in it.

    Raises
    ------
    InputError
        There is none, or it was changed.
    """
    for path in (partial_of(out) / JOB, receipts_aside(out) / JOB.split("/")[1]):
        if path.is_file():
            return snapshot_from_text(path.read_text(encoding="utf-8"))
    raise InputError(Problem(str(partial_of(out)), "there is no unfinished dataset of the render queue here"))


def _refuse_other_family(snapshot: JobSnapshot) -> None:
    there = snapshot_of_partial(Path(snapshot.out))
    refuse_versions(there.versions, snapshot.versions)
    if there.family != snapshot.family:
        message = "the unfinished dataset that lies here is of another job: other samples, labels, formats or sizes"
        raise InputError(Problem(snapshot.out, message, allowed="the same settings, or another --out"))


def reconcile(store: JobStore, dataset: DatasetFolder) -> None:
    """Make the database say what the disk says."""
    store.release_leases()
    store.requeue([index for index in store.numbers(SampleState.DONE) if not dataset.is_done(index)])
    found = []
    for index in store.numbers(*(state for state in SampleState if state != SampleState.DONE)):
        if dataset.is_done(index):
            receipt = dataset.accept(index, hashed=False)  # its bytes were checked when the dataset was opened
            if receipt is None:
                dataset.forget(index)
            else:
                found.append((index, receipt.key, receipt.bytes))
    store.adopt(found)
    kept = {entry.index for entry in dataset.quarantined}
    store.requeue([index for index in store.numbers(SampleState.QUARANTINED) if index not in kept])
    for index in kept:
        if store.row(index).state != SampleState.QUARANTINED:
            dataset.forget(index)


def rebuilt(folder: Path, snapshot: JobSnapshot, why: str) -> JobStore:
    """Set a damaged database aside and make one from the receipts on the disk."""
    number = 1
    while (folder / f"{DATABASE}{_ASIDE}{number}").exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        old = folder / f"{DATABASE}{suffix}"
        if old.exists():
            old.rename(folder / f"{DATABASE}{_ASIDE}{number}{suffix}")
    settled: dict[int, SampleRow] = {}
    if _finished(snapshot):
        manifest = read_manifest(Path(snapshot.out))
        for told in manifest.samples:
            index, key = int(told["index"]), str(told["key"])
            settled[index] = SampleRow(index, SampleState.DONE, 1, 0, "", "", key, 0, 0, {})
        for told in manifest.quarantined:
            index, key, reason = int(told["index"]), str(told["key"]), "; ".join(told["reasons"])
            settled[index] = SampleRow(index, SampleState.QUARANTINED, 1, 0, "contract", reason, key, 0, 0, {})
    elif partial_of(Path(snapshot.out)).is_dir():
        dataset = DatasetFolder.resume(Path(snapshot.out), job_of(snapshot), registry_of(snapshot))
        for index in snapshot.own:
            receipt = dataset.accept(index) if dataset.is_done(index) else None
            if receipt is not None:
                state = SampleState.DONE
                settled[index] = SampleRow(index, state, 1, 0, "", "", receipt.key, receipt.bytes, 0, {})
        for entry in dataset.quarantined:
            reason = "; ".join(entry.reasons)
            state = SampleState.QUARANTINED
            settled[entry.index] = SampleRow(entry.index, state, 1, 0, "contract", reason, entry.key, 0, 0, {})
    store = JobStore.create(folder, snapshot, settled)
    store.set_fact("told", f"the database was damaged and was made anew from the files ({why})")
    return store


def _finished(snapshot: JobSnapshot) -> bool:
    """Return whether the dataset has its final name and is this job's.

    Raises
    ------
    InputError
        Something else lies there.
    """
    out = Path(snapshot.out)
    if not out.exists() or snapshot.shard is not None:
        return False
    try:
        manifest = read_manifest(out)
    except ManifestError as error:
        raise InputError(Problem(str(out), f"something else lies where the dataset is to be: {error}")) from error
    same = manifest.head["info"]["project_hash"] == snapshot.project_hash
    numbers = [row["index"] for row in (*manifest.samples, *manifest.quarantined)]
    if not same or SampleSet.of(numbers) != snapshot.own:
        raise InputError(Problem(str(out), "another dataset lies where this one is to be"))
    return True


def _refuse_other_versions(snapshot: JobSnapshot) -> None:
    # a plugin's files are held against its grant whenever they are loaded
    now = versions(snapshot.engine) | {
        name: told for name, told in snapshot.versions.items() if name.startswith(PLUGIN)
    }
    refuse_versions(snapshot.versions, now)


def refuse_versions(was: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Refuse to go on with a job that was set up with the versions `was`.

    Raises
    ------
    InputError
        With every version that is another one now.
    """
    other = [name for name in sorted({*now, *was}) if now.get(name) != was.get(name)]
    if other:
        told = ", ".join(f"{n} was {was.get(n, 'not there')}, is {now.get(n, 'not there')}" for n in other)
        message = "this job was set up by other versions, and its samples would not fit together"
        raise InputError(Problem("versions", message, told, "the versions it was set up with, or a new job"))
