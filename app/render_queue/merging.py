"""Shards of a dataset, made by separate jobs into one folder, become one dataset: the same last step as any job's.

It makes no sample; what is missing is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from myriorama.app.dataset.folder import DamagedSamplesError, DatasetFolder
from myriorama.app.dataset.layout import partial_of
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.quarantine import Quarantined
from myriorama.app.render_queue.claims import claimed
from myriorama.app.render_queue.reconcile import job_of, registry_of, snapshot_of_partial
from myriorama.scenes.errors import InputError, Problem

_SHOWN = 10


@dataclass(frozen=True)
class Merged:
    """A dataset that was finished: its manifest's digest, how many samples are in it, and those kept apart."""

    digest: str
    written: int
    quarantined: tuple[Quarantined, ...]


def merge(out: Path) -> str:
    """Finish a dataset whose shards are all made; return the manifest's digest. Raises as `merge_shards`."""
    return merge_shards(out).digest


def merge_shards(out: Path) -> Merged:
    """Finish a dataset whose shards are all made.

    Raises
    ------
    InputError
        Samples are missing or damaged (their numbers are told), a shard is being made, or there is nothing to merge.
    """
    out = out.absolute()
    if not partial_of(out).is_dir():
        return _merge(out)  # which says what lies there
    with claimed(partial_of(out), shared=False):
        return _merge(out)


def _merge(out: Path) -> Merged:
    snapshot = snapshot_of_partial(out)
    dataset = DatasetFolder.resume(out, job_of(snapshot), registry_of(snapshot))
    missing = dataset.missing
    if missing:
        raise InputError(Problem(str(out), f"{len(missing)} samples are not made yet", _some(missing), "all shards"))
    try:
        digest = read_manifest(dataset.finalize()).digest
    except DamagedSamplesError as error:
        told = "files of samples are not as they were written; render their shards again with --resume"
        raise InputError(Problem(str(out), told, _some(error.indices))) from error
    return Merged(digest, dataset.written, dataset.quarantined)


def _some(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(n) for n in numbers[:_SHOWN]) + (" ..." if len(numbers) > _SHOWN else "")
