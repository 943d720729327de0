"""Reader of COCO: boxes, masks, outlines and keypoints from one JSON file or one for each part.

Only the text and a few numbers of each annotation are held, so that sets of a million objects can be looked at.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np

from myriorama.app.printable import printable
from myriorama.app.reading import limits
from myriorama.app.reading.coco_keypoints import CocoCategory, category_of, keypoints_of
from myriorama.app.reading.json_arrays import walk
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet, plain_attributes, refused
from myriorama.app.reading.reach import NotReadableError, Reach
from myriorama.app.reading.shapes import (
    BAD_CODE,
    BAD_OUTLINE,
    checked_box,
    code_of,
    extent,
    numbers,
    ring_of,
)

_OWN_KEYS: Final = frozenset(
    {"id", "image_id", "category_id", "bbox", "area", "segmentation", "iscrowd", "keypoints", "num_keypoints"}
)
_SPLIT_WORDS: Final = ("train", "val", "valid", "test", "trainval", "minival")


class _File:
    """One annotation file: its text, and the place in it of each sample's annotations."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.categories: dict[Hashable, CocoCategory] = {}
        self.images: dict[Hashable, int] = {}
        self.rows: list[tuple[str, int, int, str]] = []
        self.starts, self.ends = array("q"), array("q")
        self.of_image: list[Hashable] = []
        self.first: np.ndarray[Any, np.dtype[np.int64]] = np.zeros(0, dtype=np.int64)
        self.order: np.ndarray[Any, np.dtype[np.int64]] = np.zeros(0, dtype=np.int64)

    def read(self, faults: Faults) -> frozenset[str]:
        """Go through the file."""
        annotations: set[Hashable] = set()

        def category(row: Any, start: int, end: int) -> None:
            place = f"{self.name}: categories[{len(self.categories)}]"
            found = category_of(row, place, faults)
            if found is None:
                return
            if found.id in self.categories:
                faults.tell(place, "a category id that was given already; the first one counts", found.id)
            elif len(self.categories) >= limits.MAX_CLASSES:
                raise refused(self.name, "this file has too many categories", "", f"{limits.MAX_CLASSES:,}")
            else:
                self.categories[found.id] = found

        def image(row: Any, start: int, end: int) -> None:
            place = f"{self.name}: images[{len(self.rows)}]"
            if not isinstance(row, dict) or not _is_id(row.get("id")):
                faults.tell(place, "an image without an id; it is left out")
                return
            name = row.get("file_name")
            if not isinstance(name, str):
                faults.tell(place, "an image without a file name; it has no picture")
                name = ""
            if row["id"] in self.images:
                faults.tell(place, "an image id that was given already; the first one counts", row["id"])
                return
            if len(self.rows) >= limits.MAX_SAMPLES:
                raise refused(self.name, "this file has too many images", "", f"{limits.MAX_SAMPLES:,}")
            size = numbers([row.get("width"), row.get("height")], 2)
            if size is None or min(size) < 1 or max(size) > 2**20:
                if "width" in row or "height" in row:
                    faults.tell(place, "width and height are no sizes; those of the picture count", row.get("width"))
                size = (0.0, 0.0)
            part = row.get("split")
            self.images[row["id"]] = len(self.rows)
            self.rows.append((name, int(size[0]), int(size[1]), part if isinstance(part, str) else ""))

        def annotation(row: Any, start: int, end: int) -> None:
            place = f"{self.name}: annotations[{len(self.of_image)}]"
            if len(self.of_image) >= limits.MAX_OBJECTS:
                raise refused(self.name, "this file has too many annotations", "", f"{limits.MAX_OBJECTS:,}")
            owner = row.get("image_id") if isinstance(row, dict) else None
            if not _is_id(owner):
                faults.tell(place, "an annotation without an image id; it is left out")
                owner = None
            elif _is_id(row.get("id")):
                if row["id"] in annotations:
                    faults.tell(place, "an annotation id that was given already; both are shown", row["id"])
                annotations.add(row["id"])
            self.of_image.append(owner)
            self.starts.append(start)
            self.ends.append(end)

        keys = walk(self.text, {"categories": category, "images": image, "annotations": annotation}, self.name)
        self._sort(faults)
        return keys

    def _sort(self, faults: Faults) -> None:
        """Find which annotations belong to which image."""
        owners = np.full(len(self.of_image), -1, dtype=np.int64)
        for number, owner in enumerate(self.of_image):
            if owner is None:
                continue
            found = self.images.get(owner)
            if found is None:
                place = f"{self.name}: annotations[{number}]"
                faults.tell(place, "an annotation of an image that is not in the file; it is left out", owner)
            else:
                owners[number] = found
        self.of_image = []
        self.order = np.argsort(owners, kind="stable")
        self.first = np.searchsorted(owners[self.order], np.arange(len(self.rows) + 1))

    def annotations_of(self, image: int) -> Sequence[int]:
        found: list[int] = self.order[self.first[image] : self.first[image + 1]].tolist()
        return found

    def annotation(self, number: int) -> Any:
        """Decode an annotation again."""
        return json.loads(self.text[self.starts[number] : self.ends[number]])


class CocoReader:
    """Reads the files of one dataset.

    Parameters
    ----------
    names : sequence of str
        The annotation files, inside the dataset.
    """

    def __init__(self, reach: Reach, names: Sequence[str], faults: Faults) -> None:
        self._files: list[_File] = []
        self._of_sample: list[tuple[_File, int]] = []
        self._sizes = np.zeros((0, 2), dtype=np.int32)
        left = limits.MAX_JSON_BYTES
        for name in names:
            try:
                content = reach.read(name, left)
                left -= len(content)
                text = content.decode("utf-8-sig")
            except NotReadableError as error:
                raise refused(name, f"this file {error}") from error
            except UnicodeDecodeError as error:
                raise refused(name, "this file is not UTF-8 text") from error
            del content
            file = _File(name, text)
            keys = file.read(faults)
            if "images" not in keys or not keys & {"annotations", "categories"}:
                if len(names) > 1:
                    faults.tell(name, "this JSON file holds no labels of COCO; it is left out")
                    continue
                raise refused(name, "this is no COCO file", ", ".join(sorted(keys)[:8]), "images, annotations")
            self._files.append(file)
            self._of_sample += [(file, image) for image in range(len(file.rows))]
        if len(self._of_sample) > limits.MAX_SAMPLES:
            raise refused(names[0], "these files have too many images", "", f"{limits.MAX_SAMPLES:,}")

    def start(self) -> ForeignSet:
        """Return the set with its samples as the labels name them; pictures are still to be found."""
        classes = dict.fromkeys(c.name for file in self._files for c in file.categories.values())
        made = ForeignSet("COCO", tuple(classes), self.objects_of)
        several = len(self._files) > 1
        sizes = []
        for file in self._files:
            part = part_of(file.name)
            for name, width, height, own in file.rows:
                made.names.append(printable(name))
                made.paths.append(name)
                made.parts.append(printable(own or (part if several or part else ""), 40))
                sizes.append((width, height))
        made.sizes = np.array(sizes, dtype=np.int32).reshape(-1, 2)
        self._sizes = made.sizes
        return made

    def folders_of(self, place: int) -> tuple[str, ...]:
        """Return where the picture of a sample may lie, the likeliest first; each ends with a slash or is empty."""
        file = self._of_sample[place][0]
        beside = str(PurePosixPath(file.name).parent)
        beside = "" if beside == "." else f"{beside}/"
        stem = PurePosixPath(file.name).stem
        tail = stem.rpartition("_")[2]
        return tuple(
            dict.fromkeys(
                (beside, "", "images/", f"{beside}images/", f"{tail}/", f"images/{tail}/", f"{beside}{tail}/",
                 "JPEGImages/", "data/")
            )
        )  # fmt: skip

    def objects_of(self, place: int, faults: Faults) -> Sequence[ForeignObject]:
        """Read the objects of a sample."""
        file, image = self._of_sample[place]
        width, height = (int(v) for v in self._sizes[place])
        found = []
        for number in file.annotations_of(image)[: limits.MAX_OBJECTS_OF_SAMPLE]:
            where = f"{file.name}: annotations[{number}]"
            item = _object(file.annotation(number), file.categories, width, height, where, faults)
            if item is not None:
                found.append(item)
        if len(file.annotations_of(image)) > limits.MAX_OBJECTS_OF_SAMPLE:
            told = f"a picture with more than {limits.MAX_OBJECTS_OF_SAMPLE:,} objects; the others are left out"
            faults.tell(f"{file.name}: images[{image}]", told)
        return found


def part_of(name: str) -> str:
    """Return the part of the split that a file's name or folder tells, empty where it tells none."""
    path = PurePosixPath(name)
    words = Counter(w for piece in (path.stem, path.parent.name) for w in piece.lower().replace("-", "_").split("_"))
    for word in words:
        for known in _SPLIT_WORDS:
            if word == known or (word.startswith(known) and word[len(known) :].isdecimal()):
                return word
    return ""


def _object(
    row: Any, categories: dict[Hashable, CocoCategory], width: int, height: int, where: str, faults: Faults
) -> ForeignObject | None:
    tell = faults.at(where)
    category_id = row.get("category_id")
    category = categories.get(category_id) if _is_id(category_id) else None
    if category is None:
        faults.tell(where, "a category that is not in the file; the object is left out", category_id)
        return None
    segmentation = row.get("segmentation")
    code, rings = None, []
    if isinstance(segmentation, dict):
        code = code_of(segmentation, width, height)
        if code is None:
            tell(BAD_CODE)
    elif segmentation:
        found = [ring_of(one) for one in segmentation] if isinstance(segmentation, list) else [None]
        rings = [ring for ring in found if ring is not None]
        if len(rings) < len(found) or sum(map(len, rings)) > limits.MAX_POINTS:
            tell(BAD_OUTLINE)
            rings = []
    if "bbox" not in row and rings:
        box = checked_box(extent(rings), width, height, tell)
    else:
        box = checked_box(numbers(row.get("bbox"), 4), width, height, tell)
    if box is None:
        return None
    further = row.get("attributes")
    attributes = {k: v for k, v in row.items() if k not in _OWN_KEYS} | (further if isinstance(further, dict) else {})
    return ForeignObject(
        category.name,
        box,
        code,
        tuple(rings),
        keypoints_of(row.get("keypoints"), category, tell),
        category.bones,
        plain_attributes(attributes),
        ignore=row.get("iscrowd") in (1, True),
    )


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)
