"""Cylinders, cones and their frusta with rounded edges, standing on z = 0.

A rounding larger than the edge can carry is refused.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.geometry.lathe import UvRect, lathe
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.profile import rounded


def cylinder(
    radius_m: float,
    height_m: float,
    segments: int,
    *,
    bevel_m: float = 0.0,
    bevel_steps: int = 3,
    tile_m: float | None = None,
    uv_rect: UvRect = (0.0, 0.0, 1.0, 1.0),
) -> Mesh:
    """Return a closed cylinder about the z axis from z = 0 to `height_m`."""
    return frustum(
        radius_m,
        radius_m,
        height_m,
        segments,
        bevel_m=bevel_m,
        bevel_steps=bevel_steps,
        tile_m=tile_m,
        uv_rect=uv_rect,
    )


def frustum(
    base_radius_m: float,
    top_radius_m: float,
    height_m: float,
    segments: int,
    *,
    bevel_m: float = 0.0,
    bevel_steps: int = 3,
    tile_m: float | None = None,
    uv_rect: UvRect = (0.0, 0.0, 1.0, 1.0),
) -> Mesh:
    """Return a closed frustum about the z axis from z = 0 to `height_m`; a top radius of 0 makes a cone.

    `bevel_m` is the radius of the rounded edges; a tip stays a tip.

    Raises
    ------
    ValueError
        A size is not positive or the rounding does not fit.
    """
    if base_radius_m <= 0 or top_radius_m < 0 or height_m <= 0:
        raise ValueError(f"a frustum needs positive sizes, not {base_radius_m}, {top_radius_m}, {height_m}")
    points = [(0.0, 0.0), (base_radius_m, 0.0), (top_radius_m, height_m)]
    radii = [0.0, bevel_m, 0.0]
    if top_radius_m > 0:
        points.append((0.0, height_m))
        radii = [0.0, bevel_m, bevel_m, 0.0]
    return lathe(rounded(points, radii, bevel_steps), segments, tile_m=tile_m, uv_rect=uv_rect)


def largest_bevel_m(base_radius_m: float, top_radius_m: float, height_m: float) -> float:
    """Return the largest edge rounding that a frustum can carry, metres."""
    slant = float(np.hypot(base_radius_m - top_radius_m, height_m))
    lean = float(np.arctan2(base_radius_m - top_radius_m, height_m))
    base_reach = np.tan((np.pi / 2 + lean) / 2)
    if top_radius_m == 0:
        return float(min(base_radius_m, slant) / base_reach)
    top_reach = np.tan((np.pi / 2 - lean) / 2)
    return float(min(base_radius_m / base_reach, top_radius_m / top_reach, slant / (base_reach + top_reach)))
