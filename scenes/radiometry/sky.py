"""The sky as a small map of radiance, from the sun's elevation, the haze and the clouds.

The sun's disc is never painted: it is a light of its own (`daylight.direct_sun`). Radiance 1 is white paper under
100 kilolux.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import RadianceMap, Rgb
from myriorama.scenes.radiometry.color import luminance, rgb_from_xyz, xyz_from_xy
from myriorama.scenes.radiometry.daylight import (
    STARLIGHT_KLX,
    direct_sun,
    ground_illuminance_klx,
    overcast_illuminance_klx,
)
from myriorama.scenes.radiometry.equirect import directions, irradiance

REFERENCE_KLX: Final = 100.0
"""Illuminance of the reference light: about the brightest clear noon."""
SKY_HEIGHT_PX: Final = 128
SKY_WIDTH_PX: Final = 256

_SMALLEST_SKY_SHARE: Final = 0.08
_UP: Final = np.array([0.0, 0.0, 1.0])
_OVERCAST_XY: Final = (0.3127, 0.3290)
_NIGHT_XY: Final = (0.26, 0.27)
_DUSK_XY: Final = (0.25, 0.26)
_BLUE_FROM_DEG: Final = 9.0


@dataclass(frozen=True, eq=False)
class Sky:
    """A sky without its sun.

    Attributes
    ----------
    radiance : RadianceMap
        Scaled so that it alone gives level ground the reference light: a night's true radiance, a hundred millionth of
        noon's, would be lost in the half floats of a graphics device.
    scale : float
        Times this it is in the reference's scale.
    """

    radiance: RadianceMap
    scale: float


@lru_cache(maxsize=8)
def sky_map(
    elevation_deg: float,
    turbidity: float,
    cloudiness: float,
    ground_albedo: Rgb,
    night_klx: float = STARLIGHT_KLX,
    moon_klx: float = 0.0,
) -> Sky:
    """Return the sky with the sun at azimuth 0 (+X); turn it with Background.rotation_deg.

    Distribution and colour of the clear sky: Preetham, Shirley and Smits 1999 (their Perez fit), down to the horizon;
    through dusk the last shape gives way to an even blue, and what is left at night is even. Its amount: what the
    ground receives (`ground_illuminance_klx`) less the direct sun, since Preetham's zenith luminance is far too high at
    a low sun. Clouds blend it with the CIE overcast sky.
    The lower half is ground that reflects what falls on it.

    Parameters
    ----------
    elevation_deg : float
        Of the sun.
    turbidity : float
        Haze, 2 (clear) to 10 (murky).
    cloudiness : float
        0 clear, 1 overcast.
    ground_albedo : Rgb
        Linear.
    night_klx : float
        What the night's own sky gives level ground: starlight, moonlit air, the glow of towns.
    moon_klx : float
        What the moon itself gives level ground.
    """
    upper = directions(SKY_HEIGHT_PX, SKY_WIDTH_PX)[: SKY_HEIGHT_PX // 2]
    sun = math.radians(max(elevation_deg, 0.0))
    clear = preetham_sky(upper, sun, turbidity)
    overcast = (1.0 + 2.0 * upper[..., 2:]) / 3.0 * rgb_from_xyz(xyz_from_xy(*_OVERCAST_XY))
    night = np.ones_like(upper) * np.maximum(rgb_from_xyz(xyz_from_xy(*_NIGHT_XY)), 0.0)
    clear_klx, overcast_klx = sky_illuminances_klx(elevation_deg, turbidity)
    sky = (
        (1.0 - cloudiness) * _dusked(_at_illuminance(clear, clear_klx), clear_klx, elevation_deg)
        + cloudiness * _at_illuminance(overcast, overcast_klx)
        + _at_illuminance(night, night_klx)
    )
    pixels = np.zeros((SKY_HEIGHT_PX, SKY_WIDTH_PX, 3))
    pixels[: SKY_HEIGHT_PX // 2] = sky
    falls = irradiance(pixels, _UP)
    scale = float(luminance(falls)) / math.pi
    arriving = direct_sun(elevation_deg, turbidity)
    direct = arriving.illuminance_klx * max(0.0, math.sin(math.radians(elevation_deg))) * (1.0 - cloudiness)
    falls += np.array(arriving.color) * direct * math.pi / REFERENCE_KLX
    falls += moon_klx * math.pi / REFERENCE_KLX
    pixels[SKY_HEIGHT_PX // 2 :] = np.array(ground_albedo) * falls / math.pi
    return Sky(RadianceMap((pixels / scale).astype(np.float32)), scale)


def _dusked(clear: F64, klx: float, elevation_deg: float) -> F64:
    """Return the clear sky of dusk: the sunset's shape, less and less of it as the sun sinks to -9 degrees."""
    sunken = min(1.0, max(0.0, -elevation_deg / _BLUE_FROM_DEG))
    if sunken == 0.0:
        return clear
    sunken *= sunken * (3.0 - 2.0 * sunken)
    blue = np.ones_like(clear) * np.maximum(rgb_from_xyz(xyz_from_xy(*_DUSK_XY)), 0.0)
    out: F64 = (1.0 - sunken) * clear + sunken * _at_illuminance(blue, klx)
    return out


def sky_illuminances_klx(elevation_deg: float, turbidity: float) -> tuple[float, float]:
    """Return what the clear sky and the overcast sky, without the sun's disc, give to level ground, in kilolux."""
    total = ground_illuminance_klx(elevation_deg)
    if elevation_deg < 0.0:
        # The curve ends in starlight, which is the night's.
        return max(total - STARLIGHT_KLX, 0.0), overcast_illuminance_klx(elevation_deg)
    direct = direct_sun(elevation_deg, turbidity).illuminance_klx * math.sin(math.radians(max(elevation_deg, 0.0)))
    return max(total - direct, _SMALLEST_SKY_SHARE * total), overcast_illuminance_klx(elevation_deg)


def preetham_sky(toward: F64, sun_elevation: float, turbidity: float) -> F64:
    """Return the relative radiance of the clear sky, linear sRGB, (..., 3) float64, zenith luminance 1.

    A. J. Preetham, P. Shirley and B. Smits, "A practical analytic model for daylight", SIGGRAPH 1999, appendix A.2.

    Parameters
    ----------
    toward : (..., 3) float64
        Unit directions with z > 0; the sun is at azimuth 0.
    sun_elevation : float
        Radians, in [0, pi / 2].
    """
    t = turbidity
    zenith_angle = 0.5 * math.pi - sun_elevation
    cosine = np.maximum(toward[..., 2], 1e-3)
    sun_cosine = toward[..., 0] * math.cos(sun_elevation) + toward[..., 2] * math.sin(sun_elevation)
    gamma = np.arccos(np.clip(sun_cosine, -1.0, 1.0))
    luminous = _relative(
        cosine,
        gamma,
        zenith_angle,
        (0.1787 * t - 1.4630, -0.3554 * t + 0.4275, -0.0227 * t + 5.3251, 0.1206 * t - 2.5771, -0.0670 * t + 0.3703),
    )
    x = _zenith_x(t, zenith_angle) * _relative(
        cosine,
        gamma,
        zenith_angle,
        (-0.0193 * t - 0.2592, -0.0665 * t + 0.0008, -0.0004 * t + 0.2125, -0.0641 * t - 0.8989, -0.0033 * t + 0.0452),
    )
    y = _zenith_y(t, zenith_angle) * _relative(
        cosine,
        gamma,
        zenith_angle,
        (-0.0167 * t - 0.2608, -0.0950 * t + 0.0092, -0.0079 * t + 0.2102, -0.0441 * t - 1.6537, -0.0109 * t + 0.0529),
    )
    rgb = np.maximum(rgb_from_xyz(xyz_from_xy(x, y)), 0.0)
    in_gamut: F64 = rgb / np.maximum(luminance(rgb), 1e-9)[..., None] * luminous[..., None]
    return in_gamut


def _relative(cosine: F64, gamma: F64, zenith_angle: float, perez: tuple[float, float, float, float, float]) -> F64:
    """Return Perez's distribution over its value at the zenith."""
    a, b, c, d, e = perez
    exp: Callable[[F64], F64] = np.exp
    there = (1.0 + a * exp(b / cosine)) * (1.0 + c * exp(d * gamma) + e * np.cos(gamma) ** 2)
    at_zenith = (1.0 + a * math.exp(b)) * (1.0 + c * math.exp(d * zenith_angle) + e * math.cos(zenith_angle) ** 2)
    out: F64 = there / at_zenith
    return out


def _zenith_x(t: float, s: float) -> float:
    return (
        t * t * (0.00166 * s**3 - 0.00375 * s**2 + 0.00209 * s)
        + t * (-0.02903 * s**3 + 0.06377 * s**2 - 0.03202 * s + 0.00394)
        + (0.11693 * s**3 - 0.21196 * s**2 + 0.06052 * s + 0.25886)
    )


def _zenith_y(t: float, s: float) -> float:
    return (
        t * t * (0.00275 * s**3 - 0.00610 * s**2 + 0.00317 * s)
        + t * (-0.04214 * s**3 + 0.08970 * s**2 - 0.04153 * s + 0.00516)
        + (0.15346 * s**3 - 0.26756 * s**2 + 0.06670 * s + 0.26688)
    )


def _at_illuminance(upper: F64, klx: float) -> F64:
    """Return the upper half of a map scaled so that level ground receives `klx`, in the reference's scale."""
    whole = np.zeros((2 * upper.shape[0], *upper.shape[1:]))
    whole[: upper.shape[0]] = upper
    received = float(luminance(irradiance(whole, _UP)))
    return upper * (klx * math.pi / REFERENCE_KLX / received)
