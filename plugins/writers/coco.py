"""Writer: COCO detection, instance segmentation and keypoints, further labels as extra fields.

One file, or one for each part of a split. It converts stored records and never looks at a picture again. Categories are
the classes of things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from myriorama.plugins.api import (
    Bool,
    Choice,
    Parameter,
    PluginError,
    Record,
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
from myriorama.plugins.writers._coco_fill import coco_cuts
from myriorama.plugins.writers._pictures import PictureWriter
from myriorama.plugins.writers._polygons import DEFAULT_IOU, polygons_of_all

ANNOTATIONS_PATH: Final = "annotations/instances.json"
PART_PATH: Final = "annotations/instances_{part}.json"
MAX_INSTANCES: Final = 2**16 - 1
PIXEL_CENTRE: Final = 0.5
"""COCO counts keypoints in pixel indices, where the first pixel's centre is 0; ours are continuous, where it is 0.5."""

_FURTHER: Final = 2**40
"""Ids of the second and later regions of one object are this far apart; it is more than any object's own id."""


class Coco(PictureWriter):
    """COCO with every further label as an extra field."""

    name: ClassVar[str] = "coco"
    label: ClassVar[str] = "COCO"
    help: ClassVar[str] = (
        "One JSON for detection, instance masks and keypoints, readable by pycocotools, with the pictures."
    )
    version: ClassVar[str] = "2"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            "segmentation",
            "rle",
            options=("rle", "polygon"),
            help="Exact run lengths, or polygons where pycocotools fills them to 98 % of the mask or more.",
        ),
        Bool(
            "extras",
            True,
            help="Also write amodal and part masks, fractions, attributes, occluders, 3D boxes and poses.",
        ),
    )

    def obstacles(self, record: Record) -> tuple[str, ...]:
        found = [*super().obstacles(record)]
        if len(record.scene.instances) > MAX_INSTANCES:
            found.append(f"{len(record.scene.instances)} instances in one image; COCO ids are made for {MAX_INSTANCES}")
        return tuple(found)

    def losses(self) -> tuple[str, ...]:
        drawn = ("masks to the pixel: polygons keep 98 % of them",) if self.values["segmentation"] == "polygon" else ()
        always = (
            *drawn,
            "classes of stuff, and things without a visible pixel",
            "depth, normals, object coordinates and id images",
            "how each sample was drawn and placed",
            "where keypoints outside the image are",
        )
        further = ("amodal and part masks, fractions, attributes, occluders, 3D boxes, poses and cameras",)
        return always if self.values["extras"] else (*always, *further)

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        parts: set[str] = set()
        schema = keypoint_schema(noting_parts(records, parts))
        head = {
            "info": info_of(self.info),
            "licenses": licences_of(self.info),
            "categories": self._categories(schema),
        }

        def rows(record: StoredRecord) -> Iterator[dict[str, Any]]:
            yield from self._annotations(record, schema)
            yield from self._regions_to_ignore(record, schema)

        for path, chosen in files_of_parts(records, parts, ANNOTATIONS_PATH, PART_PATH):
            yield WholeFile(path, document(head, chosen, self._image, rows))

    def _categories(self, schema: dict[int, KeypointSchema]) -> list[dict[str, Any]]:
        out = []
        for row in self.info.classes:
            if row.kind != "thing":
                continue
            category: dict[str, Any] = {
                "id": row.id,
                "name": row.name,
                "supercategory": row.supercategory,
                "color": row.color,
            }
            if row.id in schema:
                names = list(schema[row.id].names)
                category["keypoints"] = names
                category["skeleton"] = [[names.index(a) + 1, names.index(b) + 1] for a, b in schema[row.id].skeleton]
            out.append(category)
        return out

    def _image(self, record: StoredRecord) -> dict[str, Any]:
        image = image_of(self.info, record)
        if self.values["extras"]:
            camera = record["camera"]
            image |= {"K": camera["K"], "camera_from_world": camera["camera_from_world"], "sample_key": record["key"]}
            if "distortion" in camera:
                image["distortion"] = camera["distortion"]
        return image

    def _annotations(self, record: StoredRecord, schema: dict[int, KeypointSchema]) -> Iterator[dict[str, Any]]:
        size = [record["height"], record["width"]]
        shown = {a["instance"] for a in record["annotations"]}
        for a, segmentation in zip(record["annotations"], self._segmentations(record), strict=True):
            row: dict[str, Any] = {
                "id": annotation_id(record["index"], a["instance"]),
                "image_id": image_id(record["index"]),
                "category_id": a["class_id"],
                "bbox": a["box"],
                "area": a["area_px"],
                "segmentation": segmentation,
                "iscrowd": 0,
            }
            if a["class_id"] in schema:
                row |= _keypoints(a, schema[a["class_id"]].names)
            if self.values["extras"]:
                row |= _extras(record["index"], a, size, shown)
            yield row

    def _segmentations(self, record: StoredRecord) -> Iterator[dict[str, Any] | list[list[float]]]:
        """Yield run lengths of each annotation, or one polygon for each component where they keep enough of it."""
        height, width = record["height"], record["width"]
        codes = [a["rle"] for a in record["annotations"]]
        if self.values["segmentation"] == "rle":
            yield from ({"size": [height, width], "counts": code} for code in codes)
            return
        for code, found in zip(codes, polygons_of_all(codes, height, width, cuts=coco_cuts), strict=True):
            if found.iou >= DEFAULT_IOU:
                yield [[int(v) if v == int(v) else v for v in ring.ravel().tolist()] for ring in found.rings]
            else:
                yield {"size": [height, width], "counts": code}

    def _regions_to_ignore(self, record: StoredRecord, schema: dict[int, KeypointSchema]) -> Iterator[dict[str, Any]]:
        """Yield regions in which a scorer neither rewards nor punishes what is found: COCO's crowds.

        A scorer looks at one category at a time. So a region whose class is not shown is one of every category.
        """
        size = [record["height"], record["width"]]
        things = [row.id for row in self.info.classes if row.kind == "thing"]
        for a in record["ignored"]:
            for number, category in enumerate([a["class_id"]] if a["class_id"] else things):
                row = {
                    "id": annotation_id(record["index"], a["instance"]) + number * _FURTHER,
                    "image_id": image_id(record["index"]),
                    "category_id": category,
                    "bbox": a["box"],
                    "area": a["area_px"],
                    "segmentation": {"size": size, "counts": a["rle"]},
                    "iscrowd": 1,
                }
                if category in schema:
                    row |= {"keypoints": [0] * (3 * len(schema[category].names)), "num_keypoints": 0}
                yield row


class KeypointSchema:
    """The keypoint names and bones of one category, in the order in which the set first tells them."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.skeleton: dict[tuple[str, str], None] = {}


def keypoint_schema(records: Iterable[StoredRecord]) -> dict[int, KeypointSchema]:
    """Return the keypoints of every class that has some, over all records: COCO fixes them per category."""
    found: dict[int, KeypointSchema] = {}
    for record in records:
        for a in record["annotations"]:
            if not a["keypoints"]:
                continue
            schema = found.setdefault(a["class_id"], KeypointSchema())
            schema.names.update((k["name"], None) for k in a["keypoints"])
            schema.skeleton.update(((first, second), None) for first, second in a["skeleton"])
    return found


def annotation_id(index: int, instance: int) -> int:
    """Return an id that depends on this sample alone, so that subsets and unions of a set agree.

    Raises
    ------
    PluginError
        The instance number does not fit.
    """
    if instance >= MAX_INSTANCES:
        raise PluginError(f"instance {instance} of sample {index} does not fit in a COCO annotation id")
    return image_id(index) * (MAX_INSTANCES + 1) + instance + 1


def _keypoints(a: StoredRecord, names: Iterable[str]) -> dict[str, Any]:
    by_name = {k["name"]: k for k in a["keypoints"]}
    flat: list[float] = []
    for name in names:
        k = by_name.get(name)
        flat += [0, 0, 0] if k is None or k["v"] == 0 else [k["x"] - PIXEL_CENTRE, k["y"] - PIXEL_CENTRE, k["v"]]
    return {"keypoints": flat, "num_keypoints": sum(1 for k in by_name.values() if k["v"] > 0)}


def _extras(index: int, a: StoredRecord, size: list[int], shown: set[int]) -> dict[str, Any]:
    out: dict[str, Any] = {"instance_key": a["instance_key"], "camera_from_object": a["camera_from_object"]}
    if a["amodal_box"] is not None:
        out["amodal_bbox"] = a["amodal_box"]
        out["amodal_area"] = a["amodal_area_px"]
        out["amodal_segmentation"] = {"size": size, "counts": a["amodal_rle"]}
    if a["visible"] is not None:
        out["visible_fraction"] = a["visible"]
        out["unoccluded_fraction"] = a["unoccluded"]
        out["in_frame_fraction"] = a["in_frame"]
        out["clipped"] = a["clipped"]
    out["occluded_by"] = [
        {
            # Stuff and distractors hide things too, but have no annotation to point at.
            "annotation_id": annotation_id(index, o["by"]) if o["by"] in shown else None,
            "instance_key": o["instance_key"],
            "pixels": o["pixels"],
        }
        for o in a["occluded_by"]
    ]
    out["attributes"] = a["attributes"]
    if a["box_3d"] is not None:
        out["box_3d"] = a["box_3d"]
    further = dict(a["extra"])
    if "parts" in further:
        out["parts"] = [_part(part, size) for part in further.pop("parts")]
    if further:
        out["extra"] = further
    return out


def _part(part: StoredRecord, size: list[int]) -> dict[str, Any]:
    """Return a part in the words of an annotation, so that its mask decodes as any other does."""
    return {
        "name": part["name"],
        "slot": part["slot"],
        "bbox": part["box"],
        "area": part["area_px"],
        "segmentation": {"size": size, "counts": part["rle"]},
    }
