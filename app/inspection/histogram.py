"""What a distribution gives: drawn by the real sampler with the project's own streams, beside what it declares.

It keeps nothing; the values that an export will have are `effective`'s.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from myriorama.app.inspection.candidates import cells_of
from myriorama.scenes.conventions import F64
from myriorama.scenes.drawing.cells import Cell
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.evenness import nested_permutation, sobol
from myriorama.scenes.parameters.philox import philox
from myriorama.scenes.parameters.schema import Parameter
from myriorama.scenes.parameters.streams import PURPOSE_SCRAMBLE, PURPOSE_SHUFFLE, counters, key_columns, unit
from myriorama.scenes.parameters.transforms import EvenTable, table_of

DRAWS: Final = 1000
BINS: Final = 32
CATEGORIES: Final = 12
_POINTS: Final = 65


@dataclass(frozen=True, eq=False)
class Histogram:
    """Draws of numbers.

    Attributes
    ----------
    low, high : float
        Ends of the bins.
    logarithmic : bool
        The bins are even in the logarithm.
    shares : (K,) float64
        Share of the draws in each bin.
    curve : (K, 2) float64
        Place in [0, 1] between the ends, and the declared share of a bin there; empty where none is known.
    draws : (N,) float64
    """

    low: float
    high: float
    logarithmic: bool
    shares: F64
    curve: F64
    draws: F64

    def quantile(self, share: float) -> float:
        """Return below which number this share of the values lies: by the declared curve where there is one."""
        if not len(self.curve):
            return float(np.quantile(self.draws, share))
        places = np.linspace(0.0, 1.0, 2049)
        heights = np.interp(places, self.curve[:, 0], self.curve[:, 1])
        areas = np.concatenate([[0.0], np.cumsum(0.5 * (heights[1:] + heights[:-1]))])
        place = float(np.interp(share * areas[-1], areas, places))
        if self.logarithmic:
            return self.low * float((self.high / self.low) ** place)
        return self.low + place * (self.high - self.low)

    def place(self, value: float) -> float:
        """Return where a value lies between the ends, 0 to 1."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low) if value > 0.0 else 0.0
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Categories:
    """Draws of words, colours or files: label, declared share, drawn share; the most likely first."""

    entries: tuple[tuple[str, float, float], ...]


def histogram(
    value: Any, declaration: Parameter, path: str, seed: int, *, per_object: bool = False
) -> Histogram | Categories | None:
    """Return what a written distribution of one cell gives; None for what has no such picture (links, files).

    Parameters
    ----------
    path : str
        Key of its stream of draws.
    """
    cells, problems = cells_of({**value}, declaration, per_object=per_object, path=path)
    if problems or len(cells) != 1 or cells[0].written is None:
        return None
    cell = cells[0]
    assert cell.written is not None
    found = cell.written.distribution
    if isinstance(found, d.Linked | d.Folder | d.Sphere | d.Hemisphere | d.UniformRotation):
        return None
    drawn = draw_many(cell, path, seed, 1 if cell.scope == "dataset" else DRAWS)
    if isinstance(found, d.Chance) or (isinstance(found, d.OneOf) and not _are_numbers(drawn)):
        return _categories(cell, drawn)
    if isinstance(found, d.Hsv):
        return Categories(tuple((_hex(v), 1.0 / len(drawn), 1.0 / len(drawn)) for v in sorted(drawn, key=_hue)[::21]))
    return _numeric(cell, np.array(drawn, dtype=np.float64))


def draw_many(cell: Cell, path: str, seed: int, count: int = DRAWS) -> list[Any]:
    """Return what a cell is in samples 0, 1, ..., count - 1, for the first object where it belongs to objects."""
    assert cell.written is not None
    found = cell.written.distribution
    rows = np.zeros(count, dtype=np.intp)
    counter = counters(0, 0, 0, 0, count)
    if count > 1:
        counter[2] = np.arange(count, dtype=np.uint64)
    words = philox(counter, np.repeat(key_columns(seed, [path]), count, axis=1))
    if isinstance(found, d.Even):
        values = EvenTable([found]).values(rows, _even(found, cell, path, seed, count, words[0]))
    else:
        values = table_of(type(found), [found]).values(rows, words)
    chance = cell.written.chance
    if chance < 1.0:
        used = unit(words[3]) < chance
        values = [v if u else cell.otherwise for v, u in zip(values, used.tolist(), strict=True)]
    return values


def _even(found: d.Even, cell: Cell, path: str, seed: int, count: int, words: Any) -> F64:
    """As `evenness.even_units`, for many samples of one object instead of one sample of many objects."""
    shared = f"@even_group/{found.group}" if isinstance(found, d.EvenGroup) else path
    dimension = (found.dimension or 0) if isinstance(found, d.EvenGroup) else cell.dimension
    shuffle = np.repeat(key_columns(seed, [shared], PURPOSE_SHUFFLE), count, axis=1)
    scramble = np.repeat(key_columns(seed, [path], PURPOSE_SCRAMBLE), count, axis=1)
    none = np.zeros(count, dtype=np.uint64)
    shuffled = nested_permutation(np.arange(count, dtype=np.uint64), shuffle, none, 0, 0)
    point = sobol(shuffled, np.full(count, dimension, dtype=np.uint64))
    scrambled = nested_permutation(point, scramble, none, 0, 0)
    return np.asarray(((scrambled << np.uint64(21)) | (words >> np.uint64(43))) * 2.0**-53, dtype=np.float64)


def _are_numbers(drawn: Sequence[Any]) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in drawn)


def _categories(cell: Cell, drawn: Sequence[Any]) -> Categories:
    assert cell.written is not None
    found, chance = cell.written.distribution, cell.written.chance
    declared: defaultdict[Any, float] = defaultdict(float)
    if isinstance(found, d.OneOf):
        weights = found.weights or (1.0,) * len(found.options)
        for option, weight in zip(found.options, weights, strict=True):
            declared[option] += chance * weight / sum(weights)
    else:
        declared[True] += chance
    if chance < 1.0:
        declared[cell.otherwise] += 1.0 - chance
    counts = Counter(drawn)
    listed = sorted(declared.items(), key=lambda item: -item[1])[:CATEGORIES]
    return Categories(tuple((label(v), share, counts[v] / len(drawn)) for v, share in listed))


def label(value: Any) -> str:
    """Return a drawn value as a word: ``yes``, ``#rrggbb``, the last part of a file's path."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return _hex(value) if len(value) == 3 else ", ".join(f"{v:.3g}" for v in value)
    return str(value).rpartition("/")[2] if isinstance(value, str) else f"{value:.4g}" if value is not None else "none"


def _hex(color: Sequence[float]) -> str:
    return "#" + "".join(f"{round(min(max(c, 0.0), 1.0) * 255):02x}" for c in color)


def _hue(color: Sequence[float]) -> tuple[float, float]:
    high, low = max(color), min(color)
    if high == low:
        return 0.0, high
    red, green, blue = ((high - c) / (high - low) for c in color)
    hue = blue - green if color[0] == high else 2.0 + red - blue if color[1] == high else 4.0 + green - red
    return hue % 6.0, high


def _numeric(cell: Cell, draws: F64) -> Histogram:
    assert cell.written is not None
    found = cell.written.distribution
    support = found.support() or (float(draws.min()), float(draws.max()))
    if isinstance(found, d.OneOf):
        numbers = [float(v) for v in found.options]
        support = min(numbers), max(numbers)
    low, high = min(support[0], float(draws.min())), max(support[1], float(draws.max()))
    logarithmic = isinstance(found, d.LogUniform) and low > 0.0 and high > low
    whole = isinstance(found, d.Integers) or (isinstance(found, d.Even) and found.whole)
    if whole:
        low, high = low - 0.5, high + 0.5
    elif high <= low:
        low, high = low - 0.5, low + 0.5
    # Whole numbers get a bin each, so that none looks twice as likely as its neighbour.
    bins = round(high - low) if whole and high - low <= 2 * BINS else BINS
    edges = np.geomspace(low, high, bins + 1) if logarithmic else np.linspace(low, high, bins + 1)
    counts, _ = np.histogram(draws, bins=edges)
    curve = _curve(found, low, high, bins)
    if len(curve):
        curve[:, 1] *= cell.written.chance
    return Histogram(low, high, logarithmic, counts / len(draws), curve, draws)


def _curve(found: d.Distribution, low: float, high: float, bins: int) -> F64:
    """Return the declared share of a bin at some places, as (K, 2)."""
    places = np.linspace(0.0, 1.0, _POINTS)
    x = low + places * (high - low)
    width = (high - low) / bins
    if isinstance(found, d.LogUniform) and found.low < found.high:
        ratio = math.log(high / low)
        inside = low * np.exp(places * ratio)
        within = (inside >= found.low * (1 - 1e-12)) & (inside <= found.high * (1 + 1e-12))
        return np.stack([places, within * ratio / bins / math.log(found.high / found.low)], axis=1)
    if isinstance(found, d.Curve):
        points = np.array(found.points)
        area = sum(0.5 * (p[1] + q[1]) * (q[0] - p[0]) for p, q in pairwise(found.points))
        return np.stack([(points[:, 0] - low) / (high - low), points[:, 1] / area * width], axis=1)
    density = density_at(found, x)
    return np.stack([places, density * width], axis=1) if density is not None else np.empty((0, 2))


def density_at(found: d.Distribution, x: F64) -> F64 | None:
    """Return the declared density at some numbers; None where it has none."""
    if isinstance(found, d.Uniform | d.Even) and not (isinstance(found, d.Even) and found.whole):
        span = found.high - found.low
        return ((x >= found.low) & (x <= found.high)) / span if span > 0.0 else None
    if isinstance(found, d.Integers | d.Even):
        inside = (x >= found.low - 0.5) & (x <= found.high + 0.5)
        return np.asarray(inside / (found.high - found.low + 1.0))
    if isinstance(found, d.Normal):
        from scipy.special import ndtr  # late, as in drawing: most selections never need it

        mass = float(ndtr((found.high - found.mean) / found.std) - ndtr((found.low - found.mean) / found.std))
        if mass <= 0.0:
            return None  # a far tail: the draws show it, the formula has no digits left
        z = (x - found.mean) / found.std
        inside = (x >= found.low) & (x <= found.high)
        return np.asarray(inside * np.exp(-0.5 * z * z) / (found.std * math.sqrt(2.0 * math.pi) * mass))
    if isinstance(found, d.Beta) and found.high > found.low:
        from scipy.special import betaln

        share = np.clip((x - found.low) / (found.high - found.low), 1e-6, 1.0 - 1e-6)
        logs = (found.a - 1.0) * np.log(share) + (found.b - 1.0) * np.log1p(-share) - betaln(found.a, found.b)
        inside = (x >= found.low) & (x <= found.high)
        return np.asarray(inside * np.exp(logs) / (found.high - found.low))
    return None


__all__ = ["Categories", "Histogram", "density_at", "draw_many", "histogram", "label"]
