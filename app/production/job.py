"""A job: so many samples of a project, in a dataset folder, made by workers.

Everything that can be refused is refused before the first sample is written.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from myriorama.app.dataset.layout import partial_of, quarantine_of, receipts_aside
from myriorama.app.dataset.quarantine import Quarantined
from myriorama.app.render_queue.driver import Driver
from myriorama.app.render_queue.jobs import JobEntry, Jobs
from myriorama.app.render_queue.making import Wanted, make_snapshot
from myriorama.app.render_queue.reconcile import refuse_versions, snapshot_of_partial
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import JobStore
from myriorama.app.render_queue.tally import Tally
from myriorama.app.settings.folders import queue_folder
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import InputError, MyrioramaError, Problem
from myriorama.scenes.project.load import load_project, parse_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Quality
from myriorama.scenes.rendering.tracing import Engine


@dataclass(frozen=True)
class JobSettings:
    """What to make. None takes the project's own setting.

    Attributes
    ----------
    out : Path
        Must not exist.
    workers : int
        Processes; together they use all cores and no more.
    asset_roots : tuple of Path
        Folders outside the project's that its references may be found in.
    indices : tuple of int or None
        These samples, each once, instead of the `count` from `start` on.
    writer_options : mapping
        Writer -> options that take the place of the project's own.
    project_text : str or None
        The project as it is to be made, instead of what `project_path` holds by then.
    project_folder : Path or None
        Where relative references of `project_text` start; None is the folder of `project_path`.
    resume : bool
        Go on with what an earlier run of the same settings began.
    shard : (int, int) or None
        Make the i-th of n parts, i from 1; `render_queue.merging.merge` makes them one dataset.
    fail_fast : bool
        Stop at the first sample that cannot be made.
    plugins : tuple of Grant or None
        What third-party plugins may be used; None is what the user has enabled.
    engine : str or None
        What makes the picture; labels are the same for both.
    tracing : mapping
        Options of the path tracer that take the place of the project's own, by name.
    clean : bool or None
        Whether pictures are also kept as they were before their last effects; None is what the project says.
    queue_folder : Path or None
        Where the job's database lies; None is the user's state folder.
    """

    project_path: Path
    count: int
    out: Path
    start: int = 0
    width: int | None = None
    height: int | None = None
    formats: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    workers: int = 1
    asset_roots: tuple[Path, ...] = ()
    seed: int | None = None
    quality: Quality | None = None
    cache_folder: Path | None = None
    indices: tuple[int, ...] | None = None
    writer_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    project_text: str | None = None
    project_folder: Path | None = None
    resume: bool = False
    plugins: tuple[Grant, ...] | None = None
    shard: tuple[int, int] | None = None
    fail_fast: bool = False
    engine: Engine | None = None
    tracing: Mapping[str, Any] = field(default_factory=dict)
    clean: bool | None = None
    queue_folder: Path | None = None

    def numbers(self) -> range | tuple[int, ...]:
        """Return the sample numbers in rising order; a range where they have no gap.

        Raises
        ------
        InputError
            A number is named twice.
        """
        if self.indices is None:
            return range(self.start, self.start + self.count)
        chosen = tuple(sorted(self.indices))
        if len(set(chosen)) != len(chosen):
            raise InputError(Problem("indices", "a sample is named twice"))
        whole = range(chosen[0], chosen[-1] + 1) if chosen else range(0)
        return whole if len(whole) == len(chosen) else chosen


@dataclass(frozen=True)
class Progress:
    """Where a job stands. `seconds_left` is None until there is something to judge by.

    Attributes
    ----------
    bytes : int
        Of the samples' own files so far.
    """

    done: int
    total: int
    failed: int
    images_per_s: float
    seconds_left: float | None
    bytes: int = 0


@dataclass(frozen=True)
class JobResult:
    """What a job did.

    Attributes
    ----------
    quarantined : tuple of Quarantined
    refused : mapping
        Acceptance rule -> draws that it refused.
    placed_short : mapping
        Group uid -> objects that found no place, over all samples.
    timings_ms : mapping
        Stage -> wall milliseconds, all samples added.
    """

    folder: Path
    written: int
    quarantined: tuple[Quarantined, ...]
    refused: Mapping[str, int]
    seconds: float
    placed_short: Mapping[str, int] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


class JobCancelledError(MyrioramaError):
    """The job was stopped before it was done; what it had written lies in the partial folder."""

    def __init__(self, out: Path, done: int) -> None:
        self.partial = partial_of(out)
        self.done = done
        super().__init__(f"the job was stopped after {done} samples; what it wrote is {self.partial}")


class JobHeldError(MyrioramaError):
    """So many samples failed that going on would be a waste; what was written lies in the partial folder."""

    def __init__(self, out: Path, told: str) -> None:
        self.partial = partial_of(out)
        super().__init__(f"{told}; what was written is {self.partial}")


def discard_unfinished(out: Path) -> None:
    """Delete what an unfinished job left beside `out`: its partial folder and its quarantine."""
    for left in (partial_of(out), quarantine_of(out), receipts_aside(out)):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)


def run_job(
    settings: JobSettings,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> JobResult:
    """Make the dataset in this process and its workers, and return what became of it.

    Parameters
    ----------
    progress : callable or None
        Told after every sample.
    stop : callable or None
        Asked often; True ends the job after the samples under way.

    Raises
    ------
    InputError
        The project, an asset, or a setting is not acceptable; nothing was written.
    DeviceError
        There is no OpenGL device; nothing was written.
    JobCancelledError
        `stop` asked for it.
    JobHeldError
        Too many samples failed.
    """
    started = time.perf_counter()
    jobs = Jobs(settings.queue_folder or queue_folder())
    entry = _entry(jobs, settings)
    driver = Driver(jobs, entry, stop=stop, on_progress=_teller(progress))
    try:
        ending = driver.run()
    except BaseException:
        if driver.tally.done + driver.tally.failed == 0 and not settings.resume:
            _leave_nothing(jobs, entry, shared=settings.shard is not None)
        raise
    with JobStore.open_for_reading(jobs.folder_of(entry.id)) as store:
        counts = store.counts()
        rows = [*store.rows(SampleState.QUARANTINED)]
        told = str(store.fact("told", ""))
    if ending == "finished":
        jobs.remove(entry.id)
    elif ending in ("paused", "cancelled"):
        if sum(counts[s] for s in (SampleState.DONE, SampleState.QUARANTINED, SampleState.FAILED)) == 0:
            _leave_nothing(jobs, entry, shared=settings.shard is not None)
        raise JobCancelledError(settings.out, counts[SampleState.DONE])
    else:
        raise JobHeldError(settings.out, told)
    tally = driver.tally
    return JobResult(
        folder=settings.out.absolute(),
        written=counts[SampleState.DONE],
        quarantined=tuple(Quarantined(row.index, row.key, (row.reason,)) for row in rows),
        refused=dict(tally.refused),
        seconds=time.perf_counter() - started,
        placed_short=dict(tally.placed_short),
        timings_ms=dict(tally.timings_ms),
    )


def snapshot_of(settings: JobSettings) -> JobSnapshot:
    """Fix what is to be made, and check it; nothing is written.

    Raises
    ------
    InputError
        The project, an asset, or a setting is not acceptable.
    """
    project, home = _project(settings)
    if settings.writer_options:
        options = dict(project.output.writer_options)
        for name, given in settings.writer_options.items():
            options[name] = {**options.get(name, {}), **given}
        output = project.output.model_copy(update={"writer_options": {k: v for k, v in options.items() if v}})
        project = project.model_copy(update={"output": output})
    if settings.clean is not None:
        output = project.output.model_copy(update={"clean": settings.clean})
        project = project.model_copy(update={"output": output})
    wanted = Wanted(
        out=settings.out,
        indices=settings.numbers(),
        width=settings.width,
        height=settings.height,
        formats=settings.formats,
        labels=settings.labels,
        quality=settings.quality,
        seed=settings.seed,
        asset_roots=settings.asset_roots,
        cache_folder=settings.cache_folder,
        shard=settings.shard,
        fail_fast=settings.fail_fast,
        plugins=settings.plugins,
        engine=settings.engine,
        tracing=settings.tracing,
    )
    return make_snapshot(project, home, wanted, file=str(settings.project_path))


def refuse_taken_place(settings: JobSettings, snapshot: JobSnapshot) -> None:
    """Refuse a place where another dataset lies, finished or not, and a resume of what is not there.

    Raises
    ------
    InputError
        With what can be done about it.
    """
    out = settings.out.absolute()
    if os.path.lexists(out):
        told = "this folder exists already; a dataset is never written over: choose another name"
        raise InputError(Problem(str(settings.out), told))
    begun = partial_of(out).is_dir()
    if settings.resume and not begun:
        raise InputError(
            Problem("--resume", "there is no unfinished dataset to go on with", str(settings.out), "leave --resume out")
        )
    if not begun or settings.shard is not None:
        return
    if not settings.resume:
        told = "an earlier run left this behind; go on with it (resume), discard it (replace), or move it away"
        raise InputError(Problem(str(partial_of(settings.out)), told))
    there = snapshot_of_partial(out)
    refuse_versions(there.versions, snapshot.versions)
    if there.family != snapshot.family:
        told = "the unfinished dataset was begun with another project state or other settings"
        raise InputError(Problem("--resume", told, str(settings.out), "the same project and settings, or a new folder"))


def _entry(jobs: Jobs, settings: JobSettings) -> JobEntry:
    """Return the job to drive: a new one, or for a resume the one that was begun.

    Raises
    ------
    InputError
        There is nothing to go on with, or it is another job.
    """
    snapshot = snapshot_of(settings)
    refuse_taken_place(settings, snapshot)
    begun = partial_of(settings.out.absolute()).is_dir()
    for entry in jobs.entries():
        if entry.out != snapshot.out or (entry.id != snapshot.id and settings.shard is not None):
            continue
        if settings.resume and entry.id == snapshot.id:
            jobs.ask(entry.id, "run")
            return replace(entry, workers=settings.workers, desired="run")
        if settings.resume or begun:
            break  # another job of this name: adding this one says so
        jobs.remove(entry.id)  # its dataset was moved or deleted by hand
    return jobs.add(snapshot, workers=settings.workers)


def _leave_nothing(jobs: Jobs, entry: JobEntry, *, shared: bool) -> None:
    """Take a job back of which nothing was made."""
    jobs.remove(entry.id)
    if not shared:
        discard_unfinished(Path(entry.out))


def _teller(progress: Callable[[Progress], None] | None) -> Callable[[Tally], None] | None:
    if progress is None:
        return None

    def tell(tally: Tally) -> None:
        left = tally.seconds_left
        progress(
            Progress(
                tally.done + tally.failed,
                tally.total,
                tally.failed,
                tally.images_per_s,
                None if left is None else left[0],
                tally.bytes,
            )
        )

    return tell


def _project(settings: JobSettings) -> tuple[Project, Path]:
    """Return the project that a job makes, and the folder where its relative references start."""
    if settings.project_text is None:
        loaded = load_project(settings.project_path)
        return loaded.project, loaded.folder
    project = parse_project(settings.project_text, str(settings.project_path))
    return project, (settings.project_folder or settings.project_path.parent).resolve()
