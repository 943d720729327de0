"""Stems as tapered tubes along a line from the soil, closed at both ends.

The lower end is level and lies at z = 0: there the plant meets the soil.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.sweep import skin

Point = tuple[float, float, float]


def stem_line(height_m: float, lean_m: tuple[float, float], nod_m: tuple[float, float], stations: int | F64) -> F64:
    """Return (N, 3) points from the origin up: leaning evenly, nodding towards the top.

    Parameters
    ----------
    lean_m, nod_m : (x, y)
        How far the top lies aside by each, metres. Nodding also lowers it.
    stations : int or (N,) float64
        How many points, evenly spaced, or where: shares of the height, rising from 0 to 1.
    """
    t = np.linspace(0.0, 1.0, stations) if isinstance(stations, int) else stations
    aside = np.outer(t**1.6, lean_m) + np.outer(t**3.2, nod_m)
    fall = np.minimum(np.hypot(*aside.T) ** 2 / (2.2 * height_m), 0.45 * height_m)
    return np.column_stack([aside, height_m * t - fall * t])


def stem_mesh(line_m: F64, radius_m: F64, sides: int) -> Mesh:
    """Return the tube about a line that starts at the origin.

    Parameters
    ----------
    line_m : (N, 3) float64
    radius_m : (N,) float64

    Notes
    -----
    Rings are level where the line is upright and turn with it; the first one is level whatever follows.
    """
    turn = np.linspace(0.0, 2 * np.pi, sides + 1)
    turn[-1] = 0.0
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    along = np.gradient(line_m, axis=0)
    along[0] = (0.0, 0.0, 1.0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    right = np.cross([0.0, 1.0, 0.0], along)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up = np.cross(along, right)
    ring = circle[None, :, :1] * right[:, None] + circle[None, :, 1:] * up[:, None]
    grid = line_m[:, None] + radius_m[:, None, None] * ring
    grid[0, :, 2] = 0.0
    return skin(grid, tile_m=None)


def on_line(line_m: F64, share: float) -> Point:
    """Return the point of a stem's line at a share of its points."""
    at = np.linspace(0.0, 1.0, len(line_m))
    return (
        float(np.interp(share, at, line_m[:, 0])),
        float(np.interp(share, at, line_m[:, 1])),
        float(np.interp(share, at, line_m[:, 2])),
    )
