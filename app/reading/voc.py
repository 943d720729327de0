"""Reader of Pascal VOC: an XML file for each picture, with masks from SegmentationObject where they are.

Its boxes count pixels from 1 and include the last one; the first pixel of a picture begins at 0 here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from myriorama.app.printable import printable
from myriorama.app.reading import limits
from myriorama.app.reading.finding import Progress, find_pictures
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet, plain_attributes, refused
from myriorama.app.reading.pictures import indexed_pixels
from myriorama.app.reading.reach import PICTURE_ENDINGS, NotReadableError, Reach
from myriorama.app.reading.shapes import Box, checked_box, code_of_mask
from myriorama.app.reading.xml_tree import Node, NotXmlError, read_tree

_PARTS: Final = ("train", "val", "test", "valid")
_MASKS: Final = "SegmentationObject"
_FLAGS: Final = ("pose", "truncated", "difficult", "occluded")
_ROOT: Final = "annotation"


class VocReader:
    """Reads one dataset.

    Parameters
    ----------
    names : sequence of str
        The XML files inside the dataset.
    """

    def __init__(self, reach: Reach, names: Sequence[str], faults: Faults) -> None:
        if len(names) > limits.MAX_SAMPLES:
            raise refused("", "this dataset has too many pictures", f"{len(names):,}", f"{limits.MAX_SAMPLES:,}")
        self._reach = reach
        self._faults = faults
        self._names = list(names)
        self._sizes = np.zeros((0, 2), dtype=np.int32)
        self._files = frozenset(reach.files)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in reach.picture_files:
            self._by_name[PurePosixPath(path).name].append(path)

    def read(self, progress: Progress) -> ForeignSet:
        """Go through all files."""
        made = ForeignSet("Pascal VOC", (), self.objects_of)
        parts = self._parts()
        read: list[tuple[str, Node]] = []
        kept = []
        sizes = []
        for name in self._names:
            tree = self._tree(name, self._faults)
            if tree is None:
                continue
            kept.append(name)
            picture = tree.word("filename")
            made.paths.append(picture or self._beside(name))
            made.names.append(printable(picture or name))
            made.parts.append(parts.get(PurePosixPath(name).stem, self._part_of_folder(name)))
            sizes.append(self._size(tree, name))
            read.append((name, tree))
            if len(read) % 500 == 0:
                progress(len(read), 2 * len(self._names))
        self._names = kept
        made.sizes = np.array(sizes, dtype=np.int32).reshape(-1, 2)
        self._sizes = made.sizes
        find_pictures(made, self._reach, self._folders_of, self._faults, progress)
        classes: dict[str, None] = {}
        for place, (name, tree) in enumerate(read):
            found = self._objects(tree, place, name, self._faults)
            made.count(found)
            classes.update(dict.fromkeys(item.class_name for item in found))
            if made.objects > limits.MAX_OBJECTS or len(classes) > limits.MAX_CLASSES:
                raise refused(name, "this dataset has too many objects or classes")
        if any(self._masks_path(name) in self._files for name in self._names):
            made.shapes["masks"] = made.shapes.pop("boxes", 0)
        made.classes = tuple(sorted(classes))
        return made

    def objects_of(self, place: int, faults: Faults) -> Sequence[ForeignObject]:
        """Read the objects of a picture, with their masks where there are some."""
        name = self._names[place]
        tree = self._tree(name, faults)
        return () if tree is None else self._with_masks(self._objects(tree, place, name, faults), place, faults)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _tree(self, name: str, faults: Faults) -> Node | None:
        try:
            tree = read_tree(self._reach.read(name, limits.MAX_LABEL_BYTES))
        except (NotReadableError, NotXmlError) as error:
            faults.tell(name, f"this file {error}")
            return None
        if tree.name != _ROOT:
            faults.tell(name, "this XML file holds no annotation", tree.name)
            return None
        return tree

    def _size(self, tree: Node, name: str) -> tuple[int, int]:
        found = tree.child("size")
        if found is None:
            return 0, 0
        words = (found.word("width"), found.word("height"))
        if all(w.isascii() and w.isdecimal() and 0 < len(w) < 7 for w in words) and all(int(w) > 0 for w in words):
            return int(words[0]), int(words[1])
        self._faults.tell(name, "width and height are no sizes; those of the picture count", " x ".join(words))
        return 0, 0

    def _objects(self, tree: Node, place: int, name: str, faults: Faults) -> list[ForeignObject]:
        """Return the objects in the order of the file, those without a usable box left out."""
        return [item for _, item in self._numbered(tree, place, name, faults)]

    def _numbered(self, tree: Node, place: int, name: str, faults: Faults) -> list[tuple[int, ForeignObject]]:
        width, height = (int(v) for v in self._sizes[place])
        found = []
        nodes = [node for node in tree.children if node.name == "object"]
        if len(nodes) > limits.MAX_OBJECTS_OF_SAMPLE:
            told = f"a picture with more than {limits.MAX_OBJECTS_OF_SAMPLE:,} objects; the others are left out"
            faults.tell(name, told)
        for number, node in enumerate(nodes[: limits.MAX_OBJECTS_OF_SAMPLE]):
            where = f"{name}: object[{number}]"
            title = printable(node.word("name"), limits.MAX_NAME)
            if not title:
                faults.tell(where, "an object without a name; it is left out")
                continue
            box = checked_box(_box(node.child("bndbox")), width, height, faults.at(where))
            if box is not None:
                attributes = plain_attributes({f: node.word(f) for f in _FLAGS if node.word(f)})
                ignore = node.word("difficult") == "1"
                found.append((number, ForeignObject(title, box, attributes=attributes, ignore=ignore)))
        return found

    def _with_masks(self, items: list[ForeignObject], place: int, faults: Faults) -> Sequence[ForeignObject]:
        name = self._names[place]
        masks = self._masks_path(name)
        if masks not in self._files:
            return items
        width, height = (int(v) for v in self._sizes[place])
        try:
            ids = indexed_pixels(self._reach.read(masks, limits.MAX_PICTURE_BYTES))
        except NotReadableError as error:
            faults.tell(masks, f"this picture of masks {error}")
            return items
        if ids.shape != (height, width):
            faults.tell(masks, "this picture of masks has another size than its picture; only boxes are shown")
            return items
        tree = self._tree(name, faults)
        numbered = self._numbered(tree, place, name, Faults()) if tree is not None else []
        out = []
        for number, item in numbered:
            mask = ids == number + 1
            code = code_of_mask(mask) if number < 254 and mask.any() else None
            out.append(ForeignObject(item.class_name, item.box, code, attributes=item.attributes, ignore=item.ignore))
        return out

    def _masks_path(self, name: str) -> str:
        path = PurePosixPath(name)
        return str(path.parent.parent / _MASKS / f"{path.stem}.png")

    def _parts(self) -> dict[str, str]:
        """Return the part of each sample, by its stem, from ImageSets/Main."""
        out: dict[str, str] = {}
        for name in self._reach.files:
            path = PurePosixPath(name)
            if path.suffix != ".txt" or path.stem not in _PARTS or path.parent.parts[-2:] != ("ImageSets", "Main"):
                continue
            try:
                text = self._reach.read(name, 16 * limits.MAX_LABEL_BYTES).decode("utf-8-sig")
            except (NotReadableError, UnicodeDecodeError):
                self._faults.tell(name, "this list of samples cannot be read")
                continue
            out |= {line.split()[0]: path.stem for line in text.splitlines() if line.strip()}
        return out

    @staticmethod
    def _part_of_folder(name: str) -> str:
        return next((part for part in PurePosixPath(name).parts[:-1] if part in _PARTS), "")

    def _beside(self, name: str) -> str:
        """Return the picture with the stem of an XML file that names none."""
        stem = PurePosixPath(name).stem
        return next((stem + ending for ending in PICTURE_ENDINGS if self._by_name.get(stem + ending)), "")

    def _folders_of(self, place: int) -> tuple[str, ...]:
        parent = PurePosixPath(self._names[place]).parent
        beside = "" if str(parent) == "." else f"{parent}/"
        above = "" if len(parent.parts) < 2 else f"{parent.parent}/"
        return tuple(dict.fromkeys((f"{above}JPEGImages/", beside, f"{above}images/", "JPEGImages/", "images/", "")))


def _box(node: Node | None) -> Box | None:
    """Return x, y, w, h of a box that is told by its first and last pixels, counted from 1."""
    try:
        ends = [float(node.word(word)) for word in ("xmin", "ymin", "xmax", "ymax")] if node is not None else []
    except ValueError:
        return None
    if len(ends) < 4 or not all(map(math.isfinite, ends)):
        return None
    left, top, right, bottom = ends
    return left - 1.0, top - 1.0, right - left + 1.0, bottom - top + 1.0
