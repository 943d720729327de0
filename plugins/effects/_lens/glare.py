"""What a bright point becomes in a lens: the star of its aperture's blades, a streak, and the ghosts of its glass.

Kernels and placements alone, in pixels of a reduced picture; they are made from numbers, not from a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians, sin
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.parameters.streams import KeyedDraws

_WAVELENGTH: Final = (1.12, 1.0, 0.84)
"""Of red, green and blue, to that of green: what is diffracted grows with it."""
_CORE: Final = 0.06
_UID: Final = "lens"
_COATINGS: Final = ((0.35, 1.0, 0.55), (0.75, 0.4, 1.0), (1.0, 0.65, 0.3), (0.35, 0.65, 1.0), (1.0, 0.9, 0.75))
"""What a coated surface reflects: greenish, purple, amber, blue, and nearly all."""


@dataclass(frozen=True)
class Ghost:
    """A picture of the aperture by two reflections.

    Attributes
    ----------
    scale : float
        Where it stands: the source's place about the middle, times this; below 0 on the other side.
    radius : float
        Of the diagonal.
    share : float
        Of the light that all ghosts have together.
    tint : (float, float, float)
    """

    scale: float
    radius: float
    share: float
    tint: tuple[float, float, float]


@lru_cache(maxsize=16)
def ghosts_of(lens: int, count: int) -> tuple[Ghost, ...]:
    """Return the ghosts of a lens by its number; more of them begin with the fewer."""
    draws = KeyedDraws(lens, 0, 0, _UID)
    rows = [draws.uniforms("ghost", number, 4) for number in range(count)]
    made = []
    for number, (where, size, bright, tint) in enumerate(rows):
        side = -1.0 if number % 3 else 1.0
        scale = side * (0.15 + 1.25 * float(where))
        radius = 0.008 + 0.06 * float(size) ** 2
        made.append((scale, radius, 0.15 + float(bright) ** 2, _COATINGS[int(tint * len(_COATINGS))]))
    total = sum(row[2] for row in made) or 1.0
    return tuple(Ghost(scale, radius, share / total, tint) for scale, radius, share, tint in made)


@lru_cache(maxsize=8)
def star_kernel(height: int, width: int, blades: int, turn_deg: float, length_px: float, streak: float) -> F32:
    """Return (2 H - 1, 2 W - 1, 3) float32 about its middle, each channel of sum 1: a star and a level streak.

    The light that a straight edge of an aperture diffracts lies in one line across it and falls off as 1 / r ** 2
    (J. W. Goodman, "Introduction to Fourier Optics", far field of a polygon); an even number of blades gives as many
    rays, an odd one twice as many. It is softened at its core, and cut off smoothly at its length.
    """
    y = np.arange(1 - height, height)[:, None].astype(np.float64)
    x = np.arange(1 - width, width)[None, :].astype(np.float64)
    out = np.zeros((2 * height - 1, 2 * width - 1, 3))
    for channel, wavelength in enumerate(_WAVELENGTH):
        length = length_px * wavelength
        core = max(_CORE * length, 1.0)
        plane = np.zeros(out.shape[:2])
        for blade in range(blades):
            angle = radians(turn_deg) + 2.0 * pi * blade / blades
            plane += _ray(x, y, angle, length, core)
        plane /= plane.sum()
        if streak > 0.0:
            level = np.exp(-np.abs(x) / (2.0 * length)) * np.exp(-0.5 * (y / 0.6) ** 2)
            tint = (0.35, 0.7, 1.3)[channel]
            plane = (1.0 - streak) * plane + streak * tint * level / level.sum()
        out[..., channel] = plane
    frozen: F32 = out.astype(np.float32)
    frozen.flags.writeable = False
    return frozen


def _ray(x: F64, y: F64, angle: float, length: float, core: float) -> F64:
    """Return a line through the middle, across an edge that faces this way."""
    along = x * cos(angle) + y * sin(angle)
    across = -x * sin(angle) + y * cos(angle)
    width = 0.55 + 0.004 * np.abs(along)
    falls = np.exp(-((along / length) ** 2)) / (along**2 + core**2)
    line: F64 = falls * np.exp(-0.5 * (across / width) ** 2) / width
    return line


@lru_cache(maxsize=64)
def blade_kernel(height: int, width: int, blades: int, turn_deg: float, radius_px: float) -> F32:
    """Return (2 H - 1, 2 W - 1, 3) float32, each channel of sum 1: the aperture, lit evenly, its rim a little brighter.

    Red is a little larger than blue, as glass bends it less.
    """
    y = np.arange(1 - height, height)[:, None].astype(np.float64)
    x = np.arange(1 - width, width)[None, :].astype(np.float64)
    # the distance to the farthest edge: straight between the blades' corners
    reach = np.full((2 * height - 1, 2 * width - 1), -np.inf)
    for blade in range(blades):
        angle = radians(turn_deg) + 2.0 * pi * (blade + 0.5) / blades
        reach = np.maximum(reach, x * cos(angle) + y * sin(angle))
    out = np.zeros((*reach.shape, 3))
    for channel, grown in enumerate((1.03, 1.0, 0.97)):
        edge = radius_px * grown
        inside = np.clip(edge - reach + 0.5, 0.0, 1.0)
        rim = np.exp(-(((edge - reach) / max(0.12 * edge, 0.7)) ** 2))
        out[..., channel] = inside * (0.6 + 0.4 * rim)
        out[..., channel] /= out[..., channel].sum()
    frozen: F32 = out.astype(np.float32)
    frozen.flags.writeable = False
    return frozen


@lru_cache(maxsize=128)
def moving(size: int, scale: float) -> csr_array:
    """Return (size, size): puts what stands at x at middle + scale * (x - middle), shared by two pixels.

    What falls outside is lost, as it is in a camera.
    """
    middle = 0.5 * (size - 1)
    at = middle + scale * (np.arange(size) - middle)
    low = np.floor(at).astype(np.int64)
    share = at - low
    rows = np.concatenate([low, low + 1])
    columns = np.tile(np.arange(size), 2)
    weights = np.concatenate([1.0 - share, share]).astype(np.float32)
    inside = (rows >= 0) & (rows < size)
    return csr_array((weights[inside], (rows[inside], columns[inside])), shape=(size, size))
