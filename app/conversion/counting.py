"""What each filter would remove, at once: the objects of a dataset as columns, counted in one stroke.

It reads records once and keeps a few numbers of each object; it shows and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.selection import Selection, Use, View
from myriorama.plugins.splitting import PARTS, WHOLE, Split
from myriorama.plugins.writing import DatasetInfo, StoredRecord
from myriorama.scenes.errors import InputError, Problem

_MASKED: Final = 16
"""With so many classes or fewer, a mask of each costs less than looking rows up."""


@dataclass(frozen=True)
class Counted:
    """What a selection leaves of a dataset.

    Attributes
    ----------
    labelled, ignored : int
        Objects.
    removed : dict of str to int
        Reason -> objects that are not labelled for it; each object has one reason, the first of class, visible, size
        and area.
    by_class : dict of str to int
        Class as it is shown -> labelled objects.
    empty_samples : int
        Samples without a labelled object.
    parts : dict of str to int
        Part of the split -> samples.
    """

    labelled: int
    ignored: int
    removed: dict[str, int]
    by_class: dict[str, int]
    empty_samples: int
    parts: dict[str, int]


@dataclass(frozen=True, eq=False)
class Columns:
    """Objects of some samples, N rows, and the samples themselves, M rows.

    Attributes
    ----------
    kind : (N,) uint16
        Place of the class among those of the dataset.
    visible : (N,) float64
        NaN where it was not computed.
    side_px, area_px : (N,) int32
        Shorter side of the tight box; visible pixels.
    objects : (M,) int32
        How many of the rows each sample has, in order.
    place : (M,) float64
        Where each sample lies for a split, as `Split.place_of` says.
    """

    kind: npt.NDArray[np.uint16]
    visible: npt.NDArray[np.float64]
    side_px: npt.NDArray[np.int32]
    area_px: npt.NDArray[np.int32]
    objects: npt.NDArray[np.int32]
    place: npt.NDArray[np.float64]


COLUMN_TYPES = {"kind": "<u2", "visible": "<f8", "side_px": "<i4", "area_px": "<i4", "objects": "<i4", "place": "<f8"}


def columns_of(records: Iterable[StoredRecord], info: DatasetInfo, split: Split = WHOLE) -> Columns:
    """Return the columns of some records; see `Split.place_of` for errors."""
    order = {row.name: i for i, row in enumerate(info.classes)}
    rows: list[tuple[int, float, int, int]] = []
    objects, place = [], []
    for stored in records:
        for a in stored["annotations"]:
            visible = np.nan if a["visible"] is None else a["visible"]
            rows.append((order[a["class_name"]], visible, min(a["box"][2:]), a["area_px"]))
        objects.append(len(stored["annotations"]))
        place.append(split.place_of(stored))
    given: list[Any] = [*(zip(*rows, strict=True) if rows else ((), (), (), ())), objects, place]
    made = (np.array(v, dtype=t) for v, t in zip(given, COLUMN_TYPES.values(), strict=True))
    return Columns(**dict(zip(COLUMN_TYPES, made, strict=True)))


class ObjectTable:
    """The objects of a dataset: class, visible fraction, shorter side, area, sample.

    Parameters
    ----------
    info : DatasetInfo
    split : Split
        Whose `by` and `salt` decide where a sample lies; its shares may be others when it is counted.

    Attributes
    ----------
    samples, objects : int
        Taken in so far.
    """

    def __init__(self, info: DatasetInfo, split: Split = WHOLE) -> None:
        self.info = info
        self.split = split
        self._names = [row.name for row in info.classes]
        self._pieces: list[Columns] = []
        self._joined: Columns | None = None
        self._masks: list[npt.NDArray[np.bool_]] = []
        self._unknown: list[bool] = []
        self._starts: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.samples = 0
        self.objects = 0

    def add(self, stored: StoredRecord) -> None:
        """Take in the objects of a record."""
        self.take(columns_of([stored], self.info, self.split))

    def take(self, columns: Columns) -> None:
        """Take in the columns of further samples."""
        self._pieces.append(columns)
        self._joined = None
        self.samples += len(columns.objects)
        self.objects += len(columns.kind)

    def join(self) -> Columns:
        """Return all that was taken in; once for many counts."""
        if self._joined is None:
            pieces = self._pieces or [columns_of([], self.info)]
            joined = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in COLUMN_TYPES}
            self._joined = Columns(**joined)
            self._pieces = [self._joined]
            self._index(self._joined)
        return self._joined

    def _index(self, joined: Columns) -> None:
        """Note what every count asks for and no selection changes: the rows of each class, and of each sample."""
        classes = len(self._names)
        self._masks = [joined.kind == i for i in range(classes)] if classes <= _MASKED else []
        self._unknown = (np.bincount(joined.kind[np.isnan(joined.visible)], minlength=classes) > 0).tolist()
        begins = np.cumsum(joined.objects, dtype=np.int64) - joined.objects
        self._starts = begins[joined.objects > 0]

    def read(self, records: Iterable[StoredRecord], stop: Callable[[], bool] | None = None) -> None:
        """Take in records until they end, or `stop` says so."""
        for stored in records:
            if stop is not None and stop():
                return
            self.add(stored)

    def count(self, selection: Selection) -> Counted:
        """Return what a selection leaves; parts only where its split divides by what the table was made with.

        Raises
        ------
        InputError
            As `View`; or a filter needs the visible fraction, and an object has none.
        """
        view = View(self.info, selection)
        joined = self.join()
        wanted = selection.filter
        uses = [view.use_of_class(name) for name in self._names]
        shown = self._of_use(uses, "label")
        if wanted.min_visible > 0 and any(u == "label" and n for u, n in zip(uses, self._unknown, strict=True)):
            told = "these records have no visible fractions: render with the annotator `fractions`"
            raise InputError(Problem("min_visible", told, str(wanted.min_visible), "0"))
        left = shown
        number = int(np.count_nonzero(left))
        removed = {"class": len(left) - number}
        for reason, least, values in (
            ("visible", wanted.min_visible, joined.visible),
            ("size", wanted.min_size_px, joined.side_px),
            ("area", wanted.min_area_px, joined.area_px),
        ):
            before = number
            if least > 0:  # below that nothing is asked; a fraction that was not computed passes
                left = left & (values >= least)
                number = int(np.count_nonzero(left))
            removed[reason] = before - number
        set_aside = int(np.count_nonzero(self._of_use(uses, "ignore")))
        if wanted.use == "ignore":
            set_aside += int(np.count_nonzero(shown)) - number
        by_class: dict[str, int] = {row.name: 0 for row in view.info.classes if row.kind == "thing"}
        for name, of_class in zip(self._names, self._numbers(left), strict=True):
            row = view.shown_class(name)
            if row is not None and row.name in by_class:
                by_class[row.name] += of_class
        full = np.logical_or.reduceat(left, self._starts) if len(self._starts) else left
        empty = self.samples - int(np.count_nonzero(full))
        return Counted(number, set_aside, removed, by_class, empty, self._parts(selection.split, joined.place))

    def own_counts(self) -> dict[str, int]:
        """Return how many objects each class of the dataset has."""
        self.join()
        numbers = self._numbers(np.ones(self.objects, dtype=np.bool_))
        return dict(zip(self._names, numbers, strict=True))

    def _numbers(self, left: npt.NDArray[np.bool_]) -> list[int]:
        """Return how many of these rows each class has."""
        if self._masks:
            return [int(np.count_nonzero(mask & left)) for mask in self._masks]
        return [int(n) for n in np.bincount(self.join().kind[left], minlength=len(self._names))]

    def _of_use(self, uses: Sequence[Use], wanted: Use) -> npt.NDArray[np.bool_]:
        """Return which rows are of a class of this use."""
        if not self._masks:
            looked_up: npt.NDArray[np.bool_] = np.array([use == wanted for use in uses], dtype=np.bool_)
            return looked_up[self.join().kind] if self.objects else np.zeros(0, dtype=np.bool_)
        out = np.zeros(self.objects, dtype=np.bool_)
        for use, mask in zip(uses, self._masks, strict=True):
            if use == wanted:
                out |= mask
        return out

    def _parts(self, split: Split, place: npt.NDArray[np.float64]) -> dict[str, int]:
        """Return the samples of each part: the arithmetic of `Split.part_at`, for all samples at once."""
        if len(split.parts) == 1:
            return {split.parts[0]: self.samples}
        if (split.by, split.salt) != (self.split.by, self.split.salt):
            return {}
        out, rest = {}, place
        for part, share in zip(PARTS, split.shares, strict=True):
            inside = rest < share
            out[part] = int(np.count_nonzero(inside))
            rest = rest[~inside] - share
        out[split.parts[-1]] += len(rest)
        return {part: out[part] for part in split.parts}
