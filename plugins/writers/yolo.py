"""Writer: YOLO labels as Ultralytics reads them: boxes, outlines, keypoints or oriented boxes, with data.yaml.

It writes no row that Ultralytics would drop a picture for, and names what a row cannot say in `losses`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import (
    Choice,
    Float,
    Parameter,
    SampleFile,
    StoredRecord,
    StoredRecords,
    TextFile,
    Values,
    WholeFile,
)
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers._joining import joined
from myriorama.plugins.writers._pictures import PictureWriter, file_stem
from myriorama.plugins.writers._polygons import DEFAULT_IOU, polygons_of_all
from myriorama.plugins.writers._rectangles import smallest_rectangle
from myriorama.plugins.writers.coco import keypoint_schema
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.conventions import F64

DATA_PATH: Final = "data.yaml"
_DECIMALS: Final = 8
_SIDES: Final = ("left", "right")

_LOST: Final = (
    "regions to ignore: what is ignored is background here",
    "the numbers of classes: they are counted from 0",
    "amodal and part masks, fractions, occluders, attributes, 3D boxes and poses",
)
_LOST_BY_TASK: Final = {
    "detect": ("masks", "keypoints"),
    "segment": (
        "masks to the pixel: outlines keep the share of them that min_iou asks for, and boxes come from the outlines",
        "which pieces and holes an object has: they are joined into one outline by lines without width",
        "keypoints",
    ),
    "pose": (
        "masks",
        "bones between keypoints, and where keypoints outside the picture are",
        "which class has which keypoints: all classes share one list",
    ),
    "obb": ("masks", "keypoints", "upright boxes", "corners outside the picture of a box that is larger than it"),
}


class Yolo(PictureWriter):
    """YOLO for one task."""

    name: ClassVar[str] = "yolo"
    label: ClassVar[str] = "YOLO"
    help: ClassVar[str] = "A text file of labels for each picture and data.yaml, for training with Ultralytics."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "task",
            "detect",
            options=("detect", "segment", "pose", "obb"),
            help="Boxes, outlines, boxes with keypoints, or oriented boxes.",
        ),
        Float(
            "min_iou",
            DEFAULT_IOU,
            minimum=0.5,
            maximum=1.0,
            help="How much of a mask its outline must keep, for the task segment; 1 is the exact border of the pixels.",
        ),
    )

    def __init__(self, info: DatasetInfo, values: Values | None = None) -> None:
        super().__init__(info, values)
        self._task: str = self.values["task"]
        self._things = [row for row in info.classes if row.kind == "thing"]
        self._class_index = {row.id: k for k, row in enumerate(self._things)}

    def losses(self) -> tuple[str, ...]:
        return (*_LOST_BY_TASK[self._task], *_LOST)

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        if self._task != "pose":  # a row of keypoints is as long as the whole set makes it
            yield TextFile("yolo", _label_path(stored["index"]), self._rows(stored))

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        indices = {part: array("Q") for part in PARTS}
        names: list[str] = []
        if self._task == "pose":
            schema = keypoint_schema(_noted(records, indices))
            names = list(dict.fromkeys(name for key in sorted(schema) for name in schema[key].names))
            for record in records:
                yield WholeFile(_label_path(record["index"]), (self._rows(record, names).encode(),))
        else:
            for _ in _noted(records, indices):
                pass
        for part, found in indices.items():
            if found:
                yield WholeFile(f"{part}.txt", (f"./images/{file_stem(index)}.png\n".encode() for index in found))
        yield WholeFile(DATA_PATH, (self._data([part for part in PARTS if indices[part]], names).encode(),))

    def _rows(self, stored: StoredRecord, names: Sequence[str] = ()) -> str:
        rows = []
        told = self._outlines(stored) if self._task == "segment" else None
        for a in stored["annotations"]:
            numbers = self._numbers(stored, a, names) if told is None else next(told)
            rows.append(f"{self._class_index[a['class_id']]} {' '.join(map(_text, numbers))}\n")
        return "".join(rows)

    def _outlines(self, stored: StoredRecord) -> Iterator[list[float]]:
        """Yield the outline of every object; those of one picture are found together, which is much faster."""
        height, width = stored["height"], stored["width"]
        codes = [a["rle"] for a in stored["annotations"]]
        for found in polygons_of_all(codes, height, width, self.values["min_iou"], holes=True):
            yield _shares(joined((*found.rings, *found.holes)), height, width)

    def _numbers(self, stored: StoredRecord, a: StoredRecord, names: Sequence[str]) -> list[float]:
        """Return what follows the class in a row: shares of the picture's width and height, and visibilities."""
        height, width = stored["height"], stored["width"]
        if self._task == "obb":
            corners = smallest_rectangle(a["rle"], height, width, a["box"])
            return _shares(_readable(corners, height, width), height, width)
        x, y, w, h = a["box"]
        numbers = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height]
        by_name = {k["name"]: k for k in a["keypoints"]} if names else {}
        for name in names:
            k = by_name.get(name)
            numbers += [0, 0, 0] if k is None or k["v"] == 0 else [k["x"] / width, k["y"] / height, k["v"]]
        return numbers

    def _data(self, parts: Sequence[str], names: Sequence[str]) -> str:
        lines = [
            f"# Labels for the task {self._task}. Coordinates are shares of width and height.",
            "# There is no `path`: everything lies beside this file.",
        ]
        first = parts[0] if parts else PARTS[0]
        for part in PARTS:
            if part in parts:
                lines.append(f"{part}: {part}.txt")
            elif part != "test":
                lines.append(f"{part}: {first}.txt  # this set has no samples for {part}; these are the same")
        lines += ["names:" if self._things else "names: {}"]
        lines += [f"  {k}: {quoted(row.name)}" for k, row in enumerate(self._things)]
        if self._task == "pose":
            if not names:
                lines.append("# No object of this set has keypoints: it cannot train a model of poses.")
            lines.append(f"kpt_shape: [{len(names)}, 3]")
            lines.append(f"flip_idx: [{', '.join(map(str, flipped(names)))}]")
            lines.append("kpt_names:" if self._things and names else "kpt_names: {}")
            told = f"[{', '.join(map(quoted, names))}]"
            lines += [f"  {k}: {told}" for k in range(len(self._things)) if names]
        return "\n".join(lines) + "\n"


def flipped(names: Sequence[str]) -> list[int]:
    """Return which keypoint each becomes in a mirrored picture: that of the other side where names have sides.

    A side is the first or last word: ``left_eye`` and ``right_eye``, ``eye_left`` and ``eye_right``.
    """
    place = {name: k for k, name in enumerate(names)}
    return [next((place[o] for o in _other_sides(name) if o in place), k) for k, name in enumerate(names)]


def _other_sides(name: str) -> Iterator[str]:
    for side, other in (_SIDES, _SIDES[::-1]):
        if name.endswith(f"_{side}"):
            yield name[: -len(side)] + other
        if name.startswith(f"{side}_"):
            yield other + name[len(side) :]


def quoted(text: str) -> str:
    """Return text as a YAML scalar in double quotes, whatever it holds."""
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{"".join(plain)}"'


def _label_path(index: int) -> str:
    return f"labels/{file_stem(index)}.txt"


def _noted(records: StoredRecords, indices: dict[str, Any]) -> Iterator[StoredRecord]:
    """Yield the records, and note on the way which index belongs to which part."""
    for record in records:
        indices[record["part"]].append(record["index"])
        yield record


def _readable(corners: F64, height: int, width: int) -> F64:
    """Return an oriented box that Ultralytics reads: it drops a picture with a box wider or higher than the picture.

    Corners may lie outside, as they do in DOTA's tiles; those of a box that is too large move to the border.
    """
    size = np.array((width, height), dtype=np.float64)
    return np.clip(corners, 0.0, size) if (np.ptp(corners, axis=0) > size).any() else corners


def _shares(points: F64, height: int, width: int) -> list[float]:
    out: list[float] = (points / np.array((width, height), dtype=np.float64)).ravel().tolist()
    return out


def _text(number: float) -> str:
    """Return a number with as many decimals as a float32 of the picture's size can hold, no zeros at the end."""
    text = f"{number:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
