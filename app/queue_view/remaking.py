"""A new job of some samples of an old one: the same snapshot, fewer samples, another folder. It writes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from myriorama.app.dataset.layout import partial_of, quarantine_of
from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.production.snapshot import versions
from myriorama.app.render_queue.snapshot import JobSnapshot


def remade(old: JobSnapshot, samples: SampleSet, taken: Collection[str] = ()) -> JobSnapshot:
    """Return the job that makes some samples of a job again, by the program as it is now.

    Parameters
    ----------
    taken : collection of str
        Folders that other jobs will write.
    """
    out = _free(Path(old.out), taken)
    return replace(old, samples=samples, out=str(out), shard=None, versions=versions(old.engine), id="").named()


def _free(out: Path, taken: Collection[str]) -> Path:
    """Return ``NAME-again-2``, the first that is free."""
    stem = re.sub(r"-again-\d+$", "", out.name)
    number = 1
    while True:
        found = out.with_name(f"{stem}-again-{number}")
        if str(found) not in taken and not any(map(os.path.lexists, (found, partial_of(found), quarantine_of(found)))):
            return found
        number += 1
