"""Takes a very bright sun out of a map of radiance and gives it back as a light, the energy kept.

A few pixels that hold most of the light cannot cast a shadow from a map, and make image-based light noisy. What is
large or only moderately bright, a window or a soft box, stays in the map.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.scenes.lights import RadianceMap, Rgb, SunLight
from myriorama.scenes.radiometry.color import LUMINANCE, luminance
from myriorama.scenes.radiometry.equirect import directions_of_rows, scalar_irradiance, solid_angles

SMALLEST_SHARE: Final = 0.05
"""A sun must hold at least this share of the light from all directions."""
SUN_DIAMETER_DEG: Final = 0.53

_CAP_DEG: Final = 5.0
_RING_DEG: Final = 8.0
_TIMES_BRIGHTER: Final = 4.0
_WIDEST_DEG: Final = 10.0


def extract_sun(radiance: RadianceMap) -> tuple[RadianceMap, SunLight | None]:
    """Return the map without its sun, and the sun; the same map and None where there is no very bright one.

    Pixels within 5 degrees of the brightest that are 4 times brighter than the sky around (the median of the ring
    from 5 to 8 degrees) are filled with that sky; what they held above it becomes the sun: its irradiance is the
    sum over their solid angles, its direction their weighted mean, its diameter that of an even disc with the same
    spread.
    """
    whole = radiance.pixels
    height, width = whole.shape[:2]
    row, column = divmod(int(np.argmax(whole @ LUMINANCE.astype(np.float32))), width)
    # Everything happens in the rows around the brightest pixel.
    reach = math.ceil(_RING_DEG / 180.0 * height) + 1
    first, last = max(0, row - reach), min(height, row + reach + 1)
    pixels = whole[first:last]
    bright = luminance(pixels)
    toward = directions_of_rows(height, width, first, last)
    cosine = toward @ toward[row - first, column]
    cap = cosine >= math.cos(math.radians(_CAP_DEG))
    ring = ~cap & (cosine >= math.cos(math.radians(_RING_DEG)))
    if not ring.any():
        return radiance, None
    sky = np.median(pixels[ring], axis=0).astype(np.float64)
    disc = cap & (bright > _TIMES_BRIGHTER * float(luminance(sky)))
    if not disc.any():
        return radiance, None
    rows = np.nonzero(disc)[0]
    area = solid_angles(height, width)[first:last][rows][:, None]
    above = np.maximum(pixels[disc].astype(np.float64) - sky, 0.0)
    energy = (above * area).sum(axis=0)
    everything = float(luminance(scalar_irradiance(whole)))
    if float(luminance(energy)) < SMALLEST_SHARE * everything:
        return radiance, None
    weight = luminance(above) * area[:, 0]
    weight /= weight.sum()
    center = weight @ toward[disc]
    center /= np.linalg.norm(center)
    away = np.arccos(np.clip(toward[disc] @ center, -1.0, 1.0))
    spread_deg = math.degrees(math.sqrt(float(weight @ away**2)))
    diameter = min(_WIDEST_DEG, max(SUN_DIAMETER_DEG, 2.0 * math.sqrt(2.0) * spread_deg))
    left = whole.copy()
    left[first:last][disc] = np.minimum(pixels[disc], sky.astype(np.float32))
    left.flags.writeable = False  # the map then takes it as it is, without a second copy
    irradiance: Rgb = (float(energy[0]), float(energy[1]), float(energy[2]))
    direction = (-float(center[0]), -float(center[1]), -float(center[2]))
    return RadianceMap(left), SunLight(direction, irradiance, angular_diameter_deg=diameter)
