"""What every reader makes of a foreign dataset: samples, objects and faults, in this program's pixel conventions.

Coordinates are continuous: the first pixel covers [0, 1) x [0, 1). Nothing here knows a format or opens a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from myriorama.app.printable import printable
from myriorama.app.reading.limits import KEPT_FAULTS, KEPT_OF_A_KIND, MAX_NAME
from myriorama.scenes.conventions import F64
from myriorama.scenes.errors import InputError, Problem

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]


class Tell(Protocol):
    """Takes what is wrong with the thing in hand, and what is written there; what becomes of it the message says."""

    def __call__(self, message: str, value: object = "") -> None: ...


@dataclass(frozen=True, eq=False)
class MaskCode:
    """A mask as run lengths down the columns of its picture, zeros first."""

    counts: I64
    height: int
    width: int

    @property
    def area_px(self) -> int:
        """Number of pixels."""
        return int(self.counts[1::2].sum())


@dataclass(frozen=True, eq=False)
class ForeignObject:
    """One labelled object.

    Attributes
    ----------
    box : (x, y, w, h)
        Continuous pixel coordinates; it may reach out of the picture, as the file says it.
    rle : MaskCode or None
    polygons : tuple of (N, 2) float64
        Outlines; together they cover the object. Empty where there is none.
    keypoints : tuple of (x, y, v)
        Visibility 0 not labelled, 1 hidden, 2 visible.
    bones : tuple of (int, int)
        Pairs of indices into `keypoints`.
    attributes : mapping
        Numbers and words.
    ignore : bool
        A region that is to be ignored rather than an object.
    """

    class_name: str
    box: tuple[float, float, float, float]
    rle: MaskCode | None = None
    polygons: tuple[F64, ...] = ()
    keypoints: tuple[tuple[float, float, int], ...] = ()
    bones: tuple[tuple[int, int], ...] = ()
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=lambda: MappingProxyType({}))
    ignore: bool = False

    @property
    def area_px(self) -> float:
        """Pixels of the mask, or the area of the outlines; not a number where there is only a box."""
        if self.rle is not None:
            return float(self.rle.area_px)
        if self.polygons:
            return float(sum(abs(_shoelace(ring)) for ring in self.polygons))
        return float("nan")


@dataclass(frozen=True, eq=False)
class ForeignSample:
    """One picture with what is labelled in it. `path` is inside the dataset, or empty where the picture is missing."""

    path: str
    width: int
    height: int
    objects: tuple[ForeignObject, ...]
    part: str = ""


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a foreign dataset.

    Attributes
    ----------
    place : str
        A file, and where in it.
    message : str
        What is wrong, and what became of it; the same words for the same kind of fault.
    value : str
        As it is written, shortened.
    """

    place: str
    message: str
    value: str = ""


class Faults:
    """A list of faults that a hostile file cannot make endless: each is counted, the first of each kind are kept."""

    def __init__(self) -> None:
        self.rows: list[Fault] = []
        self.kinds: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many there are, those not kept included."""
        return sum(self.kinds.values())

    def tell(self, place: str, message: str, value: object = "") -> None:
        """Take a fault."""
        self.kinds[message] += 1
        if len(self.rows) < KEPT_FAULTS and self.kinds[message] <= KEPT_OF_A_KIND:
            shown = value if isinstance(value, str) else repr(value)[: 2 * MAX_NAME]
            self.rows.append(Fault(printable(place), message, printable(shown, MAX_NAME)))

    def at(self, place: str) -> Tell:
        """Return what takes the faults of one place."""

        def told(message: str, value: object = "") -> None:
            self.tell(place, message, value)

        return told


class ReadingRefused(InputError):
    """A dataset cannot be read at all, or is beyond a limit."""


def refused(place: str, message: str, value: str = "", allowed: str = "") -> ReadingRefused:
    """Return the error for a dataset that is not read."""
    return ReadingRefused(Problem(printable(place), message, printable(value, MAX_NAME), allowed))


class ObjectsOf(Protocol):
    """Reads the objects of the picture at a place."""

    def __call__(self, place: int, faults: Faults) -> Sequence[ForeignObject]: ...


@dataclass(eq=False)
class ForeignSet:
    """A dataset that was gone through once: what it holds, and the way to each sample.

    Attributes
    ----------
    format : str
        In words.
    classes : tuple of str
        In the format's order, every name once.
    paths : list of str
        Picture of each sample inside the dataset, empty where it is missing.
    names : list of str
        What each sample is called: the picture as the labels name it.
    sizes : (N, 2) int32
        Width and height of each picture; 0 where neither the labels nor the picture tell.
    parts : list of str
        Part of the split, empty where there is none.
    objects_per_class : Counter
    pictures_per_class : Counter
    shapes : Counter
        How many objects have a mask, an outline, only a box, and how many have keypoints.
    ignored : int
        Regions to ignore; they are no objects.
    unseen : dict
        Place -> why its picture cannot be shown.
    notes : list of str
        Facts that are no faults.
    """

    format: str
    classes: tuple[str, ...]
    objects_of: ObjectsOf
    paths: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sizes: I32 = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int32))
    parts: list[str] = field(default_factory=list)
    objects_per_class: Counter[str] = field(default_factory=Counter)
    pictures_per_class: Counter[str] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    ignored: int = 0
    unseen: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def objects(self) -> int:
        """Labelled objects in all."""
        return self.objects_per_class.total()

    def sample(self, place: int, faults: Faults | None = None) -> ForeignSample:
        """Read one sample's labels again."""
        width, height = (int(v) for v in self.sizes[place])
        found = self.objects_of(place, faults if faults is not None else Faults())
        return ForeignSample(self.paths[place], width, height, tuple(found), self.parts[place])

    def count(self, items: Sequence[ForeignObject]) -> None:
        """Count the objects of one sample, by their classes and by what is known of their shape."""
        seen = [item for item in items if not item.ignore]
        names = [item.class_name for item in seen]
        self.objects_per_class.update(names)
        self.pictures_per_class.update(set(names))
        self.ignored += len(items) - len(seen)
        for item in seen:
            self.shapes[_shape_of(item)] += 1
            self.shapes["keypoints"] += any(v for _, _, v in item.keypoints)


def _shape_of(item: ForeignObject) -> str:
    if item.rle is not None:
        return "masks"
    return "outlines" if item.polygons else "boxes"


def plain_attributes(found: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Return those of foreign values that can be shown and counted, with names and words that can be printed."""
    out: dict[str, str | int | float | bool] = {}
    for name, value in found.items():
        if len(out) >= 64:
            break
        if isinstance(value, str):
            out[printable(str(name), 80)] = printable(value, MAX_NAME)
        elif isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 1e300):
            out[printable(str(name), 80)] = value
    return out


def _shoelace(ring: F64) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y))
