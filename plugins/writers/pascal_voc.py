"""Writer: Pascal VOC: an XML of boxes for each sample, lists of the parts, and palette images of classes and objects.

Boxes are pixel numbers from 1, both ends included. It refuses more classes or objects than a palette has colours.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final
from xml.sax.saxutils import escape

import numpy as np

from myriorama.plugins.api import (
    Bool,
    BytesFile,
    Parameter,
    Record,
    SampleFile,
    StoredRecord,
    StoredRecords,
    TextFile,
    Values,
    WholeFile,
)
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writers._painting import indexed_png, painted, voc_palette
from myriorama.plugins.writers._pictures import PictureWriter, file_stem
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import InputError, Problem

LABEL_MAP: Final = "labelmap.txt"
VOID: Final = 255
MOST: Final = VOID - 1
_SETS: Final = {"train": ("train",), "val": ("val",), "trainval": ("train", "val"), "test": ("test",)}
_OCCLUDED_BELOW: Final = 0.95
"""The annotators of VOC called an object occluded where more than 5 % of it were hidden."""
_LINES: Final = 4096
_CONTROL: Final = re.compile("[\\x00-\\x1f\\x7f\\ufffe\\uffff]")


class PascalVoc(PictureWriter):
    """Pascal VOC."""

    name: ClassVar[str] = "pascal_voc"
    label: ClassVar[str] = "Pascal VOC"
    help: ClassVar[str] = "An XML of boxes for each picture, lists of train, val and test, and palette images of masks."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Bool("segmentation", True, help="Also write the palette images SegmentationClass and SegmentationObject."),
    )

    def __init__(self, info: DatasetInfo, values: Values | None = None) -> None:
        super().__init__(info, values)
        for row in self._things():
            if ":" in row.name or _CONTROL.search(row.name):
                told = "Pascal VOC's XML and label map cannot hold a colon or a control character in a name"
                raise InputError(Problem("classes", told, repr(row.name), "another name, by the class map"))

    def obstacles(self, record: Record) -> tuple[str, ...]:
        found = [*super().obstacles(record)]
        objects = len(record.annotations)
        if self.values["segmentation"] and objects > MOST:
            found.append(f"{objects} objects in one image; {_way_out('objects')}")
        if self.values["segmentation"] and len(self._things()) > MOST:
            found.append(f"{len(self._things())} classes; {_way_out('classes')}")
        return tuple(found)

    def picture_path(self, part: str, index: int) -> str:
        return _picture_path(index)

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        stem = file_stem(stored["index"])
        yield TextFile("pascal_voc", f"Annotations/{stem}.xml", self._xml(stored))
        if not self.values["segmentation"]:
            return
        objects, things = stored["annotations"], self._things()
        for count, what in ((len(objects), "objects"), (len(things), "classes")):
            if count > MOST:
                raise InputError(Problem(f"sample {stored['index']}", f"{count} {what}", allowed=_way_out(what)))
        masks = [(a["rle"], number + 1) for number, a in enumerate(objects)]
        void = [(a["rle"], VOID) for a in stored["ignored"]]
        by_object = painted([*masks, *void], stored["height"], stored["width"]).astype(np.uint8)
        number_of = {row.id: number + 1 for number, row in enumerate(things)}
        class_of_object = np.zeros(256, dtype=np.uint8)
        class_of_object[1 : len(objects) + 1] = [number_of[a["class_id"]] for a in objects]
        class_of_object[VOID] = VOID
        palette = voc_palette()
        classes = indexed_png(class_of_object[by_object], palette)
        yield BytesFile("segmentation_class", f"SegmentationClass/{stem}.png", classes)
        yield BytesFile("segmentation_object", f"SegmentationObject/{stem}.png", indexed_png(by_object, palette))

    def losses(self) -> tuple[str, ...]:
        masks = () if self.values["segmentation"] else ("masks",)
        return (
            *masks,
            "the numbers of classes: they are counted from 1",
            "boxes of regions to ignore whose class is not shown",
            "classes of stuff: they are background",
            "how much of an object is visible: it is truncated or not, occluded or not",
            "keypoints, amodal and part masks, attributes, occluders, 3D boxes, poses and cameras",
            "things without a visible pixel",
            "depth, normals, object coordinates and id images",
            "how each sample was drawn and placed",
        )

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        members = {part: array("I") for part in PARTS}
        for record in records:
            members[record["part"]].append(record["index"])
        folders = ("Main", "Segmentation") if self.values["segmentation"] else ("Main",)
        for folder in folders:
            for name, parts in _SETS.items():
                chosen = [members[part] for part in parts]
                if any(chosen):
                    yield WholeFile(f"ImageSets/{folder}/{name}.txt", _stems(chosen))
        yield WholeFile(LABEL_MAP, [self._label_map().encode()])

    def _things(self) -> list[SceneClass]:
        return [row for row in self.info.classes if row.kind == "thing"]

    def _label_map(self) -> str:
        """Return the names of the palette's first colours, in the form that annotation tools exchange."""
        rows = zip(("background", *(row.name for row in self._things())), voc_palette().tolist(), strict=False)
        lines = [f"{name}:{red},{green},{blue}::" for name, (red, green, blue) in rows]
        return "\n".join(("# label:color_rgb:parts:actions", *lines, ""))

    def _xml(self, stored: StoredRecord) -> str:
        rows = [*((a, 0) for a in stored["annotations"]), *((a, 1) for a in stored["ignored"] if a["class_id"])]
        name = escape(_CONTROL.sub(" ", self.info.name))
        lines = [
            "<annotation>",
            "\t<folder>JPEGImages</folder>",
            f"\t<filename>{file_stem(stored['index'])}.png</filename>",
            f"\t<source><database>{name}</database><image>{stored['key']}</image></source>",
            f"\t<size><width>{stored['width']}</width><height>{stored['height']}</height><depth>3</depth></size>",
            f"\t<segmented>{int(self.values['segmentation'])}</segmented>",
        ]
        for a, difficult in rows:
            lines += _object(a, difficult)
        return "\n".join((*lines, "</annotation>", ""))


def _object(a: StoredRecord, difficult: int) -> list[str]:
    x, y, w, h = a["box"]
    # Where fractions were not computed, nobody knows: the marks are left out, not guessed.
    marks = []
    if a["in_frame"] is not None:
        marks = [
            f"\t\t<truncated>{int(a['in_frame'] < 1)}</truncated>",
            f"\t\t<occluded>{int(a['unoccluded'] < _OCCLUDED_BELOW)}</occluded>",
        ]
    return [
        "\t<object>",
        f"\t\t<name>{escape(a['class_name'])}</name>",
        "\t\t<pose>Unspecified</pose>",
        *marks,
        f"\t\t<difficult>{difficult}</difficult>",
        f"\t\t<bndbox><xmin>{x + 1}</xmin><ymin>{y + 1}</ymin><xmax>{x + w}</xmax><ymax>{y + h}</ymax></bndbox>",
        "\t</object>",
    ]


def _picture_path(index: int) -> str:
    return f"JPEGImages/{file_stem(index)}.png"


def _stems(chosen: Iterable[array[int]]) -> Iterator[bytes]:
    for members in chosen:
        for first in range(0, len(members), _LINES):
            yield "".join(f"{file_stem(i)}\n" for i in members[first : first + _LINES]).encode()


def _way_out(what: str) -> str:
    return f"the palette images hold {MOST} {what}: leave them out with segmentation: false"
