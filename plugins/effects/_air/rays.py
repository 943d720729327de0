"""Where each pixel looks and how far: rays, ranges and places of a frame, through the camera's one projection.

A frame without a camera or a depth is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Generic, TypeVar
from weakref import ref

import numpy as np

from myriorama.plugins.api import Camera, Distortion, Frame, PluginError
from myriorama.scenes.conventions import F32, Mask

Made = TypeVar("Made")


def sight(frame: Frame, effect: str) -> tuple[Camera, F32]:
    """Return the camera and the depth of a frame.

    Raises
    ------
    PluginError
        The frame has none.
    """
    if frame.camera is None or frame.depth is None:
        raise PluginError(
            f"effect {effect!r} needs the depth and the camera of the frame; it cannot be drawn over a picture alone"
        )
    return frame.camera, frame.depth


def camera_rays(camera: Camera) -> tuple[F32, F32]:
    """Return rays (H, W, 3) through pixel centres with z = 1, camera frame, and their lengths (H, W); read-only.

    Where the lens shows nothing they look ahead.
    """
    return _rays_and_shown(*_lens_of(camera))[:2]


def shown(camera: Camera) -> Mask | None:
    """Return where the lens shows anything, (H, W) bool, read-only; None is everywhere."""
    return _rays_and_shown(*_lens_of(camera))[2]


def _lens_of(camera: Camera) -> tuple[int, int, float, float, float, float, Distortion | None]:
    return camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion


@lru_cache(maxsize=4)
def _rays_and_shown(
    width: int, height: int, fx: float, fy: float, cx: float, cy: float, distortion: Distortion | None
) -> tuple[F32, F32, Mask | None]:
    camera = Camera(np.eye(4), width, height, fx, fy, cx, cy, distortion=distortion)
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1)
    exact = camera.unproject(pixels, np.ones(len(pixels)))
    seen = np.isfinite(exact).all(axis=1)
    exact[~seen] = (0.0, 0.0, 1.0)
    rays: F32 = exact.reshape(height, width, 3).astype(np.float32)
    lengths: F32 = np.sqrt(np.einsum("hwi,hwi->hw", rays, rays))
    mask: Mask = seen.reshape(height, width)
    for array in (rays, lengths, mask):
        array.flags.writeable = False
    return rays, lengths, None if bool(seen.all()) else mask


@lru_cache(maxsize=4)
def _bounds(
    width: int, height: int, fx: float, fy: float, cx: float, cy: float, distortion: Distortion | None
) -> tuple[float, float, float, float]:
    rays, _, _ = _rays_and_shown(width, height, fx, fy, cx, cy, distortion)
    x, y = rays[..., 0].copy(), rays[..., 1].copy()
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def picture_bounds(camera: Camera) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the pixels' centres on the plane z = 1."""
    return _bounds(*_lens_of(camera))


def ranges(frame: Frame, effect: str, background_m: float) -> F32:
    """Return the distance along each ray (H, W), metres; where nothing was hit `background_m`, infinite for 0."""
    camera, depth = sight(frame, effect)
    out = depth * camera_rays(camera)[1]
    out[depth == 0.0] = background_m if background_m > 0.0 else np.inf
    return _where_shown(out, camera)


def filled(frame: Frame, effect: str, background_m: float) -> F32:
    """Return the depth (H, W), metres; where nothing was hit `background_m`, and 0 where the lens shows nothing."""
    camera, depth = sight(frame, effect)
    return _where_shown(np.where(depth == 0.0, np.float32(background_m), depth), camera)


def _where_shown(reach: F32, camera: Camera) -> F32:
    """Return distances that are 0 where the lens shows nothing: there is no air to look through."""
    mask = shown(camera)
    if mask is not None:
        reach[~mask] = 0.0
    return reach


def slopes(camera: Camera) -> F32:
    """Return the world's z component of each pixel's unit ray, (H, W)."""
    rays, lengths = camera_rays(camera)
    up: F32 = rays @ camera.world_from_camera[2, :3].astype(np.float32)
    up /= lengths
    return up


def toward(camera: Camera, direction: np.ndarray[Any, Any]) -> F32:
    """Return the cosine between each pixel's ray and a unit direction of the world, (H, W)."""
    rays, lengths = camera_rays(camera)
    out: F32 = rays @ (camera.world_from_camera[:3, :3].T @ direction).astype(np.float32)
    out /= lengths
    return out


def places(camera: Camera, depth: F32) -> F32:
    """Return the world point of each pixel, (H, W, 3) float32; the camera's own where nothing was hit."""
    rays, _ = camera_rays(camera)
    turned: F32 = (rays * depth[..., None]) @ camera.world_from_camera[:3, :3].T.astype(np.float32)
    turned += camera.world_from_camera[:3, 3].astype(np.float32)
    return turned


def world_normals(frame: Frame, camera: Camera) -> F32:
    """Return the frame's normals in the world, (H, W, 3) float32; 0 where nothing was hit."""
    if frame.normal is None:
        raise PluginError("the frame was rendered without normals")
    out: F32 = frame.normal @ camera.world_from_camera[:3, :3].T.astype(np.float32)
    return out


class Latest(Generic[Made]):
    """Keeps what was made last of one frame, so that an effect's picture and its layer are made once."""

    def __init__(self) -> None:
        self._frame: ref[Frame] | None = None
        self._key: Any = None
        self._made: Made | None = None

    def of(self, frame: Frame, key: Any, make: Callable[[], Made]) -> Made:
        """Return what `make` makes of a frame and a key, or what it made of them just before."""
        if self._made is None or self._frame is None or self._frame() is not frame or self._key != key:
            self._made = make()
            self._frame, self._key = ref(frame), key
        return self._made


def bare(camera: Camera) -> Camera:
    """Return the camera at the world's origin, unturned: its world is its own frame."""
    return replace(camera, world_from_camera=np.eye(4))
