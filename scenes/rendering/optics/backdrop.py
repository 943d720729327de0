"""A backdrop photo belongs to the picture, not to the scene: what each view must show for it to come out unbent.

An engine fits a backdrop to the image it draws; so each drawing is given one that is cut, or bent back, for it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, U8
from myriorama.scenes.rendering.optics.lens_plane import bent
from myriorama.scenes.rendering.optics.views import View

_PAD_PX: Final = 16


class Backdrops:
    """Backdrops for drawings; the last photo's pictures are kept."""

    def __init__(self) -> None:
        self._photo: U8 | None = None
        self._fitted: dict[Hashable, U8] = {}

    def cropped(self, scene: Scene, camera: Camera, top: int, bottom: int) -> Scene:
        """Return the scene with the part of its backdrop that rows `top` to `bottom` of the picture show."""
        photo = scene.background.backdrop
        if photo is None or (top == 0 and bottom == camera.height):
            return scene
        own = np.ascontiguousarray(self._fit(photo, camera)[top:bottom])
        return replace(scene, background=replace(scene.background, backdrop=own))

    def bent(self, scene: Scene, camera: Camera, view: View, top: int, bottom: int) -> Scene:
        """Return the scene with a backdrop that the lens will bend straight."""
        photo = scene.background.backdrop
        if photo is None:
            return scene
        fitted = self._fit(photo, camera)
        lens = (camera.distortion, camera.fx, camera.fy, camera.cx, camera.cy)
        key = (lens, view.focal_px, view.left, view.top, view.width, view.height, view.axes.tobytes())
        whole = self._fitted.get(key)
        if whole is None:
            whole = self._fitted[key] = _bent_back(fitted, camera, view)
        own = np.ascontiguousarray(whole[top:bottom])
        return replace(scene, background=replace(scene.background, backdrop=own))

    def _fit(self, photo: U8, camera: Camera) -> U8:
        """Return a photo scaled to cover the picture and cut to its size, as the engines do."""
        if photo is not self._photo:
            self._photo, self._fitted = photo, {}
        key = (camera.width, camera.height)
        fitted = self._fitted.get(key)
        if fitted is None:
            tall, wide = photo.shape[:2]
            scale = max(camera.width / wide, camera.height / tall)
            half_x, half_y = camera.width / scale / 2, camera.height / scale / 2
            box = (wide / 2 - half_x, tall / 2 - half_y, wide / 2 + half_x, tall / 2 + half_y)
            box = (max(box[0], 0.0), max(box[1], 0.0), min(box[2], float(wide)), min(box[3], float(tall)))
            small = Image.fromarray(photo).resize((camera.width, camera.height), Image.Resampling.BICUBIC, box=box)
            fitted = self._fitted[key] = np.asarray(small)
        return fitted


def _bent_back(fitted: U8, camera: Camera, view: View) -> U8:
    """Return (h, w, 3) uint8: each pixel of the view shows what the picture has where the lens puts that pixel."""
    x, y = np.meshgrid(np.arange(view.width) + 0.5 + view.left, np.arange(view.height) + 0.5 + view.top)
    looks = np.stack([x / view.focal_px, y / view.focal_px, np.ones_like(x)]).reshape(3, -1)
    seen = view.axes.T @ looks
    front = seen[2] > 1e-6
    plane = np.where(front, seen[:2] / np.where(front, seen[2], 1.0), np.nan)
    pixels = bent(camera, plane)
    at = np.where(np.isfinite(pixels), pixels, -_PAD_PX)[::-1] - 0.5
    out = np.empty((view.height * view.width, 3), dtype=np.uint8)
    for channel in range(3):
        own: F32 = fitted[:, :, channel].astype(np.float32)
        value = map_coordinates(own, at, order=3, mode="nearest", prefilter=True)
        out[:, channel] = np.clip(np.rint(value), 0, 255)
    return out.reshape(view.height, view.width, 3)
