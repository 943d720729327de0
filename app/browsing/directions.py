"""Equal-area cells of the sphere of viewing directions, and how they look on two discs.

A disc is a hemisphere in Lambert's azimuthal equal-area projection, so that equal areas hold equal solid angles.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.app.browsing.rows import I64
from myriorama.scenes.conventions import F64

AZIMUTHS: Final = 24
HEIGHTS: Final = 12
"""Of equal solid angle: 24 by 12 cells, heights are equal steps of the sine of the elevation."""


def cell_of(azimuth_deg: F64, elevation_deg: F64) -> I64:
    """Return (N,) int64 cell numbers: height * AZIMUTHS + azimuth, from -180 deg and from the bottom."""
    column = np.floor((azimuth_deg + 180.0) / 360.0 * AZIMUTHS).astype(np.int64) % AZIMUTHS
    height = np.floor((np.sin(np.radians(elevation_deg)) + 1.0) / 2.0 * HEIGHTS).astype(np.int64)
    return np.asarray(np.clip(height, 0, HEIGHTS - 1) * AZIMUTHS + column)


def cell_counts(azimuth_deg: F64, elevation_deg: F64) -> I64:
    """Return (HEIGHTS * AZIMUTHS,) int64."""
    return np.bincount(cell_of(azimuth_deg, elevation_deg), minlength=AZIMUTHS * HEIGHTS)


def cell_ranges(cells: list[int]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (azimuth low, high) and (elevation low, high) in degrees of the block that holds these cells."""
    columns, heights = [c % AZIMUTHS for c in cells], [c // AZIMUTHS for c in cells]
    azimuth = (-180.0 + 360.0 * min(columns) / AZIMUTHS, -180.0 + 360.0 * (max(columns) + 1) / AZIMUTHS)
    sines = (2.0 * min(heights) / HEIGHTS - 1.0, 2.0 * (max(heights) + 1) / HEIGHTS - 1.0)
    return azimuth, (math.degrees(math.asin(sines[0])), math.degrees(math.asin(sines[1])))


def disc_cells(side_px: int, *, lower: bool) -> I64:
    """Return (side, side) int64: the cell at each pixel of a hemisphere's disc, -1 outside of it.

    The upper one is seen from above, the lower one from below; azimuth 0 (the object's x axis) is at the right, and
    turns anticlockwise above, clockwise below.
    """
    at = (np.arange(side_px) + 0.5) / side_px * 2.0 - 1.0
    x, y = np.meshgrid(at, -at)
    squared = x * x + y * y
    inside = squared <= 1.0
    # Lambert: r = sqrt(1 - sin(elevation)) over a hemisphere, scaled to radius 1 at the rim
    sine = np.where(inside, 1.0 - squared, 0.0)
    azimuth = np.degrees(np.arctan2(-y if lower else y, x))
    elevation = np.degrees(np.arcsin(-sine if lower else sine))
    return np.where(inside, cell_of(azimuth, elevation), -1)


def ring_radius(elevation_deg: float) -> float:
    """Return how far from a disc's middle an elevation lies, 1 at the rim."""
    return math.sqrt(1.0 - abs(math.sin(math.radians(elevation_deg))))
