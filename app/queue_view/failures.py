"""What went wrong in a job: its failed and quarantined samples by cause, and what was kept of each.

It reads the job's database and the quarantine beside the dataset; it changes neither.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from myriorama.app.dataset.encoders import decode_png
from myriorama.app.dataset.layout import quarantine_of
from myriorama.app.render_queue.states import CAUSES, Cause, SampleState
from myriorama.app.render_queue.store import SampleRow
from myriorama.scenes.conventions import U8

MOST_LISTED: Final = 500
"""So many failed samples are listed; a job with more has causes, not samples, to look at."""
_WAYS_OUT: Final[dict[Cause, str]] = {
    "": "",
    "signal": "Something ended the worker: look for what was out of memory, then make it again.",
    "device": "The graphics device was lost: make it again, with fewer workers if it comes back.",
    "memory": "Use fewer workers, smaller pictures or simpler meshes, then make it again.",
    "plugin": "The plugin has to be mended; its error is told with each sample.",
    "stuck": "A plugin may never end for these values: look at the recipe.",
    "contract": "A label would not be true; open the sample to see what is in its way.",
    "refused": "No draw was accepted: loosen the acceptance rules, or the ranges that they refuse.",
    "unwritable": "The format cannot hold it: change the format's options.",
    "asset": "Mend or replace the file.",
    "io": "Look at the disk, then make it again.",
}


@dataclass(frozen=True)
class FailureGroup:
    """Samples that failed for one cause, in their order.

    Attributes
    ----------
    way_out : str
        What can be done about it.
    """

    cause: Cause
    title: str
    way_out: str
    samples: tuple[SampleRow, ...]


@dataclass(frozen=True, eq=False)
class Kept:
    """What the quarantine holds of a sample.

    Attributes
    ----------
    folder : Path or None
        None where nothing was kept.
    picture : (H, W, 3) uint8 or None
        None where it never came to a picture.
    """

    index: int
    reasons: tuple[str, ...]
    folder: Path | None = None
    picture: U8 | None = None


def grouped(rows: Iterable[SampleRow]) -> tuple[FailureGroup, ...]:
    """Return failed samples by cause, the most frequent cause first."""
    held = [r for r in rows if r.state in (SampleState.FAILED, SampleState.QUARANTINED)]
    counts = Counter(r.cause for r in held)
    return tuple(
        FailureGroup(cause, _title(cause), _WAYS_OUT.get(cause, ""), tuple(r for r in held if r.cause == cause))
        for cause, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    )


def kept_of(out: Path, row: SampleRow) -> Kept:
    """Return what was kept of a failed sample of the dataset that lies, or will lie, at `out`.

    A file that is missing or broken is left out; the reason in the database stands in its place.
    """
    told: tuple[str, ...] = (row.reason,) if row.reason else ()
    root = quarantine_of(out)
    folder = next((root / name for name in (row.key, f"{row.index:08d}") if name and (root / name).is_dir()), None)
    if folder is None or folder.is_symlink():
        return Kept(row.index, told)
    try:
        found = json.loads((folder / "reason.json").read_bytes())
        told = tuple(str(r) for r in found["reasons"]) or told
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the reason in the database is told instead
    return Kept(row.index, told, folder, _picture(folder / "picture.png"))


def _picture(path: Path) -> U8 | None:
    try:
        pixels = decode_png(path.read_bytes())
    except (OSError, ValueError):
        return None
    return pixels.astype(np.uint8, copy=False) if pixels.dtype == np.uint8 and pixels.ndim == 3 else None


def _title(cause: Cause) -> str:
    text = CAUSES.get(cause) or "unknown cause"
    return text[:1].upper() + text[1:]
