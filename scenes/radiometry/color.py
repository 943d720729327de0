"""Colours of light: sRGB to linear, colour temperature to linear RGB.

It knows no image: a colour here is three numbers, or an array whose last axis is three.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import Rgb

LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear sRGB in luminance (ITU-R BT.709)."""
LUMINANCE.flags.writeable = False

_RGB_FROM_XYZ: Final = np.array(
    [[3.2406255, -1.5372080, -0.4986286], [-0.9689307, 1.8757561, 0.0415175], [0.0557101, -0.2040211, 1.0569959]]
)
"""IEC 61966-2-1 (sRGB, D65)."""

COOLEST_K: Final = 1000.0
HOTTEST_K: Final = 15000.0
WHITE_K: Final = 6500.0
"""Where Krystek's approximation holds."""


def srgb_to_linear(color: Sequence[float] | npt.NDArray[np.floating]) -> F64:
    """Decode sRGB values in [0, 1], any shape, to linear light (IEC 61966-2-1)."""
    encoded = np.asarray(color, dtype=np.float64)
    low = encoded <= 0.04045
    return np.where(low, encoded / 12.92, ((np.where(low, 1.0, encoded) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: Sequence[float] | npt.NDArray[np.floating]) -> F64:
    """Encode linear light in [0, 1], any shape, as sRGB values: the inverse of `srgb_to_linear`."""
    light = np.asarray(linear, dtype=np.float64)
    low = light <= 0.0031308
    return np.where(low, light * 12.92, 1.055 * np.where(low, 1.0, light) ** (1 / 2.4) - 0.055)


def linear_rgb(color: Sequence[float]) -> Rgb:
    """Return the linear RGB of one drawn sRGB colour."""
    r, g, b = srgb_to_linear(color)
    return float(r), float(g), float(b)


def luminance(rgb: npt.NDArray[np.floating]) -> F64:
    """Return the luminance of linear sRGB, shape (..., 3) to (...)."""
    weighted: F64 = np.asarray(rgb, dtype=np.float64) @ LUMINANCE
    return weighted


def rgb_from_xyz(xyz: F64) -> F64:
    """Return linear sRGB of CIE XYZ, shape (..., 3); channels outside the gamut come out negative."""
    rgb: F64 = xyz @ _RGB_FROM_XYZ.T
    return rgb


def xyz_from_xy(x: F64 | float, y: F64 | float) -> F64:
    """Return XYZ with Y = 1 for chromaticities of any one shape."""
    return np.stack(
        [np.asarray(x) / y, np.ones_like(np.asarray(x, dtype=np.float64)), (1.0 - np.asarray(x) - y) / y], -1
    )


def planckian_xy(temperature_k: float) -> tuple[float, float]:
    """Return the CIE 1931 chromaticity of a black body.

    M. Krystek, "An algorithm to calculate correlated colour temperature", Color Research & Application 10 (1985):
    a rational function in CIE 1960 (u, v), within 9e-5 from 1000 K to 15000 K.

    Raises
    ------
    ValueError
        The temperature is outside that range.
    """
    t = temperature_k
    if not COOLEST_K <= t <= HOTTEST_K:
        raise ValueError(f"colour temperature must lie in [{COOLEST_K:g}, {HOTTEST_K:g}] K, not {t!r}")
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t * t)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t * t)
    scale = 2.0 * u - 8.0 * v + 4.0
    return 3.0 * u / scale, 2.0 * v / scale


@lru_cache(maxsize=256)
def color_of_temperature(temperature_k: float) -> Rgb:
    """Return the linear RGB of a black body seen by a camera balanced for 6500 K, with luminance 1.

    Red, green and blue are divided by those of 6500 K, so that 6500 K is exactly white: sRGB's own white is a daylight,
    a little greener than any black body. Below about 1900 K the locus leaves the gamut; the colour is then moved onto
    its edge at the same luminance.
    """
    body, white = (rgb_from_xyz(xyz_from_xy(*planckian_xy(t))) for t in (temperature_k, WHITE_K))
    return at_unit_luminance(body / white)


def at_unit_luminance(rgb: F64) -> Rgb:
    """Return a colour inside the sRGB gamut with luminance 1; black becomes white."""
    inside = np.maximum(rgb, 0.0)
    brightness = float(luminance(inside))
    if brightness <= 0.0:
        return 1.0, 1.0, 1.0
    r, g, b = inside / brightness
    return float(r), float(g), float(b)


def scaled(color: Rgb, factor: float) -> Rgb:
    """Return `color` times `factor`."""
    return color[0] * factor, color[1] * factor, color[2] * factor
