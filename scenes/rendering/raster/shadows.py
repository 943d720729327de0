"""Draws shadow maps, all into one texture, a square tile for each light that casts.

It decides nothing about where a map looks; shadowfit does.
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.lights import Light, SunLight
from myriorama.scenes.rendering.raster.drawlist import DrawList
from myriorama.scenes.rendering.raster.geometry import ItemBuffer
from myriorama.scenes.rendering.raster.lighting import ShadowPlacement
from myriorama.scenes.rendering.raster.shadowfit import fit
from myriorama.scenes.rendering.raster.truth import GeometryPass

MAX_SHADOWS: Final = 16
_DEPTH_CLAMP: Final = 0x864F
"""GL_DEPTH_CLAMP: what stands before the map's near plane still casts."""


class ShadowMaps:
    """The shadow texture of one renderer."""

    def __init__(self, context: moderngl.Context, geometry: GeometryPass, items: ItemBuffer) -> None:
        self._context = context
        self._geometry = geometry
        self._items = items
        self.texture: Any = None
        self._framebuffer: Any = None

    def draw(
        self, lights: tuple[Light, ...], draws: DrawList, receivers: F64, side: int
    ) -> tuple[ShadowPlacement | None, ...]:
        """Draw every casting light's map and return where each is; None for a light without one.

        Parameters
        ----------
        receivers : (K, 3) float64
            What the camera sees, camera frame.
        side : int
            Texels along one side of a map.

        Raises
        ------
        DeviceError
            More lights cast shadows than the texture has tiles.
        """
        casting = [i for i, light in enumerate(lights) if light.casts_shadow]
        if len(casting) > MAX_SHADOWS:
            raise DeviceError(f"{MAX_SHADOWS} lights may cast shadows in this engine, not {len(casting)}")
        out: list[ShadowPlacement | None] = [None] * len(lights)
        if not casting:
            return tuple(out)
        columns = int(np.ceil(np.sqrt(len(casting))))
        rows = -(-len(casting) // columns)
        self._resize(columns * side, rows * side)
        context = self._context
        self._framebuffer.viewport = (0, 0, columns * side, rows * side)
        self._framebuffer.use()
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<"
        self._framebuffer.clear(depth=1.0)
        context.enable_direct(_DEPTH_CLAMP)
        for slot, i in enumerate(casting):
            origin = (slot % columns * side, slot // columns * side)
            found = fit(lights[i], draws, receivers, origin, side)
            if found is None:
                continue
            solid = np.zeros(len(draws.instance_of_item), dtype=bool)
            for group in draws.groups:
                solid[group.first : group.first + group.count] = not group.transparent
            items = np.flatnonzero(found.casters[draws.instance_of_item] & solid)
            blocks, groups = draws.subset(items, np.zeros(len(items), dtype=np.uint32))
            self._items.write(blocks)
            self._framebuffer.viewport = (*origin, side, side)
            self._framebuffer.use()
            self._geometry.draw(
                "depth.vert",
                "depth.frag",
                self._items,
                groups,
                found.clip_from_camera,
                from_outside=isinstance(lights[i], SunLight),
            )
            out[i] = found.placement
        context.disable_direct(_DEPTH_CLAMP)
        return tuple(out)

    def _resize(self, width: int, height: int) -> None:
        if self.texture is not None and self.texture.size == (width, height):
            return
        self.release()
        self.texture = self._context.depth_texture((width, height))
        self.texture.compare_func = ""
        self.texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._framebuffer = self._context.framebuffer(depth_attachment=self.texture)

    def release(self) -> None:
        """Free the texture."""
        if self.texture is not None:
            self._framebuffer.release()
            self.texture.release()
            self.texture = self._framebuffer = None
