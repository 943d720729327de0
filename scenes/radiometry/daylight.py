"""How much daylight reaches the ground, and the colour of the direct sun: published curves, clear air.

In kilolux, before any exposure is chosen. It knows directions by elevation only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import Rgb
from myriorama.scenes.radiometry.color import at_unit_luminance, rgb_from_xyz

STARLIGHT_KLX: Final = 1e-6
"""A moonless clear night: about 0.001 lx on the ground."""
SOLAR_ILLUMINANCE_KLX: Final = 128.0
"""The sun above the air, on a facing plane."""
SUN_RADIUS_DEG: Final = 0.265

_OZONE_CM: Final = 0.35
_WAVELENGTHS_NM: Final = np.arange(400.0, 701.0, 10.0)
# The sun above the air every 10 nm from 400 nm, in relative units (Preetham 1999, after Iqbal 1983).
_SOLAR: Final = (
    211.2, 258.8, 258.2, 242.3, 267.6, 296.6, 305.4, 300.6, 306.6, 288.3, 287.1, 278.2, 271.0, 272.3, 263.6, 255.0,
    250.6, 253.1, 253.5, 251.3, 246.3, 241.7, 236.8, 232.1, 228.2, 223.4, 219.7, 215.3, 211.0, 207.3, 202.4,
)  # fmt: skip
# Chappuis band of ozone, absorption per cm of column every 10 nm from 450 nm (Iqbal 1983, as in Preetham 1999).
_OZONE_FROM_450_NM: Final = (
    0.003, 0.006, 0.009, 0.014, 0.021, 0.030, 0.040, 0.048, 0.063, 0.075, 0.085, 0.103, 0.120,
    0.120, 0.115, 0.125, 0.120, 0.105, 0.090, 0.079, 0.067, 0.057, 0.048, 0.036, 0.028, 0.023,
)  # fmt: skip

# log10 of lux against elevation / 90 deg: pieces by lowest elevation in degrees.
_GROUND_ILLUMINANCE: Final = (
    (20.0, (3.74, 3.97, -4.07, 1.47)),
    (5.0, (3.05, 13.28, -45.98, 64.33)),
    (-0.8, (2.88, 22.26, -207.64, 1034.30)),
    (-5.0, (2.88, 21.81, -258.11, -858.36)),
    (-12.0, (2.70, 12.17, -431.69, -1899.83)),
    (-18.0, (13.84, 262.72, 1447.42, 2797.93)),
)


def ground_illuminance_klx(elevation_deg: float) -> float:
    """Return the illuminance of level ground under a clear sky, sun included, in kilolux.

    P. K. Seidelmann (ed.), "Explanatory Supplement to the Astronomical Almanac" (1992), section 9.3: cubics in
    the sun's elevation down to -18 degrees; from there on, starlight.
    """
    for lowest, (c0, c1, c2, c3) in _GROUND_ILLUMINANCE:
        if elevation_deg >= lowest:
            x = elevation_deg / 90.0
            return max(math.pow(10.0, c0 + x * (c1 + x * (c2 + x * c3)) - 3.0), STARLIGHT_KLX)
    return STARLIGHT_KLX


def overcast_illuminance_klx(elevation_deg: float) -> float:
    """Return the illuminance of level ground under the CIE overcast sky, in kilolux.

    Zenith luminance 0.123 + 8.6 sin(elevation) kcd/m2 (Krochmann and Seidl 1974) times 7 pi / 9 (Moon and Spencer
    1942); below the horizon it fades as the clear sky does.
    """
    zenith = 0.123 + 8.6 * max(0.0, math.sin(math.radians(elevation_deg)))
    level = 7.0 * math.pi / 9.0 * zenith
    if elevation_deg >= 0.0:
        return level
    return max(level * ground_illuminance_klx(elevation_deg) / ground_illuminance_klx(0.0), STARLIGHT_KLX)


@dataclass(frozen=True)
class DirectSun:
    """The sun as it arrives: illuminance of a facing plane, and linear RGB colour with luminance 1."""

    illuminance_klx: float
    color: Rgb


@lru_cache(maxsize=64)
def direct_sun(elevation_deg: float, turbidity: float) -> DirectSun:
    """Return the direct sun after the air, nothing once its disc has set.

    A. J. Preetham, P. Shirley and B. Smits, "A practical analytic model for daylight", SIGGRAPH 1999, appendix A.1:
    Rayleigh, Angstrom aerosol (from turbidity) and ozone transmittances along the relative optical mass; seen by the
    CIE 1931 observer in the fit of C. Wyman, P.-P. Sloan and P. Shirley, JCGT 2(2) 2013.
    """
    risen = min(1.0, max(0.0, 0.5 + 0.5 * elevation_deg / SUN_RADIUS_DEG))
    if risen == 0.0:
        return DirectSun(0.0, (1.0, 1.0, 1.0))
    height = max(elevation_deg, 0.0)
    mass = 1.0 / (math.sin(math.radians(height)) + 0.15 * (height + 3.885) ** -1.253)
    um = _WAVELENGTHS_NM / 1000.0
    ozone = np.zeros_like(um)
    ozone[5:] = _OZONE_FROM_450_NM
    aerosol = 0.04608365822050 * turbidity - 0.04586025928522
    depth = 0.008735 * um**-4.08 + aerosol * um**-1.3 + ozone * _OZONE_CM
    above = _observer() * np.array(_SOLAR)[:, None]
    arriving = (above * np.exp(-depth * mass)[:, None]).sum(axis=0)
    share = float(arriving[1] / above[:, 1].sum())
    return DirectSun(SOLAR_ILLUMINANCE_KLX * share * risen, at_unit_luminance(rgb_from_xyz(arriving)))


@lru_cache(maxsize=1)
def _observer() -> F64:
    """Return x, y, z of the CIE 1931 observer at the wavelengths, (N, 3), by Wyman's sums of lobes."""

    def lobe(peak: float, below: float, over: float) -> F64:
        offset = _WAVELENGTHS_NM - peak
        width = np.where(offset < 0.0, below, over)
        bell: F64 = np.exp(-0.5 * (offset / width) ** 2)
        return bell

    x = 1.056 * lobe(599.8, 37.9, 31.0) + 0.362 * lobe(442.0, 16.0, 26.7) - 0.065 * lobe(501.1, 20.4, 26.2)
    y = 0.821 * lobe(568.8, 46.9, 40.5) + 0.286 * lobe(530.9, 16.3, 31.1)
    z = 1.217 * lobe(437.0, 11.8, 36.0) + 0.681 * lobe(459.0, 26.0, 13.8)
    return np.stack([x, y, z], axis=1)
