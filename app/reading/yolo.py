"""Reader of YOLO: boxes, outlines, keypoints and oriented boxes, from a text file for each picture.

Coordinates are shares of width and height: the picture's header tells its size, so nothing is decoded.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np

from myriorama.app.printable import printable
from myriorama.app.reading import limits
from myriorama.app.reading.finding import Progress, measure
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet, Tell, refused
from myriorama.app.reading.reach import NotReadableError, Reach
from myriorama.app.reading.shapes import BAD_OUTLINE, checked_box, extent, ring_of
from myriorama.app.reading.yaml_words import NotYamlError, Tree, read_words
from myriorama.scenes.conventions import F64

DATA_NAMES: Final = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_PARTS: Final = ("train", "val", "valid", "test")
_NAME_LISTS: Final = ("classes.txt", "labels/classes.txt", "obj.names", "classes.names")
_DATA_BYTES: Final = 2**20
_NO_LIST: Final = frozenset(_NAME_LISTS)


class YoloReader:
    """Reads one dataset.

    Parameters
    ----------
    data : str
        The data.yaml inside the dataset; empty where there is none.
    """

    def __init__(self, reach: Reach, data: str, faults: Faults) -> None:
        self._reach = reach
        self._faults = faults
        self._data = data
        self._tree = self._read_data(data) if data else {}
        self._names = self._class_names()
        self._keypoints = self._keypoint_shape()
        self._known = frozenset(reach.files)
        self._labels: list[str] = []
        self._sizes = np.zeros((0, 2), dtype=np.int32)
        self._columns: Counter[str] = Counter()
        self._used: dict[int, None] = {}

    def read(self, progress: Progress) -> ForeignSet:
        """Go through all pictures and their labels."""
        made = ForeignSet("YOLO", (), self.objects_of)
        for path, part in self._pictures():
            if len(made.paths) >= limits.MAX_SAMPLES:
                raise refused("", "this dataset has too many pictures", "", f"{limits.MAX_SAMPLES:,}")
            made.paths.append(path)
            made.names.append(printable(path))
            made.parts.append(part)
        if not made.paths:
            raise refused(self._data, "no picture of this YOLO dataset is there")
        made.sizes = np.zeros((len(made.paths), 2), dtype=np.int32)
        self._sizes = made.sizes
        self._labels = [self._label_of(path) for path in made.paths]
        background = 0
        for place, path in enumerate(made.paths):
            self._measure(made, place, path)
            background += not self._labels[place]
            made.count(self.objects_of(place, self._faults))
            if made.objects > limits.MAX_OBJECTS:
                raise refused("", "this dataset has too many objects", "", f"{limits.MAX_OBJECTS:,}")
            progress(place + 1, len(made.paths))
        self._tell_orphans()
        seen = [self._class(number) for number in sorted(self._used)]
        made.classes = tuple(dict.fromkeys((*(self._names[k] for k in sorted(self._names)), *seen)))
        made.format = f"YOLO {self._task()}"
        if background:
            made.notes.append(f"{background:,} pictures have no file of labels: they are background")
        if not self._names and seen:
            made.notes.append("no file names the classes: they go by their numbers")
        return made

    def objects_of(self, place: int, faults: Faults) -> Sequence[ForeignObject]:
        """Read the objects of a picture."""
        label = self._labels[place]
        width, height = (int(v) for v in self._sizes[place])
        if not label or not width:
            return ()
        try:
            text = self._reach.read(label, limits.MAX_LABEL_BYTES).decode("utf-8-sig")
        except NotReadableError as error:
            faults.tell(label, f"this file of labels {error}")
            return ()
        except UnicodeDecodeError:
            faults.tell(label, "this file of labels is no text")
            return ()
        found: list[ForeignObject] = []
        for number, line in enumerate(text.splitlines(), 1):
            if len(found) >= limits.MAX_OBJECTS_OF_SAMPLE:
                told = f"a picture with more than {limits.MAX_OBJECTS_OF_SAMPLE:,} objects; the others are left out"
                faults.tell(label, told)
                break
            item = self._object(line, width, height, f"{label}:{number}", faults) if line.strip() else None
            if item is not None:
                found.append(item)
        return found

    # -- one row -----------------------------------------------------------------------------------------------------

    def _object(self, line: str, width: int, height: int, where: str, faults: Faults) -> ForeignObject | None:
        tell = faults.at(where)
        words = line.split(None, 2 * limits.MAX_POINTS + 2)
        try:
            values = [float(word) for word in words]
        except ValueError:
            faults.tell(where, "a row with something else than numbers; it is left out", line[:80])
            return None
        if len(values) < 5 or not all(map(math.isfinite, values)):
            faults.tell(where, "a row that is too short or has no finite numbers; it is left out", line[:80])
            return None
        number = int(values[0])
        if number != values[0] or not 0 <= number < limits.MAX_CLASSES:
            faults.tell(where, "a class that is no number of one; the row is left out", words[0])
            return None
        if self._names and number not in self._names:
            faults.tell(where, "a class that data.yaml does not name; it goes by its number", str(number))
        self._used[number] = None
        return self._shape(self._class(number), values[1:], (width, height), tell)

    def _shape(self, name: str, values: list[float], size: tuple[int, int], tell: Tell) -> ForeignObject | None:
        width, height = size
        count, each = self._keypoints
        if count and len(values) == 4 + count * each:
            self._columns["pose"] += 1
            box = checked_box(_box(values, width, height), width, height, tell)
            points = [values[k : k + each] for k in range(4, len(values), each)]
            return None if box is None else ForeignObject(name, box, keypoints=_keypoints(points, width, height, tell))
        if len(values) in (4, 5):
            self._columns["detect"] += 1
            box = checked_box(_box(values, width, height), width, height, tell)
            told: dict[str, float] = {"confidence": values[4]} if len(values) == 5 else {}
            return None if box is None else ForeignObject(name, box, attributes=told)
        ring = ring_of(values)
        if ring is None:
            tell("a row with a number of columns that no task of YOLO has; it is left out")
            return None
        self._columns["four" if len(values) == 8 else "segment"] += 1
        ring = ring * (width, height)
        bounds = (0, 0) if len(values) == 8 and _oriented(ring, width, height) else (width, height)
        box = checked_box(extent([ring]), *bounds, tell)
        if box is None:
            tell(BAD_OUTLINE)
            return None
        return ForeignObject(name, box, polygons=(ring,))

    def _class(self, number: int) -> str:
        return self._names.get(number, f"class {number}")

    def _task(self) -> str:
        found = self._columns
        if found["pose"]:
            return "pose"
        if found["segment"]:
            return "segment"
        return "oriented boxes" if found["four"] else "detect"

    # -- what there is -----------------------------------------------------------------------------------------------

    def _read_data(self, name: str) -> Tree:
        try:
            return read_words(self._reach.read(name, _DATA_BYTES).decode("utf-8-sig"))
        except NotReadableError as error:
            raise refused(name, f"this file {error}") from error
        except (NotYamlError, UnicodeDecodeError) as error:
            raise refused(name, f"this data.yaml cannot be understood: {error}") from error

    def _class_names(self) -> dict[int, str]:
        names = self._tree.get("names")
        if isinstance(names, list):
            rows: list[tuple[Any, Any]] = list(enumerate(names))
        elif isinstance(names, dict):
            rows = list(names.items())
        else:
            rows = list(enumerate(self._listed_names()))
        if len(rows) > limits.MAX_CLASSES:
            raise refused(self._data, "too many classes", f"{len(rows):,}", f"{limits.MAX_CLASSES:,}")
        out: dict[int, str] = {}
        for key, name in rows:
            if not str(key).isdecimal() or len(str(key)) > 9 or not isinstance(name, str):
                self._faults.tell(f"{self._data}: names", "a class without a number or a name; it is left out", key)
                continue
            if name in out.values():
                self._faults.tell(f"{self._data}: names", "a name that two classes have; they count as one", name)
            out[int(key)] = printable(name, limits.MAX_NAME) or f"class {key}"
        return out

    def _listed_names(self) -> list[str]:
        for name in _NAME_LISTS:
            if name in self._reach.files:
                try:
                    text = self._reach.read(name, _DATA_BYTES).decode("utf-8-sig")
                except (NotReadableError, UnicodeDecodeError):
                    continue
                return [line.strip() for line in text.splitlines() if line.strip()]
        return []

    def _keypoint_shape(self) -> tuple[int, int]:
        shape = self._tree.get("kpt_shape")
        if shape is None:
            return 0, 3
        if not isinstance(shape, list) or len(shape) != 2 or not all(str(v).isdecimal() for v in shape):
            self._faults.tell(f"{self._data}: kpt_shape", "this is no pair of numbers; keypoints are not read", shape)
            return 0, 3
        count, each = (int(str(v)[:9]) for v in shape)
        if count > limits.MAX_KEYPOINTS or each not in (2, 3):
            self._faults.tell(
                f"{self._data}: kpt_shape", "keypoints have 2 or 3 numbers each; they are not read", shape
            )
            return 0, 3
        return count, each

    def _pictures(self) -> Iterator[tuple[str, str]]:
        """Yield each picture once, with its part."""
        taken: set[str] = set()
        if self._reach.pictures is not None:
            yield from ((path, "") for path in self._reach.extra_pictures)
            return
        for part in _PARTS:
            given = self._tree.get(part)
            for one in given if isinstance(given, list) else [given] if given else []:
                for path in self._listed(str(one), part):
                    if path not in taken:
                        taken.add(path)
                        yield path, part
        if not taken:
            for path in self._reach.picture_files:
                if self._label_of(path) or "images/" in f"/{path}":
                    folders = PurePosixPath(path).parts[:-1]
                    yield path, next((f for f in folders if f in _PARTS), "")

    def _listed(self, given: str, part: str) -> Iterator[str]:
        """Yield the pictures of a folder or of a list of pictures."""
        place = f"{self._data}: {part}"
        base = str(self._tree.get("path") or "").replace("\\", "/").removeprefix("./").strip("/")
        home = PurePosixPath(self._data).parent
        reference = given.replace("\\", "/")
        while reference.startswith(("../", "./")):  # exports often point one folder too high
            reference = reference.partition("/")[2]
        tries = [str(home / base / reference), str(home / reference), reference]
        if reference.startswith("/") or ".." in PurePosixPath(reference).parts:
            self._faults.tell(place, "points out of the dataset's folder; it is not opened", given)
            return
        for one in dict.fromkeys(t.strip("/") for t in tries):
            if one in self._known:
                yield from self._list_file(one)
                return
            prefix = "" if one in ("", ".") else f"{one}/"
            inside = [path for path in self._reach.picture_files if path.startswith(prefix)]
            if inside:
                yield from inside
                return
        self._faults.tell(place, "there is no such folder or list with pictures", given)

    def _list_file(self, name: str) -> Iterator[str]:
        try:
            text = self._reach.read(name, 16 * limits.MAX_LABEL_BYTES).decode("utf-8-sig")
        except (NotReadableError, UnicodeDecodeError) as error:
            self._faults.tell(name, "this list of pictures cannot be read", str(error))
            return
        beside = str(PurePosixPath(name).parent)
        for number, line in enumerate(text.splitlines(), 1):
            given = line.strip()
            if not given:
                continue
            try:
                found = [p for p in (f"{beside}/{given}", given) if self._reach.resolve(p) is not None]
            except NotReadableError as error:
                self._faults.tell(f"{name}:{number}", f"the picture {error}", given)
                continue
            if found:
                yield str(PurePosixPath(found[0]))
            else:
                self._faults.tell(f"{name}:{number}", "the picture is not there", given)

    def _label_of(self, picture: str) -> str:
        """Return the file with a picture's labels, as trainers find it; empty where there is none."""
        path = PurePosixPath(picture).with_suffix(".txt")
        parts = list(path.parts)
        tries = [str(path)]
        if "images" in parts[:-1]:
            at = len(parts) - 2 - parts[-2::-1].index("images")
            tries.insert(0, str(PurePosixPath(*parts[:at], "labels", *parts[at + 1 :])))
        if self._reach.pictures is not None:
            tries += [f"labels/{path}", f"labels/{path.name}", path.name]
        return next((t for t in tries if t in self._known and t not in _NO_LIST), "")

    def _measure(self, made: ForeignSet, place: int, path: str) -> None:
        try:
            real = self._reach.resolve(path)
        except NotReadableError as error:
            made.unseen[place] = f"its picture {error}"
            self._faults.tell(path, f"the picture {error}")
            return
        if real is None:
            made.unseen[place] = "its picture is not there"
            return
        measure(made, place, self._reach, real, path, self._faults)
        if not made.sizes[place, 0] and self._labels[place]:
            self._faults.tell(self._labels[place], "labels of a picture that cannot be read; they are not counted")

    def _tell_orphans(self) -> None:
        used = set(self._labels)
        for name in self._known:
            folders = PurePosixPath(name).parts[:-1]
            if name.endswith(".txt") and "labels" in folders and name not in used and name not in _NO_LIST:
                self._faults.tell(name, "labels without a picture; they are not counted")


def _box(values: Sequence[float], width: int, height: int) -> tuple[float, float, float, float]:
    x, y, w, h = values[:4]
    return (x - w / 2) * width, (y - h / 2) * height, w * width, h * height


def _oriented(ring: F64, width: int, height: int) -> bool:
    """Tell whether four corners are a rectangle that is turned and has its centre in the picture.

    Around what lies at the border such a box reaches out of the picture, and rightly.
    """
    first, second, third, fourth = ring
    along, across = second - first, fourth - first
    x, y = ring.mean(axis=0)
    size = float(np.hypot(*along) * np.hypot(*across))
    right_angled = abs(float(along @ across)) < 0.02 * size and float(np.abs(third - second - across).max()) < 1.0
    turned = float(np.abs(along).min()) > 1.0
    return right_angled and turned and 0 <= x < width and 0 <= y < height


def _keypoints(
    points: Sequence[Sequence[float]], width: int, height: int, tell: Tell
) -> tuple[tuple[float, float, int], ...]:
    out = []
    for point in points:
        v = point[2] if len(point) == 3 else (2 if point[0] or point[1] else 0)
        seen = int(v) if v in (0, 1, 2) else 0
        if seen != v:
            tell("a keypoint whose visibility is not 0, 1 or 2; it is left out")
        out.append((point[0] * width, point[1] * height, seen) if seen else (0.0, 0.0, 0))
    return tuple(out)
