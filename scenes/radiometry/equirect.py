"""The geometry of an equirectangular map: where each pixel looks, how much sky it covers, what it adds up to.

The layout is RadianceMap's: row 0 is up, the centre column is +X, columns run towards -Y. It resamples nothing but
by whole blocks, which keeps the light's sum.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, F64

_BAND_ROWS: Final = 64


@lru_cache(maxsize=4)
def directions(height: int, width: int) -> F64:
    """Return the unit world direction of each pixel's centre, (H, W, 3) float64, read-only; for small maps."""
    out = directions_of_rows(height, width, 0, height)
    out.flags.writeable = False
    return out


def directions_of_rows(height: int, width: int, start: int, stop: int) -> F64:
    """Return the unit world direction of each pixel's centre in rows `start` to `stop`, (rows, W, 3) float64."""
    polar = (np.arange(start, stop) + 0.5) / height * math.pi
    azimuth = math.pi - (np.arange(width) + 0.5) / width * 2.0 * math.pi
    out = np.empty((stop - start, width, 3))
    out[..., 0] = np.sin(polar)[:, None] * np.cos(azimuth)
    out[..., 1] = np.sin(polar)[:, None] * np.sin(azimuth)
    out[..., 2] = np.cos(polar)[:, None]
    return out


def solid_angles(height: int, width: int) -> F64:
    """Return the exact solid angle of a pixel in each row, (H,) float64 steradians; H * W of them make 4 pi."""
    edges = np.cos(np.arange(height + 1) / height * math.pi)
    return (edges[:-1] - edges[1:]) * (2.0 * math.pi / width)


def irradiance(pixels: F32 | F64, normal: F64) -> F64:
    """Return the irradiance of a map on a plane, (3,) float64: the cosine-weighted sum over its hemisphere.

    Parameters
    ----------
    pixels : (H, W, 3)
        Linear radiance.
    normal : (3,) float64
        Unit, world.
    """
    height, width = pixels.shape[:2]
    polar = (np.arange(height) + 0.5) / height * math.pi
    azimuth = math.pi - (np.arange(width) + 0.5) / width * 2.0 * math.pi
    around = normal[0] * np.cos(azimuth) + normal[1] * np.sin(azimuth)
    weight = solid_angles(height, width)
    total = np.zeros(3)
    # In bands of rows: the weights of a large map at once would be as large as the map.
    for start in range(0, height, _BAND_ROWS):
        band = slice(start, start + _BAND_ROWS)
        cosine = np.sin(polar[band])[:, None] * around + normal[2] * np.cos(polar[band])[:, None]
        cosine = np.maximum(cosine, 0.0) * weight[band, None]
        total += np.tensordot(cosine, pixels[band].astype(np.float64, copy=False), axes=((0, 1), (0, 1)))
    return total


def scalar_irradiance(pixels: F32 | F64) -> F64:
    """Return the light from all directions, (3,) float64, without cosine."""
    height, width = pixels.shape[:2]
    total: F64 = solid_angles(height, width) @ pixels.sum(axis=1, dtype=np.float64)
    return total


def pixel_of(direction: F64, height: int, width: int) -> tuple[int, int]:
    """Return the row and column of the pixel that holds a unit direction, (3,) float64."""
    polar = math.acos(max(-1.0, min(1.0, float(direction[2]))))
    azimuth = math.atan2(float(direction[1]), float(direction[0]))
    row = min(height - 1, int(polar / math.pi * height))
    return row, int((math.pi - azimuth) / (2.0 * math.pi) * width) % width


def turned_about_z(vector: F64, angle_deg: float) -> F64:
    """Return a (3,) vector turned counter-clockwise about +Z, as Background.rotation_deg turns its map."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.array([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1], vector[2]])


def reduced(pixels: F32, widest_px: int) -> F32:
    """Return the map averaged over whole blocks of 2, 3, ... pixels so that it is at most `widest_px` wide.

    Averages are weighted by solid angle, so the light's sum is kept. Rows and columns that do not divide evenly
    keep the map at the next block size that does; where none does, the map is returned as it is.
    """
    height, width = pixels.shape[:2]
    smallest = -(-width // widest_px)
    for block in range(smallest, min(height, width) + 1):
        if smallest <= 1:
            break
        if height % block == 0 and width % block == 0:
            weight = (solid_angles(height, width)[:, None, None]).astype(np.float32)
            out = np.empty((height // block, width // block, 3), dtype=np.float32)
            for row in range(height // block):
                band = slice(row * block, (row + 1) * block)
                sums = (pixels[band] * weight[band]).sum(axis=0).reshape(width // block, block, 3).mean(axis=1)
                out[row] = sums / weight[band].sum()
            return out
    return pixels
