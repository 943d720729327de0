"""Bins, counts, and how far what was drawn lies from what was declared. It plots nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.app.browsing.rows import I64, Held
from myriorama.scenes.conventions import F64

_BINS: Final = 24
_ENOUGH: Final = 20
_UNLIKELY: Final = 1.95
"""Kolmogorov's limit for p = 0.001."""


@dataclass(frozen=True, eq=False)
class Bins:
    """Intervals side by side.

    Attributes
    ----------
    edges : (N + 1,) float64
    whole : bool
        Each holds one whole number, at its middle.
    """

    edges: F64
    whole: bool = False

    @property
    def count(self) -> int:
        return len(self.edges) - 1

    @property
    def centers(self) -> F64:
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2)

    @property
    def width(self) -> float:
        return float(self.edges[1] - self.edges[0])

    def range_of(self, first: int, last: int) -> tuple[float, float]:
        """Return the lowest and highest value of bins `first` to `last`, both included."""
        low, high = float(self.edges[first]), float(self.edges[last + 1])
        if self.whole:
            step = self.width / 2
            return low + step, high - step
        return low, high if last == self.count - 1 else math.nextafter(high, -math.inf)

    def place(self, value: float) -> int:
        """Return the bin of a value, or the nearest one."""
        at = int(np.searchsorted(self.edges, value, side="right")) - 1
        return min(max(at, 0), self.count - 1)

    def counts(self, values: F64) -> I64:
        """Return (N,) int64: how many values lie in each."""
        return np.asarray(np.histogram(values, self.edges)[0], dtype=np.int64)


def bins_for(low: float, high: float, *, whole: bool = False, most: int = _BINS) -> Bins:
    """Return at most about `most` bins with round edges that hold [low, high]."""
    if whole:
        first, last = math.floor(low), math.ceil(high)
        each = max(1, math.ceil((last - first + 1) / most))
        edges = np.asarray(np.arange(first, last + 1 + each, each), dtype=np.float64) - 0.5
        return Bins(edges, whole=each == 1)
    if not high > low:
        room = abs(low) * 0.05 or 0.5
        low, high = low - room, high + room
    step = _round_step((high - low) / most)
    start = math.floor(low / step + 1e-9) * step
    count = max(1, math.ceil((high - start) / step - 1e-9))
    return Bins(np.asarray(start + step * np.arange(count + 1), dtype=np.float64))


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next((s for s in (1.0, 2.0, 2.5, 5.0) if rough <= s * power * (1 + 1e-9)), 10.0)


def all_whole(values: F64) -> bool:
    """Tell whether every value is a whole number."""
    return bool(np.all(values == np.rint(values)))


@dataclass(frozen=True)
class Agreement:
    """How what was drawn fits what was declared.

    Attributes
    ----------
    distance : float
        Kolmogorov and Smirnov's for numbers, total variation for words; 0 is the same, 1 is nothing in common.
    word : str
        ``close``, ``off``, or ``too few``.
    """

    distance: float
    word: str

    @property
    def told(self) -> str:
        """A few words for people."""
        return "too few to compare" if self.word == "too few" else f"{self.word} ({self.distance:.2f})"


def agreement_of_numbers(drawn: F64, reference: F64) -> Agreement:
    """Compare drawn numbers with a sorted sample of what is declared (two-sample Kolmogorov-Smirnov)."""
    n, m = len(drawn), len(reference)
    if n == 0 or m == 0:
        return Agreement(0.0, "too few")
    drawn = np.sort(drawn)
    both = np.concatenate([drawn, reference])
    below = np.searchsorted(drawn, both, side="right") / n
    declared = np.searchsorted(reference, both, side="right") / m
    distance = float(np.abs(below - declared).max())
    if n < _ENOUGH:
        return Agreement(distance, "too few")
    return Agreement(distance, "off" if distance > _UNLIKELY * math.sqrt((n + m) / (n * m)) else "close")


def agreement_of_words(counts: Mapping[str, int], shares: Mapping[str, float]) -> Agreement:
    """Compare how often words were drawn with their declared shares (total variation, judged by chi-square)."""
    n = sum(counts.values())
    words = {*counts, *shares}
    if n == 0:
        return Agreement(0.0, "too few")
    distance = 0.5 * sum(abs(counts.get(w, 0) / n - shares.get(w, 0.0)) for w in words)
    if n < _ENOUGH:
        return Agreement(distance, "too few")
    if any(counts.get(w, 0) and not shares.get(w, 0.0) for w in words):
        return Agreement(distance, "off")
    square = sum((counts.get(w, 0) - n * p) ** 2 / (n * p) for w, p in shares.items() if p > 0)
    freedom = max(1, sum(p > 0 for p in shares.values()) - 1)
    # Wilson and Hilferty (1931): the cube root of a chi-square over its freedom is nearly normal; 3.09 is p = 0.001
    part = 2.0 / (9.0 * freedom)
    limit = freedom * (1.0 - part + 3.09 * math.sqrt(part)) ** 3
    return Agreement(distance, "off" if square > limit else "close")


def split_counts(bins: Bins, values: F64, stale: Held) -> tuple[I64, I64]:
    """Return the counts of current and of stale values."""
    return bins.counts(values[~stale]), bins.counts(values[stale])


def one_each(indices: I64, values: F64) -> F64:
    """Return the first value of each sample: objects of one sample that share a draw count once."""
    _, first = np.unique(indices, return_index=True)
    return values[first]


def own_draws(indices: I64, values: F64, *, per_sample: bool, views: int = 1) -> F64:
    """Return each draw once: what all objects of a sample share, and what all views of a scene share.

    Parameters
    ----------
    indices : (N,) int64
        Of the pictures that the values were found in.
    per_sample : bool
        All objects of a sample share the draw.
    views : int
        Cameras on the rig.
    """
    scenes = indices // views
    if per_sample:
        return one_each(scenes, values)
    if views == 1:
        return values
    known, scene = np.unique(scenes, return_inverse=True)
    first = np.full(len(known), np.iinfo(np.int64).max)
    np.minimum.at(first, scene, indices)
    found: F64 = values[indices == first[scene]]
    return found
