"""How rings fill pixels, and how well they fill the pixels of masks: as runs down the columns, nothing is painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.rle import I64

Flags: TypeAlias = Mask
Cuts: TypeAlias = Callable[[F64, F64], tuple[I64, I64, I64]]
"""A rule of filling: where lines from (E, 2) to (E, 2) cut columns; which line, which column, the first row behind."""


@dataclass(frozen=True, eq=False)
class Rings:
    """Closed rings of points in continuous pixel coordinates, one behind the other.

    Attributes
    ----------
    points : (N, 2) float64
    first : (R + 1,) int
        Where each ring begins, and the end.
    owner : (R,) int
        The mask that it belongs to, in growing order.
    """

    points: F64
    first: I64
    owner: I64

    @property
    def sizes(self) -> I64:
        """Number of points of each ring."""
        return np.diff(self.first)

    @property
    def ring_of(self) -> I64:
        """The ring of each point."""
        return np.repeat(np.arange(len(self.owner)), self.sizes)

    def ahead(self) -> I64:
        """Return the place of the next point of the same ring."""
        out = np.arange(1, len(self.points) + 1)
        out[self.first[1:] - 1] = self.first[:-1]
        return out

    def behind(self) -> I64:
        """Return the place of the point before, of the same ring."""
        out = np.arange(-1, len(self.points) - 1)
        out[self.first[:-1]] = self.first[1:] - 1
        return out

    def areas(self) -> F64:
        """Return the area of each ring by the shoelace formula: above 0 where it runs clockwise as one sees it."""
        to = self.points[self.ahead()]
        twice = self.points[:, 0] * to[:, 1] - to[:, 0] * self.points[:, 1]
        areas: F64 = 0.5 * np.add.reduceat(twice, self.first[:-1])
        return areas

    def of(self, chosen: Flags) -> Rings:
        """Return the rings of the chosen masks, with the numbers of their masks."""
        rings = chosen[self.owner]
        sizes = self.sizes[rings]
        first = np.concatenate(([0], np.cumsum(sizes)))
        return Rings(self.points[np.repeat(rings, self.sizes)], first, self.owner[rings])


class Measure:
    """Holds filled rings against masks of one picture.

    Parameters
    ----------
    counts : sequence of (K,) int64
        The masks' run lengths: zeros, ones, zeros, ...
    height, width : int
    cuts : callable
        The rule of filling.
    """

    def __init__(self, counts: Sequence[I64], height: int, width: int, cuts: Cuts) -> None:
        self._height = height
        self._size = height * width
        self._cuts = cuts
        joined = np.concatenate(counts)
        lengths = np.array([len(c) for c in counts])
        self._first = np.concatenate(([0], np.cumsum(lengths)))
        owner = np.repeat(np.arange(len(counts)), lengths)
        self._is_ones = (np.arange(len(joined)) - self._first[owner]) % 2 == 1
        # All masks as one long picture, each with one place more than it has pixels: its end.
        all_stops = np.cumsum(joined)
        self._stops = all_stops + owner
        starts = all_stops - joined + owner
        self._starts = np.concatenate((starts, [self._stops[-1] + 1]))
        ones = np.where(self._is_ones, joined, 0)
        self._before = np.concatenate(([0], np.cumsum(ones)))
        self.pixels = np.add.reduceat(ones, self._first[:-1])

    def iou(self, rings: Rings, outer: Flags, holes: bool) -> F64:
        """Return the intersection over union of each mask with its filled rings; 0 for masks without rings.

        Parameters
        ----------
        outer : (R,) bool
            Outer borders; the others are holes.
        holes : bool
            Cut holes out; else they are filled.
        """
        used = np.ones(len(outer), dtype=np.bool_) if holes else outer
        ring_of = rings.ring_of
        lines = np.flatnonzero(used[ring_of])
        line, column, row = self._cuts(rings.points[lines], rings.points[rings.ahead()[lines]])
        ring = ring_of[lines[line]]
        owner = rings.owner[ring]
        place = column * self._height + np.clip(row, 0, self._height) + owner * (self._size + 1)
        # Down the columns each ring is entered and left in turn; it cuts every column an even number of times.
        order = np.lexsort((place, ring))
        turn = np.where(outer, 1, -1)[ring[order]]
        turn[1::2] *= -1
        place, owner = place[order], owner[order]
        order = np.argsort(place, kind="stable")
        place, owner = place[order], owner[order]
        inside = np.flatnonzero(np.cumsum(turn[order]) > 0)
        filled = np.bincount(owner[inside], place[inside + 1] - place[inside], len(self.pixels))
        ones = self._ones_before(place)
        both = np.bincount(owner[inside], ones[inside + 1] - ones[inside], len(self.pixels))
        share: F64 = both / (filled + self.pixels - both)
        return share

    def _ones_before(self, places: I64) -> I64:
        """Return how many set pixels of all masks come before each place of the long picture."""
        run = np.searchsorted(self._stops, places, side="right")
        within = np.append(self._is_ones, False)[run]
        ones: I64 = self._before[run] + np.where(within, places - self._starts[run], 0)
        return ones
