"""Reader of a dataset of this program, through its stored records: it too may come from somebody else.

It believes nothing that a record says without looking: pictures lie inside the dataset, codes fit their sizes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from myriorama.app.dataset.layout import RECORDS
from myriorama.app.printable import printable
from myriorama.app.reading import limits
from myriorama.app.reading.finding import Progress, find_pictures
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet, plain_attributes, refused
from myriorama.app.reading.reach import NotReadableError, Reach
from myriorama.app.reading.shapes import BAD_CODE, checked_box, code_of, numbers

_RECORD: Final = re.compile(rf"{RECORDS}/[0-9]+\.json")
_FRACTIONS: Final = ("visible", "unoccluded", "in_frame")


class OwnReader:
    """Reads one dataset."""

    def __init__(self, reach: Reach, faults: Faults) -> None:
        self._reach = reach
        self._faults = faults
        self._names = [name for name in reach.files if _RECORD.fullmatch(name)]
        if len(self._names) > limits.MAX_SAMPLES:
            raise refused("", "this dataset has too many samples", f"{len(self._names):,}", f"{limits.MAX_SAMPLES:,}")

    def read(self, progress: Progress) -> ForeignSet:
        """Go through all records."""
        made = ForeignSet("Myriorama", (), self.objects_of)
        classes: dict[str, int] = {}
        kept, sizes = [], []
        for name in self._names:
            record = self._record(name, self._faults)
            if record is None:
                continue
            size = numbers([record.get("width"), record.get("height")], 2)
            if size is None or min(size) < 1 or max(size) > limits.MAX_SIDE_PX:
                self._faults.tell(name, "a record without a width and height; it is left out")
                continue
            kept.append(name)
            sizes.append((int(size[0]), int(size[1])))
            picture = _picture(record)
            made.paths.append(picture)
            made.names.append(printable(picture or name))
            made.parts.append("")
            found = _objects(record, *sizes[-1], name, self._faults)
            made.count([item for item, _ in found])
            for item, number in found:
                classes.setdefault(item.class_name, number)
            if made.objects > limits.MAX_OBJECTS or len(classes) > limits.MAX_CLASSES:
                raise refused(name, "this dataset has too many objects or classes")
        self._names = kept
        made.sizes = np.array(sizes, dtype=np.int32).reshape(-1, 2)
        made.classes = tuple(sorted(classes, key=lambda c: (classes[c], c)))
        find_pictures(made, self._reach, lambda place: ("",), self._faults, progress)
        return made

    def objects_of(self, place: int, faults: Faults) -> Sequence[ForeignObject]:
        """Read the objects of a sample."""
        name = self._names[place]
        record = self._record(name, faults)
        if record is None:
            return ()
        size = numbers([record.get("width"), record.get("height")], 2) or (0.0, 0.0)
        return [item for item, _ in _objects(record, int(size[0]), int(size[1]), name, faults)]

    def _record(self, name: str, faults: Faults) -> dict[str, Any] | None:
        try:
            found = json.loads(self._reach.read(name, limits.MAX_LABEL_BYTES))
        except NotReadableError as error:
            faults.tell(name, f"this record {error}")
        except (ValueError, RecursionError):
            faults.tell(name, "this record is not JSON that can be read")
        else:
            if isinstance(found, dict):
                return found
            faults.tell(name, "this is no record")
        return None


def _picture(record: dict[str, Any]) -> str:
    files = record.get("files")
    rgb = files.get("rgb") if isinstance(files, dict) else None
    path = rgb.get("path") if isinstance(rgb, dict) else None
    return path if isinstance(path, str) else ""


def _objects(
    record: dict[str, Any], width: int, height: int, name: str, faults: Faults
) -> list[tuple[ForeignObject, int]]:
    """Return the objects of a record, each with the number of its class."""
    found = record.get("annotations")
    out = []
    for at, row in enumerate(found[: limits.MAX_OBJECTS_OF_SAMPLE] if isinstance(found, list) else ()):
        tell = faults.at(f"{name}: annotations[{at}]")
        if not isinstance(row, dict) or not isinstance(row.get("class_name"), str):
            tell("an annotation without a class; it is left out")
            continue
        box = checked_box(numbers(row.get("box"), 4), width, height, tell)
        if box is None:
            continue
        code = code_of({"size": [height, width], "counts": row.get("rle")}, width, height)
        if code is None:
            tell(BAD_CODE)
        points, order = _keypoints(row.get("keypoints"))
        bones = [
            (order[a], order[b])
            for pair in row.get("skeleton") or ()
            if isinstance(pair, list) and len(pair) == 2
            for a, b in ((str(pair[0]), str(pair[1])),)
            if a in order and b in order
        ]
        attributes = row.get("attributes")
        told = {k: row[k] for k in _FRACTIONS if isinstance(row.get(k), int | float)}
        further = plain_attributes((attributes if isinstance(attributes, dict) else {}) | told)
        number = row.get("class_id")
        item = ForeignObject(
            printable(row["class_name"], limits.MAX_NAME), box, code, (), points, tuple(bones), further
        )
        out.append((item, number if isinstance(number, int) else 0))
    return out


def _keypoints(found: Any) -> tuple[tuple[tuple[float, float, int], ...], dict[str, int]]:
    points: list[tuple[float, float, int]] = []
    order: dict[str, int] = {}
    for row in found[: limits.MAX_KEYPOINTS] if isinstance(found, list) else ():
        if not isinstance(row, dict):
            continue
        place = numbers([row.get("x"), row.get("y"), row.get("v")], 3)
        order[str(row.get("name"))] = len(points)
        points.append((0.0, 0.0, 0) if place is None else (place[0], place[1], int(place[2])))
    return tuple(points), order
