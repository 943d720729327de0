"""What is fixed in a sensor, and the numbers of its noise: patterns by the sensor's own number, normals, counts.

Nothing here knows a picture: patterns are arrays of a size, counts are of whatever means they are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Draws
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.parameters.streams import KeyedDraws

_BITS: Final = 13
_LEVELS: Final = 1 << _BITS
_PER_UNIFORM: Final = 4
_UID: Final = "sensor"
_MOST_COUNTS: Final = 24
"""A Poisson count of mean 4 is above this once in 1e11 times."""


@dataclass(frozen=True)
class Pattern:
    """What every picture of one sensor shows, for one size of pictures.

    Attributes
    ----------
    gain, offset : (H, W, 3) float32
        Standard normal: of the response, and of the dark signal.
    columns : (W,) float32
        Standard normal.
    hot_order : (H, W, 3) float32
        In [0, 1): a photosite is hot where this is below the share of hot ones, so that more of them are the same ones
        and others.
    hot_size : (H, W, 3) float32
        How hot each would be: exponential, mean 1.
    """

    gain: F32
    offset: F32
    columns: F32
    hot_order: F32
    hot_size: F32


@lru_cache(maxsize=2)
def pattern_of(sensor: int, height: int, width: int) -> Pattern:
    """Return the pattern of a sensor by its number."""
    draws = KeyedDraws(sensor, 0, 0, _UID)
    shape, count = (height, width, 3), height * width * 3
    made = Pattern(
        gain=standard_normals(draws, count, "gain").reshape(shape),
        offset=standard_normals(draws, count, "offset").reshape(shape),
        columns=standard_normals(draws, width, "columns"),
        hot_order=draws.uniforms("hot", 0, count).astype(np.float32).reshape(shape),
        hot_size=-np.log1p(-draws.uniforms("hot", 1, count)).astype(np.float32).reshape(shape),
    )
    for array in (made.gain, made.offset, made.columns, made.hot_order, made.hot_size):
        array.flags.writeable = False
    return made


def standard_normals(draws: Draws, count: int, name: str = "noise") -> F32:
    """Return (count,) float32 normal numbers of mean 0 and variance 1, four from each uniform's leading 52 bits.

    Each is one of 8192 equally likely levels, the middles of as many slices of the normal distribution.
    """
    normals: F32 = _normal_levels()[_level_numbers(draws, count, name)]
    return normals


def poisson_counts(draws: Draws, means: F32, name: str) -> F32:
    """Return a Poisson count for each mean, (N,) float32; means are at most 4.

    By inversion: the count is how many values of the cumulative distribution lie below a uniform number.
    """
    u = draws.uniforms(name, 0, len(means))
    probability: F64 = np.exp(-means.astype(np.float64))
    total = probability.copy()
    counts = np.zeros(len(means), dtype=np.float32)
    for k in range(1, _MOST_COUNTS):
        above = u > total
        if not above.any():
            break
        counts += above
        probability *= means / k
        total += probability
    return counts


def _level_numbers(draws: Draws, count: int, name: str) -> npt.NDArray[np.uint16]:
    uniforms = draws.uniforms(name, 0, -(-count // _PER_UNIFORM))
    bits = (uniforms * float(1 << (_BITS * _PER_UNIFORM))).astype(np.uint64)
    levels = np.empty((len(bits), _PER_UNIFORM), dtype=np.uint16)
    for lane in range(_PER_UNIFORM):
        levels[:, lane] = (bits >> np.uint64(_BITS * lane)) & np.uint64(_LEVELS - 1)
    return levels.reshape(-1)[:count]


@lru_cache(maxsize=1)
def _normal_levels() -> F32:
    """Return the (8192,) float32 levels, lowest first, scaled to variance 1."""
    standard = NormalDist()
    upper = np.array([standard.inv_cdf((k + 0.5) / _LEVELS) for k in range(_LEVELS // 2, _LEVELS)])
    levels = np.concatenate([-upper[::-1], upper])
    out: F32 = (levels / np.sqrt(np.mean(levels**2))).astype(np.float32)
    out.flags.writeable = False
    return out
