"""What falls: how many particles of which size the air holds, which of them are drawn one by one, and the haze of all
others.

Sizes follow an exponential distribution. Those that show smaller than a limit in pixels are never drawn one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from myriorama.plugins.api import Camera, Draws
from myriorama.plugins.effects._air_particles import count_of, scattered_over, window
from myriorama.scenes.conventions import F32, F64

_MARGIN = 0.25
_STEPS = 256


@dataclass(frozen=True)
class Sizes:
    """Particles per m3 and mm of diameter: ``density * exp(-slope * diameter)``.

    Attributes
    ----------
    density : float
        Per m3 and mm.
    slope : float
        Per mm.
    """

    density: float
    slope: float

    @property
    def extinction_per_m(self) -> float:
        """Sum of the areas of all particles in a volume, per m."""
        return 0.25 * math.pi * self.density * 1e-6 * 2.0 / self.slope**3


@dataclass(frozen=True)
class Drawn:
    """Which particles are drawn one by one: those that show wider than `narrowest_px`.

    Attributes
    ----------
    fade_per_m : float
        The share that is drawn at depth z falls as ``exp(-fade_per_m * z)``.
    """

    sizes: Sizes
    narrowest_px: float
    fade_per_m: float
    expected: float

    def points(self, camera: Camera, draws: Draws, nearest_m: float) -> tuple[F64, F64]:
        """Return places (N, 3), camera frame, and diameters (N,) in mm."""
        number = count_of(self.expected, float(draws.uniforms("number", 0, 1)[0]))
        u = draws.uniforms("depths", 0, 3 * number).reshape(-1, 3)
        # z has the density z ** 2 exp(-fade z): the sum of three exponential numbers.
        z = -np.log1p(-u).sum(axis=1) / self.fade_per_m
        points = scattered_over(draws, "places", z, window(camera, _MARGIN))
        more = -np.log1p(-draws.uniforms("sizes", 0, number)) / self.sizes.slope
        diameter = self.fade_per_m * z / self.sizes.slope + more
        kept = z >= nearest_m
        return points[kept], diameter[kept]

    def haze_depth(self, z_m: F32, lengths: F32) -> F32:
        """Return the optical depth (H, W) of all other particles, between the camera and depths (H, W).

        Their extinction at depth z is the whole times ``1 - exp(-x) (x ** 2 + 2 x + 2) / 2`` with ``x = fade z``.
        """
        # That share is within 1e-6 of 1 from x = 21 on; so far the sum is made by steps, then it is a straight line.
        x = np.linspace(0.0, 24.0, _STEPS)
        share = 1.0 - np.exp(-x) * (x * x + 2.0 * x + 2.0) / 2.0
        summed = np.concatenate([[0.0], np.cumsum(0.5 * (share[1:] + share[:-1])) * (x[1] - x[0])])
        at = z_m * np.float32(self.fade_per_m)
        inside = np.interp(np.minimum(at, 24.0), x, summed) + np.maximum(at - 24.0, 0.0)
        out: F32 = (inside * (self.sizes.extinction_per_m / self.fade_per_m)).astype(np.float32) * lengths
        return out


def drawn(sizes: Sizes, camera: Camera, narrowest_px: float, at_most: float) -> Drawn:
    """Return which particles are drawn so that about `at_most` are; more than that raises the limit in pixels."""
    _, _, wide, high = window(camera, _MARGIN)
    per_m = sizes.slope * 1000.0 / camera.fx
    each = sizes.density / sizes.slope * wide * high * 2.0
    limit = max(narrowest_px, (each / at_most) ** (1.0 / 3.0) / per_m)
    fade = per_m * limit
    return Drawn(sizes, limit, fade, each / fade**3)
