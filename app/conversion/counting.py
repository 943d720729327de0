"""What each filter would remove, at once: the objects of a dataset as columns, counted in one stroke.

It reads records once and keeps a few numbers of each object; it shows and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from myriorama.plugins.selection import Selection, View
from myriorama.plugins.writing import DatasetInfo, StoredRecord
from myriorama.scenes.errors import InputError, Problem


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
    """

    labelled: int
    ignored: int
    removed: dict[str, int]
    by_class: dict[str, int]
    empty_samples: int


class ObjectTable:
    """The objects of a dataset: class, visible fraction, shorter side, area, sample.

    Parameters
    ----------
    info : DatasetInfo
    """

    def __init__(self, info: DatasetInfo) -> None:
        self.info = info
        self._names = [row.name for row in info.classes]
        self._place = {name: i for i, name in enumerate(self._names)}
        self._rows: list[npt.NDArray[np.float64]] = []
        self._joined: npt.NDArray[np.float64] | None = None
        self.samples = 0

    def add(self, stored: StoredRecord) -> None:
        """Take in the objects of a record."""
        rows = [
            (
                self._place[a["class_name"]],
                np.nan if a["visible"] is None else a["visible"],
                min(a["box"][2:]),
                a["area_px"],
                self.samples,
            )
            for a in stored["annotations"]
        ]
        self._rows.append(np.array(rows, dtype=np.float64).reshape(-1, 5))
        self._joined = None
        self.samples += 1

    def read(self, records: Iterable[StoredRecord], stop: Callable[[], bool] | None = None) -> None:
        """Take in records until they end, or `stop` says so."""
        for stored in records:
            if stop is not None and stop():
                return
            self.add(stored)

    def count(self, selection: Selection) -> Counted:
        """Return what a selection leaves.

        Raises
        ------
        InputError
            As `View`; or a filter needs the visible fraction, and an object has none.
        """
        view = View(self.info, selection)
        if self._joined is None:
            self._joined = np.concatenate([np.zeros((0, 5)), *self._rows])
        kinds, visible, side, area, sample = self._joined.T
        kind = kinds.astype(np.int64)
        wanted = selection.filter
        uses = [view.use_of_class(name) for name in self._names]
        shown = np.array([use == "label" for use in uses], dtype=np.bool_)[kind]
        if wanted.min_visible > 0 and np.isnan(visible[shown]).any():
            told = "these records have no visible fractions: render with the annotator `fractions`"
            raise InputError(Problem("min_visible", told, str(wanted.min_visible), "0"))
        left = shown
        removed = {"class": int((~left).sum())}
        for reason, passes in (
            ("visible", visible >= wanted.min_visible if wanted.min_visible > 0 else np.ones_like(shown)),
            ("size", side >= wanted.min_size_px),
            ("area", area >= wanted.min_area_px),
        ):
            removed[reason] = int((left & ~passes).sum())
            left = left & passes
        set_aside = np.array([use == "ignore" for use in uses], dtype=np.bool_)[kind]
        if wanted.use == "ignore":
            set_aside = set_aside | (shown & ~left)
        by_class: dict[str, int] = {row.name: 0 for row in view.info.classes if row.kind == "thing"}
        numbers = np.bincount(kind[left], minlength=len(self._names))
        for name, number in zip(self._names, numbers, strict=True):
            row = view.shown_class(name)
            if row is not None and row.name in by_class:
                by_class[row.name] += int(number)
        full = len(np.unique(sample[left]))
        return Counted(int(left.sum()), int(set_aside.sum()), removed, by_class, self.samples - full)
