"""Textures on the device: uploaded once per content key, with mipmaps, bounded in bytes.

It never scales an image that the device can hold, and refuses one that it cannot.
"""

from __future__ import annotations

from typing import Final

import moderngl
import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.rendering.raster.bounded import BoundedStore

_SRGB8_ALPHA8: Final = 0x8C43


class TextureStore:
    """Device textures by content key.

    Parameters
    ----------
    anisotropy : float
        1 on a software driver, where each further sample is paid in full.
    """

    def __init__(self, context: moderngl.Context, limit_bytes: int, anisotropy: float) -> None:
        self._context = context
        self._anisotropy = anisotropy
        self._largest = int(context.info["GL_MAX_TEXTURE_SIZE"])
        self._store: BoundedStore[moderngl.Texture] = BoundedStore(limit_bytes)

    @property
    def plain(self) -> bool:
        """Whether the device's own filter takes one look only, so that slanted surfaces are left to the shader."""
        return self._anisotropy <= 1

    def begin_frame(self) -> None:
        """What this frame asks for stays until the next."""
        self._store.begin_frame()

    def get(self, texture: Texture) -> moderngl.Texture:
        """Return the device's copy."""
        return self._store.get(texture.key, lambda: self._upload(texture))

    def _upload(self, texture: Texture) -> tuple[moderngl.Texture, int]:
        height, width = texture.pixels.shape[:2]
        if max(height, width) > self._largest:
            raise DeviceError(
                f"a texture of {width} x {height} pixels is too large for this device; it holds {self._largest} a side"
            )
        device = self._context.texture(
            (width, height), 4, rgba_rows(texture.pixels), internal_format=_SRGB8_ALPHA8 if texture.srgb else None
        )
        device.build_mipmaps()
        device.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        device.repeat_x = device.repeat_y = texture.wrap == "repeat"
        if self._anisotropy > 1:
            device.anisotropy = self._anisotropy
        device.extra = mean_linear(texture)
        return device, width * height * 16 // 3

    def mean(self, texture: Texture) -> F64:
        """Return the texture's mean colour, (3,) float64, linear light."""
        return np.asarray(self.get(texture).extra)

    def release(self) -> None:
        """Free every texture."""
        self._store.clear()


def mean_linear(texture: Texture) -> F64:
    """Return the mean colour of a few thousand of the pixels, (3,) float64, linear light."""
    height, width, channels = texture.pixels.shape
    some = texture.pixels[:: -(-height // 64), :: -(-width // 64), :3].astype(np.float64) / 255.0
    if texture.srgb:
        some = np.where(some <= 0.04045, some / 12.92, ((some + 0.055) / 1.055) ** 2.4)
    mean = some.mean(axis=(0, 1))
    return np.asarray(np.repeat(mean, 3) if channels == 1 else mean)


def rgba_rows(pixels: np.ndarray) -> bytes:
    """Return (H, W, 1|3|4) uint8 pixels as RGBA bytes, bottom row first, as the device numbers rows."""
    height, width, channels = pixels.shape
    out = np.full((height, width, 4), 255, dtype=np.uint8)
    turned = pixels[::-1]
    if channels == 4:
        out[:] = turned
    else:
        out[:, :, :3] = turned
    return out.tobytes()
