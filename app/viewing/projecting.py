"""Lines of the world as lines of the image, cut where they pass behind the camera, and rays back out of it.

It uses the one projection function that renderer and labels share.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64

Indices: TypeAlias = npt.NDArray[np.intp]

NEAR_M: Final = 0.01
_PIECE_RAD: Final = math.radians(3.0)
_MOST_PIECES: Final = 64


def project_segments(
    camera: Camera, starts: F64, ends: F64, near_m: float = NEAR_M, velocity_m_s: F64 | None = None
) -> tuple[F64, F64, Indices]:
    """Project lines of the world.

    Parameters
    ----------
    starts, ends : (N, 3) float64
        Metres.
    velocity_m_s : (3,) float64 or None
        Of what they belong to; for a rolling shutter.

    Returns
    -------
    starts, ends : (M, 3) float64
        x, y in image pixels and depth in metres, each cut at `near_m`.
    line : (M,) int
        Which line each belongs to. One that is wholly behind has none; behind a lens that distorts, and with a rolling
        shutter, a line is a curve and has as many straight pieces as it needs, but for those that the lens does not
        show.
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
    line = np.flatnonzero(kept)
    drift = None
    if camera.bends:
        a, b, line = _pieces(a, b, line)
        drift = None if velocity_m_s is None else rotation @ velocity_m_s
    out = []
    for points in (a, b):
        points[:, 2] = np.maximum(points[:, 2], near_m)
        pixels, depth = camera.project_camera(points, drift)
        out.append(np.column_stack([pixels, depth]))
    if camera.bends:
        shown = np.isfinite(out[0][:, 0]) & np.isfinite(out[1][:, 0])
        return out[0][shown], out[1][shown], line[shown]
    return out[0], out[1], line


def _pieces(a: F64, b: F64, line: Indices) -> tuple[F64, F64, Indices]:
    """Return lines of the camera's frame in pieces that span a few degrees each."""
    apart = np.linalg.norm(np.cross(a, b), axis=1)
    angle = np.arctan2(apart, np.einsum("ni,ni->n", a, b))
    count = np.clip(np.ceil(angle / _PIECE_RAD), 1, _MOST_PIECES).astype(np.intp)
    # Even in angle, not in length, or pieces near the camera would be coarse: the mean of two unit directions with
    # weights 1 - t and t is seen at t / (t + (1 - t) |b| / |a|) of the way.
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    of = np.repeat(np.arange(len(a)), count)
    number = np.arange(len(of)) - first[of]
    ratio = (np.linalg.norm(b, axis=1) / np.maximum(np.linalg.norm(a, axis=1), 1e-12))[of]

    def place(share: F64) -> F64:
        way = share / np.maximum(share + (1.0 - share) * ratio, 1e-12)
        return np.asarray(a[of] + way[:, None] * (b[of] - a[of]))

    return place(number / count[of]), place((number + 1) / count[of]), line[of]


def ray_through(camera: Camera, x: float, y: float) -> tuple[F64, F64]:
    """Return origin and unit direction, (3,) float64 each, of the ray through a continuous image pixel.

    The direction is NaN where the lens shows nothing; such a ray meets nothing.
    """
    rays = camera.rays(np.array([[x, y]]))
    way = rays.directions[0]
    return rays.origins[0], way / np.linalg.norm(way)


def meet_plane(origin: F64, way: F64, point: F64, normal: F64) -> F64 | None:
    """Return where a ray meets a plane, (3,) float64; None where it runs along it or away from it."""
    slope = float(way @ normal)
    if not abs(slope) >= 1e-4:
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
    if not rest >= 1e-4:
        return None
    offset = origin - point
    return float((offset @ axis - along * float(offset @ way)) / rest)


def metres_per_pixel(camera: Camera, point: F64) -> float:
    """Return how many metres one image pixel covers at the depth of a world point; 0 behind the camera."""
    depth = float((camera.camera_from_world[2, :3] @ point) + camera.camera_from_world[2, 3])
    return depth / camera.fx if depth > NEAR_M else 0.0
