"""The raster engine: scene in, frame out.

Labels come from one truth pass, the picture from passes that test against it. It keeps nothing of one
frame for the next but what is found by content key, so a frame depends on its scene alone.
"""

from __future__ import annotations

import time
from types import MappingProxyType, TracebackType
from typing import Any, Final

import moderngl
import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.lights import SunLight
from myriorama.scenes.rendering.frame import AmodalMask, Device, Frame, RenderRequest
from myriorama.scenes.rendering.raster.amodal import AmodalPass
from myriorama.scenes.rendering.raster.device import describe, open_context
from myriorama.scenes.rendering.raster.drawlist import DrawList, draw_list
from myriorama.scenes.rendering.raster.geometry import ItemBuffer, MeshStore, items_per_piece
from myriorama.scenes.rendering.raster.programs import Programs
from myriorama.scenes.rendering.raster.textures import TextureStore
from myriorama.scenes.rendering.raster.truth import GeometryPass, GeometryTargets, TruthBuffers, read_truth

_MESH_BYTES: Final = 96 * 2**20
_TEXTURE_BYTES: Final = 128 * 2**20


class RasterRenderer:
    """OpenGL 3.3 core, without a window. Fulfils `Renderer`; not to be shared between threads.

    Parameters
    ----------
    device_index : int
        Which EGL device, where a machine has several.

    Raises
    ------
    DeviceError
        No device could be opened.
    """

    def __init__(self, device_index: int = 0) -> None:
        self._context = open_context(device_index)
        self._device = describe(self._context)
        per_piece = items_per_piece(self._context)
        self._programs = Programs(self._context, {"ITEMS": per_piece})
        self._meshes = MeshStore(self._context, _MESH_BYTES)
        anisotropy = 1.0 if self._device.software else min(8.0, self._context.max_anisotropy)
        self._textures = TextureStore(self._context, _TEXTURE_BYTES, anisotropy)
        self._items = ItemBuffer(self._context, per_piece)
        self._geometry = GeometryPass(self._programs, self._meshes, self._textures)
        self._amodal = AmodalPass(self._context, self._geometry, ItemBuffer(self._context, per_piece))
        self._targets: GeometryTargets | None = None
        self._closed = False

    @property
    def device(self) -> Device:
        """What it runs on."""
        return self._device

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        """Render one frame.

        Raises
        ------
        DeviceError
            The image is larger than the device allows, or the device was lost.
        """
        if self._closed:
            raise DeviceError("this renderer was closed; make a new one")
        if request.amodal and not request.truth:
            raise ValueError("amodal masks need the truth pass: ask for truth as well")
        with self._context:
            return self._render(scene, request)

    def _render(self, scene: Scene, request: RenderRequest) -> Frame:
        clock = _Clock()
        width, height = scene.camera.width, scene.camera.height
        self._check_size(width, height)
        self._meshes.begin_frame()
        self._textures.begin_frame()
        targets = self._targets_of(width, height)
        draws = draw_list(scene)
        self._items.write(draws.blocks)
        clock.lap("list")
        self._draw_truth(draws, targets)
        truth: TruthBuffers | None = None
        if request.truth:
            truth = read_truth(targets)
        clock.lap("truth")
        amodal: dict[int, AmodalMask] | None = None
        if request.amodal:
            amodal = self._amodal.run(draws)
            clock.lap("amodal")
        rgb = linear = None
        if request.rgb or request.linear:
            rgb, linear = self._picture(draws, targets, request)
            clock.lap("picture")
        if self._context.error != "GL_NO_ERROR":
            raise DeviceError(f"the graphics device failed while rendering sample {scene.sample_key}")
        return Frame(
            sample_key=scene.sample_key,
            width=width,
            height=height,
            device=str(self._device),
            rgb=rgb,
            linear=linear,
            surface_id=truth.surface_id if truth else None,
            depth=truth.depth if truth else None,
            normal=truth.normal if truth else None,
            object_coordinates=truth.object_coordinates if truth else None,
            amodal=MappingProxyType(amodal) if amodal is not None else None,
            timings_ms=MappingProxyType(clock.laps),
        )

    def _draw_truth(self, draws: DrawList, targets: GeometryTargets) -> None:
        context = self._context
        targets.framebuffer.use()
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<"
        targets.framebuffer.clear()
        labelled = [g for g in draws.groups if g.labelled]
        self._geometry.draw("truth.vert", "truth.frag", self._items, labelled, draws.view.clip_from_camera)

    def _picture(self, draws: DrawList, targets: GeometryTargets, request: RenderRequest) -> tuple[Any, Any]:
        from myriorama.scenes.rendering.raster.first_look import first_look

        return first_look(self._context, self._programs, self._meshes, self._items, draws, targets, request)

    def _targets_of(self, width: int, height: int) -> GeometryTargets:
        if self._targets is None or self._targets.framebuffer.size != (width, height):
            if self._targets is not None:
                self._targets.release()
            self._targets = GeometryTargets(self._context, width, height)
        return self._targets

    def _check_size(self, width: int, height: int) -> None:
        info = self._context.info
        largest = min(info["GL_MAX_TEXTURE_SIZE"], info["GL_MAX_RENDERBUFFER_SIZE"], *info["GL_MAX_VIEWPORT_DIMS"])
        if max(width, height) > largest or min(width, height) < 1:
            raise DeviceError(
                f"an image of {width} x {height} pixels cannot be rendered here; 1 to {largest} a side are possible"
            )

    def close(self) -> None:
        """Free the device. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        with self._context:
            self._amodal.release()
            self._items.release()
            if self._targets is not None:
                self._targets.release()
            self._meshes.release()
            self._textures.release()
            self._programs.release()
        self._context.release()

    def __enter__(self) -> RasterRenderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Clock:
    """Wall milliseconds per stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + (now - self._last) * 1e3
        self._last = now
