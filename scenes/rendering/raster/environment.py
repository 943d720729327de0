"""The surrounding light in the forms that shading reads: nine coefficients, and a stack of blurred mirrors.

Made once per radiance map and kept by its content key. It shades nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import moderngl
import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.lights import Background, RadianceMap
from myriorama.scenes.rendering.raster.bounded import BoundedStore
from myriorama.scenes.rendering.raster.programs import Programs

_WIDEST: Final = 2048
_LARGEST_MIRROR: Final = 256
_SMALLEST_MIRROR: Final = 8
_SAMPLES: Final = 48
_HALF_FLOAT_MAX: Final = 65000.0
_HARMONIC_ROWS: Final = 64


@dataclass(frozen=True, eq=False)
class DeviceEnvironment:
    """One radiance map on the device.

    Attributes
    ----------
    panorama : texture
        Equirectangular, half floats with mipmaps; at most 2048 wide. For looking at and for filtering.
    mirrors : texture
        The octahedral stack, see environment.glsl.
    framebuffer
        Of `mirrors`; kept as long, since the context goes back to it.
    mirror_size, last_level : int
    ambient : (9, 3) float64
        Irradiance / pi as coefficients of `ambient_irradiance` in environment.glsl, untinted.
    ambient_above : (9, 3) float64
        The same of the upper half alone.
    """

    panorama: Any
    mirrors: Any
    framebuffer: Any
    mirror_size: int
    last_level: int
    ambient: F64
    ambient_above: F64

    def release(self) -> None:
        """Free both textures."""
        self.framebuffer.release()
        self.panorama.release()
        self.mirrors.release()


class EnvironmentStore:
    """Device environments by the map's content key, bounded in bytes."""

    def __init__(self, context: moderngl.Context, programs: Programs, limit_bytes: int) -> None:
        self._context = context
        self._programs = programs
        self._store: BoundedStore[DeviceEnvironment] = BoundedStore(limit_bytes)

    def begin_frame(self) -> None:
        """What this frame asks for stays until the next."""
        self._store.begin_frame()

    def get(self, radiance: RadianceMap) -> DeviceEnvironment:
        """Return the map's device forms, made on first use."""
        return self._store.get(radiance.key, lambda: self._make(radiance))

    def _make(self, radiance: RadianceMap) -> tuple[DeviceEnvironment, int]:
        pixels = reduced(radiance.pixels, _WIDEST)
        height, width = pixels.shape[:2]
        rows = np.ones((height, width, 4), dtype=np.float16)
        np.minimum(pixels, _HALF_FLOAT_MAX, out=rows[:, :, :3], casting="same_kind")
        panorama = self._context.texture((width, height), 4, rows, dtype="f2")
        panorama.build_mipmaps()
        panorama.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        panorama.repeat_x, panorama.repeat_y = True, False
        size = int(np.clip(2 ** round(np.log2(height)), 2 * _SMALLEST_MIRROR, _LARGEST_MIRROR))
        last = int(np.log2(size // _SMALLEST_MIRROR))
        framebuffer = self._blur(panorama, size, last)
        made = DeviceEnvironment(
            panorama, framebuffer.color_attachments[0], framebuffer, size, last, harmonics(pixels), above(pixels)
        )
        return made, width * height * 8 * 4 // 3 + size * size * 12

    def _blur(self, panorama: Any, size: int, last: int) -> Any:
        context = self._context
        mirrors = context.texture((size + size // 2, size), 4, dtype="f2")
        mirrors.filter = (moderngl.LINEAR, moderngl.LINEAR)
        mirrors.repeat_x = mirrors.repeat_y = False
        framebuffer = context.framebuffer([mirrors])
        framebuffer.use()
        context.enable_only(moderngl.NOTHING)
        program = self._programs.get("screen.vert", "prefilter.frag")
        screen = context.vertex_array(program, [])
        panorama.use(0)
        program["u_radiance"].value = 0
        program["u_source_size"].value = panorama.size
        program["u_tint"].value = (1.0, 1.0, 1.0)
        for level in range(last + 1):
            side = size >> level
            corner = (0, 0) if level == 0 else (size, size - 2 * side)
            framebuffer.viewport = (*corner, side, side)
            program["u_tile"].value = (*corner, side, (level / last) ** 1.5)
            program["u_samples"].value = 1 if level == 0 else _SAMPLES
            screen.render(vertices=3)
        screen.release()
        return framebuffer

    def release(self) -> None:
        """Free every environment."""
        self._store.clear()


def reduced(pixels: F32, widest: int) -> F32:
    """Return the map averaged down by whole factors until it is at most `widest` columns wide."""
    factor = -(-pixels.shape[1] // widest)
    if factor == 1:
        return pixels
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    blocks = pixels[: height * factor, : width * factor].reshape(height, factor, width, factor, 3)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)


def harmonics(pixels: npt.NDArray[np.floating[Any]]) -> F64:
    """Return irradiance / pi around each normal as nine coefficients, (9, 3) float64.

    The radiance is projected on the real spherical harmonics of degree 0 to 2 and each degree is
    multiplied by the cosine lobe's own coefficient: 1, 2/3, 1/4 (Ramamoorthi and Hanrahan 2001).
    The basis constants are folded in: the shader evaluates 1, y, z, x, xy, yz, 3z2-1, xz, x2-y2.
    """
    factor = max(1, pixels.shape[0] // _HARMONIC_ROWS)
    small = reduced(np.asarray(pixels, dtype=np.float32), max(1, pixels.shape[1] // factor)).astype(np.float64)
    height, width = small.shape[:2]
    edges = np.cos(np.linspace(0.0, np.pi, height + 1))
    solid = (edges[:-1] - edges[1:])[:, None] * (2.0 * np.pi / width)
    theta = (np.arange(height) + 0.5) / height * np.pi
    phi = (0.5 - (np.arange(width) + 0.5) / width) * 2.0 * np.pi
    z = np.broadcast_to(np.cos(theta)[:, None], (height, width))
    x = np.sin(theta)[:, None] * np.cos(phi)
    y = np.sin(theta)[:, None] * np.sin(phi)
    basis = np.stack([np.ones_like(z), y, z, x, x * y, y * z, 3.0 * z * z - 1.0, x * z, x * x - y * y])
    norm2 = np.array([1.0, 3.0, 3.0, 3.0, 15.0, 15.0, 1.25, 15.0, 3.75]) / (4.0 * np.pi)
    lobe = np.array([1.0] + [2.0 / 3.0] * 3 + [0.25] * 5)
    moments = np.einsum("khw,hw,hwc->kc", basis, np.broadcast_to(solid, z.shape), small)
    return np.asarray(moments * (norm2 * lobe)[:, None])


def above(pixels: npt.NDArray[np.floating[Any]]) -> F64:
    """Return `harmonics` of the map's upper half over black, scaled so that a level surface gets its exact light."""
    upper = np.array(pixels, dtype=np.float32)
    upper[upper.shape[0] // 2 :] = 0.0
    found = harmonics(upper)
    rows = upper.shape[0]
    edges = np.linspace(0.0, np.pi, rows + 1)
    weight = (np.sin(edges[1:]) ** 2 - np.sin(edges[:-1]) ** 2)[: rows // 2]
    exact = np.einsum("h,hc->c", weight, upper[: rows // 2].mean(axis=1, dtype=np.float64))
    level = found[0] + found[2] + 2.0 * found[6]
    return np.asarray(found * np.where(level > 0, exact / np.where(level > 0, level, 1.0), 1.0))


def environment_from_world(background: Background) -> F64:
    """Return the (3, 3) rotation that undoes the map's turn about +Z."""
    angle = np.radians(background.rotation_deg)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
