"""Quarantine: samples that may not enter a dataset, kept beside it with picture, recipe and reason.

Nothing here decides; it only keeps what was refused, so that a person can look at it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myriorama.app.dataset.atomic import PART_SUFFIX, write_file
from myriorama.app.dataset.encoders import encode_png
from myriorama.app.dataset.layout import quarantine_of
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.stored import json_bytes
from myriorama.scenes.sample import SceneSample, sample_to_json


@dataclass(frozen=True)
class Quarantined:
    """A sample that was refused.

    Attributes
    ----------
    key : str
        Empty where not even the recipe could be drawn.
    reasons : tuple of str
    """

    index: int
    key: str
    reasons: tuple[str, ...]


def quarantine_record(dataset: Path, record: Record, reasons: Sequence[object]) -> Quarantined:
    """Keep a finished record that was refused: its picture, its surface ids, its recipe, and why.

    Parameters
    ----------
    dataset : Path
        Where the finished dataset will lie; the quarantine is beside it.
    reasons : sequence
        Violations, or sentences.
    """
    root, name = quarantine_of(dataset), record.sample.key
    if record.frame.rgb is not None:
        write_file(root, f"{name}/picture.png", (encode_png(record.frame.rgb),))
    ids = record.frame.surface_id
    if ids is not None and int(ids.max()) < 2**16:
        write_file(root, f"{name}/surface_id.png", (encode_png(ids.astype("uint16")),))
    return quarantine_sample(dataset, record.index, reasons, record.sample)


def quarantine_sample(
    dataset: Path, index: int, reasons: Sequence[object], sample: SceneSample | None = None
) -> Quarantined:
    """Keep a sample that could not be made: its recipe where there is one, and why.

    The reason is written last: with it the sample is in the quarantine, whole.
    """
    entry = Quarantined(index, sample.key if sample else "", tuple(str(r) for r in reasons))
    root, name = quarantine_of(dataset), _name(entry)
    if sample is not None:
        write_file(root, f"{name}/recipe.json", (json_bytes(sample_to_json(sample)),))
    told: Mapping[str, Any] = {"index": index, "key": entry.key, "reasons": list(entry.reasons)}
    write_file(root, f"{name}/reason.json", (json_bytes(told),))
    return entry


def quarantined_in(dataset: Path) -> Iterator[Quarantined]:
    """Yield what lies in the quarantine of a dataset; a folder without a whole reason is not of it."""
    root = quarantine_of(dataset)
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        try:
            told = json.loads((folder / "reason.json").read_bytes())
            yield Quarantined(int(told["index"]), str(told["key"]), tuple(str(r) for r in told["reasons"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue


def release(dataset: Path, entry: Quarantined) -> None:
    """Take a sample out of the quarantine: it is to be made again."""
    folder = quarantine_of(dataset) / _name(entry)
    if folder.is_dir() and not folder.is_symlink():
        (folder / "reason.json").unlink(missing_ok=True)
        shutil.rmtree(folder)


def sweep_quarantine(dataset: Path, kept: Iterable[Quarantined], made: Container[int]) -> None:
    """Delete what workers that died left: half-kept samples, and older tries of samples that came to another end.

    Parameters
    ----------
    kept : iterable of Quarantined
        What is in the quarantine for good.
    made : container of int
        Numbers of the samples that entered the dataset.
    """
    root = quarantine_of(dataset)
    if not root.is_dir():
        return
    name_of = {entry.index: _name(entry) for entry in kept}
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.is_symlink()):
        number = folder.name[:8]
        if not (number.isdigit() and len(folder.name) in (8, 25)):
            continue  # no sample's
        if (int(number) in name_of and name_of[int(number)] != folder.name) or int(number) in made:
            shutil.rmtree(folder)
            continue
        for part in folder.glob(f"*{PART_SUFFIX}"):
            part.unlink()
    if not any(root.iterdir()):
        root.rmdir()


def _name(entry: Quarantined) -> str:
    return entry.key or f"{entry.index:08d}"
