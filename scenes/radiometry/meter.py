"""A light meter for environments: one number for how brightly a scene is lit, so that all can share one exposure.

It measures light before any object stands in it, brightness and colour cast; it knows no camera.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.lights import Rgb, SunLight
from myriorama.scenes.radiometry.color import luminance
from myriorama.scenes.radiometry.equirect import irradiance

WHITE_PAPER: Final = math.pi
"""Irradiance under which white paper (a diffuse surface of albedo 1) has radiance 1: the reference light."""

_UP: Final = np.array([0.0, 0.0, 1.0])
_SIDES: Final = 8
_FAINTEST_CHANNEL: Final = 0.05


def light_level(pixels: F32 | F64 | None, suns: Iterable[SunLight] = ()) -> float:
    """Return how brightly a map and suns light a scene; 1 is the reference light.

    The larger of: what white paper lying flat shows, and half of what it shows upright where most light comes from
    (a low sun would otherwise burn out every upright side).

    Parameters
    ----------
    pixels : (H, W, 3) or None
        Linear radiance.
    suns : iterable of SunLight
    """
    normals = [_UP]
    for k in range(_SIDES):
        angle = 2.0 * math.pi * k / _SIDES
        normals.append(np.array([math.cos(angle), math.sin(angle), 0.0]))
    suns = tuple(suns)
    levels = []
    for normal in normals:
        total = np.zeros(3) if pixels is None else irradiance(pixels, normal)
        for sun in suns:
            total = total + np.array(sun.irradiance) * max(0.0, -float(normal @ np.array(sun.direction)))
        levels.append(float(luminance(total)) / WHITE_PAPER)
    return max(levels[0], 0.5 * max(levels[1:]))


def light_on_paper(pixels: F32 | F64, suns: Iterable[SunLight]) -> Rgb:
    """Return the irradiance, red, green and blue, of paper lying flat in the light of a map and suns."""
    light = irradiance(pixels, _UP)
    for sun in suns:
        light = light + np.array(sun.irradiance) * max(0.0, -sun.direction[2])
    return float(light[0]), float(light[1]), float(light[2])


def white_balance(light: Rgb, amount: float) -> Rgb:
    """Return factors on red, green and blue that take the colour cast out of a light; its luminance stays.

    Parameters
    ----------
    light : Rgb
        Irradiance of white paper.
    amount : float
        0: factors of 1; 1: the paper comes out white. A channel that is nearly missing is lifted 20 times at most.
    """
    measured = np.array(light)
    brightness = float(luminance(measured))
    if not brightness > 0.0:
        return 1.0, 1.0, 1.0
    gain = np.maximum(measured / brightness, _FAINTEST_CHANNEL) ** -amount
    r, g, b = gain * brightness / float(luminance(gain * measured))
    return float(r), float(g), float(b)
