"""What wet ground mirrors: the picture where it shows what lies that way, else the surroundings.

It walks along each mirrored ray through the depth of the picture. What the picture does not show (the backs of things,
what is outside its frame) is not mirrored; the surroundings stand in.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter

from myriorama.plugins.api import Camera
from myriorama.plugins.effects._air_light import Surroundings
from myriorama.plugins.effects._air_rays import bare, camera_rays
from myriorama.scenes.conventions import F32, F64, Mask

_STEPS: Final = 16
_HALVINGS: Final = 4
_FIRST: Final = 0.015
"""Of the distance to the eye: the first step."""
_LAST: Final = 6.0
_BORDER_PX: Final = 24.0


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
    across = normals @ rotation
    way = onward - 2.0 * np.einsum("ni,ni->n", onward, across)[:, None] * across
    sky = around.along(way @ rotation.T)
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
    lens = bare(camera)
    steps = np.geomspace(_FIRST, _LAST, _STEPS)
    number = len(start)
    before = np.zeros(number)
    after = np.full(number, np.nan)
    open_rays = np.arange(number)
    for low, high in zip((0.0, *steps[:-1]), steps, strict=True):
        if not len(open_rays):
            break
        z, place, inside = _look(lens, start, way, distance * high, open_rays, height, width)
        behind = inside & (z > far[place]) & (z - far[place] < (high - low) * distance[open_rays] * 1.5 + 0.02 * z)
        found = open_rays[behind]
        before[found], after[found] = low, high
        # What has left the picture does not come back.
        open_rays = open_rays[~behind & inside]
    met = np.flatnonzero(~np.isnan(after))
    for _ in range(_HALVINGS):
        middle = 0.5 * (before[met] + after[met])
        z, place, inside = _look(lens, start, way, _at(distance, met, middle), met, height, width)
        nearer = inside & (z > far[place])
        after[met] = np.where(nearer, middle, after[met])
        before[met] = np.where(nearer, before[met], middle)
    places, share = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=np.float32)
    if len(met):
        z, place, inside = _look(lens, start, way, _at(distance, met, after[met]), met, height, width)
        inside &= np.abs(z - far[place]) < 0.05 * z
        x, y = place % width, place // width
        edge = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
        places[met] = place
        share[met] = np.where(inside, np.minimum(edge / _BORDER_PX, 1.0), 0.0)
    return places, share


def _at(distance: F32, chosen: np.ndarray[tuple[int], np.dtype[np.int64]], steps: F64) -> F64:
    out = np.zeros(len(distance))
    out[chosen] = distance[chosen] * steps
    return out


def _look(
    lens: Camera,
    start: F32,
    way: F32,
    length: F64,
    chosen: np.ndarray[tuple[int], np.dtype[np.int64]],
    height: int,
    width: int,
) -> tuple[F32, np.ndarray[tuple[int], np.dtype[np.int64]], Mask]:
    """Return depth, pixel and whether they are in the picture, of points along chosen rays."""
    points = start[chosen] + way[chosen] * length[chosen][:, None].astype(np.float32)
    if lens.distortion is None:
        z = points[:, 2]
        safe = np.maximum(z, np.float32(1e-3))
        pixels = points[:, :2] / safe[:, None]
        pixels *= np.array([lens.fx, lens.fy], dtype=np.float32)
        pixels += np.array([lens.cx, lens.cy], dtype=np.float32)
    else:
        flat, deep = lens.project_camera(points.astype(np.float64))
        pixels, z = flat.astype(np.float32), deep.astype(np.float32)
    inside = (z > 1e-3) & (pixels[:, 0] >= 0) & (pixels[:, 0] < width) & (pixels[:, 1] >= 0) & (pixels[:, 1] < height)
    where = np.where(inside[:, None], pixels, np.float32(0.0)).astype(np.int64)
    return z, where[:, 1] * width + where[:, 0], inside


def smeared(picture: F32, weight: F32, wide_px: float, high_px: float) -> F32:
    """Return a picture blurred within where `weight` is, (H, W, 3)."""
    whole = np.maximum(gaussian_filter(weight, (high_px, wide_px)), np.float32(1e-4))
    out = np.empty_like(picture)
    for channel in range(3):
        out[..., channel] = gaussian_filter(picture[..., channel] * weight, (high_px, wide_px)) / whole
    return out
