"""What falls: how many particles of which size the air holds, which of them are drawn one by one, and the haze of all
others.

Sizes follow an exponential distribution. Those that show smaller than a limit in pixels are never drawn one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.plugins.api import Camera, Draws
from myriorama.plugins.effects._air.lattice import Found, in_view, joined
from myriorama.plugins.effects._air.particles import window
from myriorama.scenes.conventions import F32, F64

_MARGIN: Final = 0.25
_STEPS: Final = 256
_CLASSES: Final = 2
"""Classes of diameters to an octave."""
_FIRST_CLASS: Final = -64
_LONGEST: Final = 25.0
"""Of mean diameters: one particle in e ** 25 is larger."""
_NEAREST_M: Final = 0.02


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

    def found(self, camera: Camera, draws: Draws, nearest_m: float) -> tuple[Found, F64]:
        """Return which of them a camera sees, and their diameters (N,) in mm.

        They are found by classes of diameters that do not depend on the camera: from each as far away as the largest
        of the class can be seen.
        """
        seen, area = [], window(camera, _MARGIN)
        # Millimetres of diameter per metre away, at which a particle is as narrow as the narrowest.
        narrow = self.fade_per_m / self.sizes.slope
        smallest = math.floor(math.log2(narrow * max(nearest_m, _NEAREST_M)) * _CLASSES)
        largest = math.ceil(math.log2(_LONGEST / self.sizes.slope) * _CLASSES)
        for number in range(smallest, largest):
            low, high = 2.0 ** (number / _CLASSES), 2.0 ** ((number + 1) / _CLASSES)
            kept = math.exp(-self.sizes.slope * low), math.exp(-self.sizes.slope * high)
            per_m3 = self.sizes.density / self.sizes.slope * (kept[0] - kept[1])
            of_class = in_view(camera, draws, number - _FIRST_CLASS, per_m3, area, nearest_m, high / narrow)
            diameter = -np.log(kept[0] - of_class.u[0] * (kept[0] - kept[1])) / self.sizes.slope
            wide = diameter >= narrow * of_class.points[:, 2]
            seen.append((of_class.of(wide), diameter[wide]))
        # Where a pixel is wider than the largest particle right before the lens there is no class at all.
        diameters = np.concatenate([diameter for _, diameter in seen]) if seen else np.empty(0)
        return joined([part for part, _ in seen]), diameters

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
