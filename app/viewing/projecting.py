"""Lines of the world as lines of the image, cut where they pass behind the camera, and rays back out of it.

It uses the one projection function that renderer and labels share.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64, Mask

NEAR_M: Final = 0.01


def project_segments(camera: Camera, starts: F64, ends: F64, near_m: float = NEAR_M) -> tuple[F64, F64, Mask]:
    """Project lines of the world.

    Parameters
    ----------
    starts, ends : (N, 3) float64
        Metres.

    Returns
    -------
    starts, ends : (M, 3) float64
        x, y in image pixels and depth in metres, each cut at `near_m`.
    kept : (N,) bool
        The M lines that are not wholly behind.
    """
    rotation, move = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
    a, b = starts @ rotation.T + move, ends @ rotation.T + move
    kept = (a[:, 2] >= near_m) | (b[:, 2] >= near_m)
    a, b = a[kept], b[kept]
    span = b[:, 2] - a[:, 2]
    cut = np.clip((near_m - a[:, 2]) / np.where(span == 0.0, 1.0, span), 0.0, 1.0)[:, None]
    place = a + cut * (b - a)
    a_behind, b_behind = (a[:, 2] < near_m)[:, None], (b[:, 2] < near_m)[:, None]
    a, b = np.where(a_behind, place, a), np.where(b_behind, place, b)
    out = []
    for points in (a, b):
        points[:, 2] = np.maximum(points[:, 2], near_m)
        pixels, depth = camera.project_camera(points)
        out.append(np.column_stack([pixels, depth]))
    return out[0], out[1], kept


def ray_through(camera: Camera, x: float, y: float) -> tuple[F64, F64]:
    """Return origin and unit direction, (3,) float64 each, of the ray through a continuous image pixel."""
    beyond = camera.unproject(np.array([[x, y]]), np.array([1.0]))[0]
    origin = camera.world_from_camera[:3, 3]
    way = beyond - origin
    return origin, way / np.linalg.norm(way)


def meet_plane(origin: F64, way: F64, point: F64, normal: F64) -> F64 | None:
    """Return where a ray meets a plane, (3,) float64; None where it runs along it or away from it."""
    slope = float(way @ normal)
    if abs(slope) < 1e-4:
        return None
    far = float((point - origin) @ normal) / slope
    if far <= 0.0:
        return None
    met: F64 = origin + far * way
    return met


def nearest_on_axis(origin: F64, way: F64, point: F64, axis: F64) -> float | None:
    """Return how far along `axis`, from `point`, a ray comes nearest to it; None where they run together."""
    along = float(way @ axis)
    rest = 1.0 - along * along
    if rest < 1e-4:
        return None
    offset = origin - point
    return float((offset @ axis - along * float(offset @ way)) / rest)


def metres_per_pixel(camera: Camera, point: F64) -> float:
    """Return how many metres one image pixel covers at the depth of a world point; 0 behind the camera."""
    depth = float((camera.camera_from_world[2, :3] @ point) + camera.camera_from_world[2, 3])
    return depth / camera.fx if depth > NEAR_M else 0.0
