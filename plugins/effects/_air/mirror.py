"""What wet ground mirrors: the picture where it shows what lies that way, else the surroundings.

It walks along each mirrored ray through the depth of the picture. What the picture does not show (the backs of things,
what is outside its frame) is not mirrored; the surroundings stand in.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter

from myriorama.plugins.api import Camera
from myriorama.plugins.effects._air.light import Surroundings
from myriorama.plugins.effects._air.rays import bare, camera_rays
from myriorama.scenes.conventions import F32, Mask

_STEPS: Final = 16
_HALVINGS: Final = 4
_FIRST: Final = 0.015
"""Of the distance to the eye: the first step."""
_LAST: Final = 6.0
_BORDER_PX: Final = 24.0
_REACH: Final = 2.5
"""Standard deviations."""


def mirrored(camera: Camera, linear: F32, depth: F32, chosen: Mask, normals: F32, around: Surroundings) -> F32:
    """Return what the chosen pixels mirror, (H, W, 3); 0 elsewhere.

    Parameters
    ----------
    chosen : (H, W) bool
    normals : (N, 3) float32
        Of the mirrors, world, for each chosen pixel.
    """
    out = np.zeros_like(linear)
    rays, _ = camera_rays(camera)
    rotation = camera.world_from_camera[:3, :3].astype(np.float32)
    start = rays[chosen] * depth[chosen][:, None]
    if not len(start):
        return out
    distance = np.linalg.norm(start, axis=1)
    onward = start / distance[:, None]
    across = np.einsum("nj,ji->ni", normals, rotation)
    way = onward - 2.0 * np.einsum("ni,ni->n", onward, across)[:, None] * across
    sky = around.along(np.einsum("ni,ji->nj", way, rotation))
    place, share = _met(camera, depth, start + across * (0.002 * distance)[:, None], way, distance)
    seen = linear.reshape(-1, 3)[place]
    out[chosen] = sky + share[:, None] * (seen - sky)
    return out


def _met(
    camera: Camera, depth: F32, start: F32, way: F32, distance: F32
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], F32]:
    """Return the pixel that each ray meets, and how sure that is, [0, 1]; less towards the picture's border."""
    height, width = depth.shape
    far = np.where(depth > 0, depth, np.float32(1e9)).ravel()
    look = _Look(camera, np.concatenate([start.T, way.T * distance]))
    steps = np.geomspace(_FIRST, _LAST, _STEPS)
    number = len(start)
    before, after = np.zeros(number, dtype=np.float32), np.full(number, np.nan, dtype=np.float32)
    open_rays = np.arange(number)
    walking = look
    for low, high in zip((0.0, *steps[:-1]), steps, strict=True):
        if not len(open_rays):
            break
        z, place, inside = walking.at(np.float32(high))
        over = z - far[place]
        reach = np.float32((high - low) * 1.5) * distance[open_rays] + np.float32(0.02) * z
        behind = inside & (over > 0) & (over < reach)
        found = open_rays[behind]
        before[found], after[found] = low, high
        # What has left the picture does not come back.
        left = inside & ~behind
        open_rays, walking = open_rays[left], walking.of(left)
    met = np.flatnonzero(~np.isnan(after))
    places, share = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=np.float32)
    if len(met):
        look, nearest, furthest = look.of(met), before[met], after[met]
        for _ in range(_HALVINGS):
            middle = np.float32(0.5) * (nearest + furthest)
            z, place, inside = look.at(middle)
            beyond = inside & (z > far[place])
            furthest = np.where(beyond, middle, furthest)
            nearest = np.where(beyond, nearest, middle)
        z, place, inside = look.at(furthest)
        inside &= np.abs(z - far[place]) < np.float32(0.05) * z
        x, y = place % width, place // width
        edge = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
        places[met] = place
        share[met] = np.where(inside, np.minimum(edge / np.float32(_BORDER_PX), 1.0), 0.0)
    return places, share


class _Look:
    """Rays in the camera frame, and where the camera shows what lies along them."""

    def __init__(self, camera: Camera, rays: F32) -> None:
        # (6, N): where they start, and where they go in one step of 1
        self._camera, self._rays = camera, rays

    def of(self, chosen: np.ndarray[Any, Any]) -> _Look:
        """Return some of the rays."""
        return _Look(self._camera, self._rays[:, chosen])

    def at(self, step: F32 | np.float32) -> tuple[F32, np.ndarray[tuple[int], np.dtype[np.int64]], Mask]:
        """Return depth, pixel and whether they are in the picture, of points at a step along the rays."""
        camera, rays = self._camera, self._rays
        points = rays[3:] * step
        points += rays[:3]
        z = points[2]
        if camera.distortion is None:
            shrunk = np.float32(1.0) / np.maximum(z, np.float32(1e-3))
            x = points[0] * shrunk * np.float32(camera.fx) + np.float32(camera.cx)
            y = points[1] * shrunk * np.float32(camera.fy) + np.float32(camera.cy)
        else:
            flat = bare(camera).project_camera(points.T.astype(np.float64))[0].astype(np.float32)
            x, y = flat[:, 0], flat[:, 1]
        inside = (z > 1e-3) & (x >= 0) & (x < camera.width) & (y >= 0) & (y < camera.height)
        column = np.where(inside, x, np.float32(0.0)).astype(np.int64)
        place = np.where(inside, y, np.float32(0.0)).astype(np.int64) * camera.width + column
        return z, place, inside


def smeared(picture: F32, weight: F32, wide_px: float, high_px: float) -> F32:
    """Return a picture blurred within where `weight` is, (H, W, 3)."""
    held = np.concatenate([picture * weight[..., None], weight[..., None]], axis=-1)
    blurred = gaussian_filter(held, (high_px, wide_px, 0.0), truncate=_REACH)
    return np.asarray(blurred[..., :3] / np.maximum(blurred[..., 3:], np.float32(1e-4)), dtype=np.float32)
