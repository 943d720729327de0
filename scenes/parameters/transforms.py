"""Turns random words into values: one table per kind of distribution, many parameters at once.

The transforms are our own, fixed formulas of the words, so a library's next version cannot change a dataset. Reals are
reproducible to 1e-12 relative between machines; whole numbers and choices exactly. No table reads a stream or a clock.

Word 0, 1 and 2 of a block feed the value; word 3 is left for the chance that the value is used at all.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.philox import U64, multiply_high
from myriorama.scenes.parameters.streams import unit

_D = TypeVar("_D", bound=d.Distribution)


class Table(Protocol):
    """Several parameters of one kind."""

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        """Return one value per lane.

        Parameters
        ----------
        rows : (N,) intp
            Which parameter each lane belongs to.
        words : (4, N) uint64
        """
        ...


def _columns(distributions: Sequence[Any], *names: str) -> tuple[F64, ...]:
    return tuple(np.array([getattr(x, name) for x in distributions], dtype=np.float64) for name in names)


def _inside(values: F64, low: F64, high: F64) -> F64:
    # Only the rounding of the last bit is taken back here: the formulas themselves cannot leave the range.
    return np.minimum(np.maximum(values, low), high)


def lerp(low: F64, high: F64, u: F64) -> F64:
    """Return ``low + u (high - low)``, never outside [low, high] by rounding."""
    return _inside(low + u * (high - low), low, high)


def spread_whole(low: F64, high: F64, u: F64) -> F64:
    """Return the whole number of low, ..., high whose equal share of [0, 1) holds u."""
    return np.minimum(low + np.floor(u * (high - low + 1.0)), high)


class _Uniform:
    def __init__(self, distributions: Sequence[d.Uniform]) -> None:
        self._low, self._high = _columns(distributions, "low", "high")

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        found: list[Any] = lerp(self._low[rows], self._high[rows], unit(words[0])).tolist()
        return found


class _Integers:
    def __init__(self, distributions: Sequence[d.Integers]) -> None:
        self._low = np.array([x.low for x in distributions], dtype=np.int64)
        self._span = np.array([x.high - x.low + 1 for x in distributions], dtype=np.uint64)
        self._real = [x.real for x in distributions]

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        # The upper half of word * span is uniform over the span up to 2**-64 times the span.
        whole: list[Any] = (self._low[rows] + multiply_high(words[0], self._span[rows]).astype(np.int64)).tolist()
        if any(self._real):
            return [float(v) if self._real[r] else v for v, r in zip(whole, rows.tolist(), strict=True)]
        return whole


class _LogUniform:
    def __init__(self, distributions: Sequence[d.LogUniform]) -> None:
        self._low, self._high = _columns(distributions, "low", "high")
        self._log_low = np.array([math.log(x.low) for x in distributions])
        self._log_high = np.array([math.log(x.high) for x in distributions])

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        exponent = lerp(self._log_low[rows], self._log_high[rows], unit(words[0]))
        found: list[Any] = _inside(np.exp(exponent), self._low[rows], self._high[rows]).tolist()
        return found


class _Normal:
    """Inverse of the truncated normal's distribution function, taken in the tail that keeps its digits."""

    def __init__(self, distributions: Sequence[d.Normal]) -> None:
        from scipy.special import ndtr  # late: most projects never need it, and it costs tens of milliseconds

        self._mean, self._std, self._low, self._high = _columns(distributions, "mean", "std", "low", "high")
        a, b = (self._low - self._mean) / self._std, (self._high - self._mean) / self._std
        upper = a > 0.0
        self._sign = np.where(upper, -1.0, 1.0)
        # In the upper tail both ends are mirrored: u = 0 still is the low end, probabilities now fall with u.
        self._start = ndtr(self._sign * a)
        self._stop = ndtr(self._sign * b)

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        from scipy.special import ndtri

        start, stop = self._start[rows], self._stop[rows]
        z = self._sign[rows] * ndtri(start + unit(words[0]) * (stop - start))
        found: list[Any] = _inside(self._mean[rows] + self._std[rows] * z, self._low[rows], self._high[rows]).tolist()
        return found


class _Beta:
    def __init__(self, distributions: Sequence[d.Beta]) -> None:
        self._a, self._b, self._low, self._high = _columns(distributions, "a", "b", "low", "high")

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        from scipy.special import betaincinv

        share: F64 = np.asarray(betaincinv(self._a[rows], self._b[rows], unit(words[0])), dtype=np.float64)
        found: list[Any] = lerp(self._low[rows], self._high[rows], share).tolist()
        return found


class _OneOf:
    def __init__(self, distributions: Sequence[d.OneOf]) -> None:
        self._options = [x.options for x in distributions]
        self._shares = [shares(x.weights or (1.0,) * len(x.options)) for x in distributions]

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        picks = zip(rows.tolist(), unit(words[0]).tolist(), strict=True)
        return [self._options[r][bisect_right(self._shares[r], u)] for r, u in picks]


def shares(weights: Sequence[float]) -> list[float]:
    """Return the cumulative probabilities of some weights; the last is exactly 1."""
    sums = list(accumulate(weights))
    return [s / sums[-1] for s in sums]


class _Hsv:
    def __init__(self, distributions: Sequence[d.Hsv]) -> None:
        ranges = np.array([(x.hue_deg, x.saturation, x.value) for x in distributions], dtype=np.float64)
        self._low, self._high = ranges[:, :, 0].T, ranges[:, :, 1].T

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        hue, saturation, value = lerp(self._low[:, rows], self._high[:, rows], unit(words[:3]))
        return list(map(tuple, srgb_from_hsv(hue, saturation, value).tolist()))


def srgb_from_hsv(hue_deg: F64, saturation: F64, value: F64) -> F64:
    """Return (N, 3) float64 sRGB. Smith, "Color gamut transform pairs" (SIGGRAPH 1978)."""
    sector = hue_deg[:, None] / 60.0 + np.array([5.0, 3.0, 1.0])
    sector = np.mod(sector, 6.0)
    drop = np.clip(np.minimum(sector, 4.0 - sector), 0.0, 1.0)
    return np.asarray(value[:, None] * (1.0 - saturation[:, None] * drop))


class _Curve:
    """Inverse distribution function of a density that is linear between points."""

    def __init__(self, distributions: Sequence[d.Curve]) -> None:
        self._curves = [self._prepared(x) for x in distributions]

    @staticmethod
    def _prepared(curve: d.Curve) -> tuple[list[float], list[float], list[float]]:
        x = [p[0] for p in curve.points]
        top = max(p[1] for p in curve.points)
        density = [p[1] / top for p in curve.points]
        areas = [0.5 * (density[i] + density[i + 1]) * (x[i + 1] - x[i]) for i in range(len(x) - 1)]
        return x, density, shares(areas)

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        picks = zip(rows.tolist(), unit(words[0]).tolist(), strict=True)
        return [self._inverse(self._curves[r], u) for r, u in picks]

    @staticmethod
    def _inverse(curve: tuple[list[float], list[float], list[float]], u: float) -> float:
        x, density, cumulative = curve
        i = bisect_right(cumulative, u)
        before = cumulative[i - 1] if i else 0.0
        share = (u - before) / (cumulative[i] - before)
        left, right = density[i], density[i + 1]
        # Solve left t + (right - left) t^2 / 2 = share * mean by the form that does not cancel.
        wanted = share * 0.5 * (left + right)
        root = math.sqrt(max(0.0, left * left + 2.0 * (right - left) * wanted))
        t = 2.0 * wanted / (left + root) if left + root > 0.0 else 0.0
        return min(x[i] + min(t, 1.0) * (x[i + 1] - x[i]), x[i + 1])


class _Sphere:
    def __init__(self, distributions: Sequence[d.Sphere]) -> None:
        pass

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        z = 1.0 - 2.0 * unit(words[0])
        return list(map(tuple, _around(z, unit(words[1])).tolist()))


def _around(z: F64, turn: F64) -> F64:
    """Return (N, 3) unit vectors of height z, turned by `turn` of a full circle."""
    radius = np.sqrt(np.maximum(0.0, 1.0 - z * z))
    angle = 2.0 * np.pi * turn
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


class _Hemisphere:
    def __init__(self, distributions: Sequence[d.Hemisphere]) -> None:
        self._frames = np.array([frame_of(x.axis) for x in distributions])
        # 1 - cos, as 2 sin^2(half), keeps the digits of a narrow cap.
        self._height = np.array([2.0 * math.sin(math.radians(0.5 * x.max_angle_deg)) ** 2 for x in distributions])

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        depth = unit(words[0]) * self._height[rows]
        radius = np.sqrt(np.maximum(0.0, depth * (2.0 - depth)))
        angle = 2.0 * np.pi * unit(words[1])
        local = np.stack([radius * np.cos(angle), radius * np.sin(angle), 1.0 - depth], axis=1)
        world = (self._frames[rows] * local[:, None, :]).sum(axis=2)
        return list(map(tuple, world.tolist()))


def frame_of(axis: tuple[float, float, float]) -> F64:
    """Return (3, 3) float64: a right-handed rotation whose third column is the unit vector `axis`."""
    z = np.array(axis, dtype=np.float64)
    smallest = int(np.argmin(np.abs(z)))
    other = np.zeros(3)
    other[smallest] = 1.0
    x = np.cross(other, z)
    x /= math.sqrt(float(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]))
    return np.stack([x, np.cross(z, x), z], axis=1)


class _Rotation:
    """Shoemake, "Uniform random rotations" (Graphics Gems III, 1992)."""

    def __init__(self, distributions: Sequence[d.UniformRotation]) -> None:
        pass

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        u, v, w = unit(words[:3])
        first, second = np.sqrt(1.0 - u), np.sqrt(u)
        a, b = 2.0 * np.pi * v, 2.0 * np.pi * w
        x, y, z = first * np.sin(a), first * np.cos(a), second * np.sin(b)
        return list(map(tuple, np.stack([second * np.cos(b), x, y, z], axis=1).tolist()))


class _Chance:
    def __init__(self, distributions: Sequence[d.Chance]) -> None:
        pass

    def values(self, rows: npt.NDArray[np.intp], words: U64) -> list[Any]:
        return [True] * len(rows)


class EvenTable:
    """As a `Table`, but from even numbers in [0, 1) instead of words."""

    def __init__(self, distributions: Sequence[d.Even]) -> None:
        self._low, self._high = _columns(distributions, "low", "high")
        self._whole = np.array([x.whole for x in distributions], dtype=np.bool_)

    def values(self, rows: npt.NDArray[np.intp], u: F64) -> list[Any]:
        low, high, whole = self._low[rows], self._high[rows], self._whole[rows]
        found = np.where(whole, spread_whole(low, high, u), lerp(low, high, u)).tolist()
        return [int(v) if w else v for v, w in zip(found, whole.tolist(), strict=True)]


_TABLES: Final[Mapping[type[d.Distribution], Callable[[Any], Table]]] = {
    d.Uniform: _Uniform,
    d.Integers: _Integers,
    d.LogUniform: _LogUniform,
    d.Normal: _Normal,
    d.Beta: _Beta,
    d.OneOf: _OneOf,
    d.Hsv: _Hsv,
    d.Curve: _Curve,
    d.Sphere: _Sphere,
    d.Hemisphere: _Hemisphere,
    d.UniformRotation: _Rotation,
    d.Chance: _Chance,
}


def table_of(kind: type[_D], distributions: Sequence[_D]) -> Table:
    """Return the table that draws these distributions, all of one kind.

    Raises
    ------
    KeyError
        The kind is not drawn from words alone (even, linked, folder).
    """
    return _TABLES[kind](distributions)
