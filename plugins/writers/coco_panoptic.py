"""Writer: COCO panoptic: an image of segment ids for each sample, and what each segment is.

It needs the annotator `segments`. Pixels without a label are 0: nothing there is rewarded or punished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import (
    PngFile,
    Record,
    SampleFile,
    StoredRecord,
    StoredRecords,
    WholeFile,
)
from myriorama.plugins.writers._coco_document import (
    document,
    files_of_parts,
    image_id,
    image_of,
    info_of,
    licences_of,
    noting_parts,
)
from myriorama.plugins.writers._painting import painted
from myriorama.plugins.writers._pictures import PNG24_MAX, PictureWriter, file_stem
from myriorama.scenes.errors import InputError, Problem

PANOPTIC_PATH: Final = "annotations/panoptic.json"
PART_PATH: Final = "annotations/panoptic_{part}.json"
FOLDER: Final = "panoptic"


class CocoPanoptic(PictureWriter):
    """COCO panoptic."""

    name: ClassVar[str] = "coco_panoptic"
    label: ClassVar[str] = "COCO panoptic"
    help: ClassVar[str] = "Each pixel's object or stuff: PNG of segment ids and one JSON, as panopticapi reads them."
    version: ClassVar[str] = "1"

    def obstacles(self, record: Record) -> tuple[str, ...]:
        found = [*super().obstacles(record)]
        if "segments" not in record.extra:
            found.append("COCO panoptic needs the segments of the image: add the annotator `segments`")
        if len(record.scene.instances) > PNG24_MAX:
            found.append(f"{len(record.scene.instances)} instances do not fit in 24 bits")
        return tuple(found)

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        masks = [(rle, row["id"]) for row in shown_segments(stored) for rle in row["rles"]]
        ids = painted(masks, stored["height"], stored["width"])
        colours = np.stack([ids & 0xFF, ids >> 8 & 0xFF, ids >> 16], axis=2).astype(np.uint8)
        meaning = {"value": "red + 256 * green + 65536 * blue", "0": "no label"}
        yield PngFile("panoptic", f"{FOLDER}/{file_stem(stored['index'])}.png", colours, meaning)

    def losses(self) -> tuple[str, ...]:
        return (
            "what a region to ignore is: it has no label, as distractors and what nothing hit",
            "objects of stuff: each class of it is one segment",
            "keypoints, amodal and part masks, fractions, attributes, occluders, 3D boxes, poses and cameras",
            "things without a visible pixel",
            "depth, normals and object coordinates",
            "how each sample was drawn and placed",
        )

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        parts: set[str] = set()
        for _ in noting_parts(records, parts):
            pass
        head = {"info": info_of(self.info), "licenses": licences_of(self.info), "categories": self._categories()}
        for path, chosen in files_of_parts(records, parts, PANOPTIC_PATH, PART_PATH):
            yield WholeFile(path, document(head, chosen, lambda r: image_of(self.info, r), _annotation))

    def _categories(self) -> list[dict[str, Any]]:
        return [
            {
                "id": row.id,
                "name": row.name,
                "supercategory": row.supercategory or row.name,
                "isthing": int(row.kind == "thing"),
                "color": list(bytes.fromhex(row.color.removeprefix("#"))),
            }
            for row in self.info.classes
        ]


def _annotation(record: StoredRecord) -> Iterator[dict[str, Any]]:
    yield {
        "image_id": image_id(record["index"]),
        "file_name": f"{file_stem(record['index'])}.png",
        "segments_info": [
            {
                "id": row["id"],
                "category_id": row["class_id"],
                "area": row["area"],
                "bbox": row["box"],
                "iscrowd": 0,
            }
            for row in shown_segments(record)
        ],
    }


def shown_segments(record: StoredRecord) -> list[dict[str, Any]]:
    """Return the segments of a viewed record: each labelled thing, and each class of stuff as one.

    Returns
    -------
    list of dict
        ``id``, ``class_id``, ``area``, ``box`` and ``rles``: the masks that it is made of.

    Raises
    ------
    InputError
        The record was made without segments.
    """
    if "segments" not in record["image"]:
        told = "these records have no segments: render with the annotator `segments`"
        raise InputError(Problem("--format", told, "coco_panoptic"))
    things: Mapping[int, StoredRecord] = {a["instance"] + 1: a for a in record["annotations"]}
    out: list[dict[str, Any]] = []
    stuff: dict[int, dict[str, Any]] = {}
    for segment in record["image"]["segments"]:
        row = {
            "id": segment["id"],
            "class_id": segment["class_id"],
            "area": segment["area_px"],
            "box": segment["box"],
            "rles": [segment["rle"]],
        }
        if segment["is_thing"]:
            if segment["id"] in things:  # the others are to be ignored, or are left out
                out.append({**row, "class_id": things[segment["id"]]["class_id"]})
        elif segment["class_id"] not in stuff:
            out.append(row)
            stuff[segment["class_id"]] = row
        else:  # classes that are shown as one
            _merge(stuff[segment["class_id"]], row)
    return out


def _merge(into: dict[str, Any], row: Mapping[str, Any]) -> None:
    (x, y, w, h), (x2, y2, w2, h2) = into["box"], row["box"]
    left, top = min(x, x2), min(y, y2)
    into["box"] = [left, top, max(x + w, x2 + w2) - left, max(y + h, y2 + h2) - top]
    into["area"] += row["area"]
    into["rles"] = [*into["rles"], *row["rles"]]
