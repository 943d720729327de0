"""The raster engine: scene in, frame out.

Labels come from one truth pass, the picture from passes that test against it. It keeps nothing of one
frame for the next but what is found by content key, so a frame depends on its scene alone.
"""

from __future__ import annotations

import time
from types import MappingProxyType, TracebackType
from typing import Final

import moderngl

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, U8
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.frame import AmodalMask, Device, Frame, RenderRequest
from myriorama.scenes.rendering.raster.amodal import AmodalPass
from myriorama.scenes.rendering.raster.beauty import BeautyPass
from myriorama.scenes.rendering.raster.device import describe, open_context
from myriorama.scenes.rendering.raster.drawlist import DrawList, Group, draw_list
from myriorama.scenes.rendering.raster.environment import EnvironmentStore
from myriorama.scenes.rendering.raster.geometry import ItemBuffer, MeshStore, items_per_piece
from myriorama.scenes.rendering.raster.lighting import MAX_LIGHTS
from myriorama.scenes.rendering.raster.picture import PicturePass
from myriorama.scenes.rendering.raster.programs import Programs
from myriorama.scenes.rendering.raster.quality import Settings, settings_for
from myriorama.scenes.rendering.raster.shadows import ShadowMaps
from myriorama.scenes.rendering.raster.textures import TextureStore
from myriorama.scenes.rendering.raster.truth import (
    GeometryPass,
    GeometryTargets,
    TruthBuffers,
    read_depth,
    read_truth,
)

# What stays on the device from frame to frame. On a software device it is this process's own memory.
_MESH_BYTES: Final = 48 * 2**20
_TEXTURE_BYTES: Final = 72 * 2**20
_ENVIRONMENT_BYTES: Final = 32 * 2**20
_CARD_FACTOR: Final = 8


class RasterRenderer:
    """OpenGL 3.3 core, without a window. Fulfils `Renderer`; not to be shared between threads.

    Parameters
    ----------
    device_index : int
        Which EGL device, where a machine has several.
    settings : Settings or None
        Used for every picture; None takes what the request's quality means on this device.

    Raises
    ------
    DeviceError
        No device could be opened.
    """

    def __init__(self, device_index: int = 0, settings: Settings | None = None) -> None:
        self._context = open_context(device_index)
        self._device = describe(self._context)
        # Bound between frames: the library goes back to the last framebuffer, which by then may be gone.
        self._rest = self._context.framebuffer([self._context.renderbuffer((1, 1), 4)])
        per_piece = items_per_piece(self._context)
        gather = int("GL_ARB_texture_gather" in self._context.extensions or self._context.version_code >= 400)
        self._programs = Programs(self._context, {"ITEMS": per_piece, "LIGHTS": MAX_LIGHTS, "GATHER": gather})
        factor = 1 if self._device.software else _CARD_FACTOR
        self._meshes = MeshStore(self._context, _MESH_BYTES * factor)
        anisotropy = 1.0 if self._device.software else min(8.0, self._context.max_anisotropy)
        self._textures = TextureStore(self._context, _TEXTURE_BYTES * factor, anisotropy)
        self._items = ItemBuffer(self._context, per_piece)
        self._geometry = GeometryPass(self._context, self._programs, self._meshes, self._textures)
        self._amodal = AmodalPass(self._context, self._geometry, ItemBuffer(self._context, per_piece))
        self._environments = EnvironmentStore(self._context, self._programs, _ENVIRONMENT_BYTES * factor)
        self._shadow_items = ItemBuffer(self._context, per_piece)
        self._shadows = ShadowMaps(self._context, self._geometry, self._shadow_items)
        beauty = BeautyPass(self._context, self._programs, self._meshes, self._textures)
        self._picture = PicturePass(
            self._context, self._programs, self._meshes, self._textures, self._environments, beauty, self._shadows
        )
        self._settings = settings
        self._targets: dict[str, GeometryTargets] = {}
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
        self._rest.use()
        self._meshes.begin_frame()
        self._textures.begin_frame()
        self._environments.begin_frame()
        draws = draw_list(scene)
        self._items.write(draws.blocks)
        clock.lap("list")
        labelled = self._draw_truth("labelled", draws, [g for g in draws.groups if g.labelled])
        truth: TruthBuffers | None = None
        if request.truth:
            truth = read_truth(labelled, coordinates=request.coordinates)
        clock.lap("truth")
        amodal: dict[int, AmodalMask] | None = None
        if request.amodal:
            amodal = self._amodal.run(draws)
            clock.lap("amodal")
        rgb: U8 | None = None
        linear: F32 | None = None
        if request.rgb or request.linear:
            rgb, linear = self._render_picture(draws, labelled, truth, request, clock)
        error = self._context.error
        if error != "GL_NO_ERROR":
            raise DeviceError(f"the graphics device failed ({error}) while rendering sample {scene.sample_key}")
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
            camera=scene.camera,
            timings_ms=MappingProxyType(clock.laps),
        )

    def _draw_truth(self, name: str, draws: DrawList, groups: list[Group]) -> GeometryTargets:
        size = (draws.view.width, draws.view.height)
        targets = self._targets.get(name)
        if targets is None or targets.framebuffer.size != size:
            if targets is not None:
                targets.release()
            targets = self._targets[name] = GeometryTargets(self._context, *size)
        context = self._context
        targets.framebuffer.depth_mask = True
        targets.framebuffer.use()
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<="  # of equals the last drawn stays, here as in the picture
        targets.framebuffer.clear()
        view = draws.view
        order = view.order if view.reaches_far else None
        self._geometry.draw("truth.vert", "truth.frag", self._items, groups, view.clip_from_camera, order=order)
        return targets

    def _render_picture(
        self,
        draws: DrawList,
        labelled: GeometryTargets,
        truth: TruthBuffers | None,
        request: RenderRequest,
        clock: _Clock,
    ) -> tuple[U8 | None, F32 | None]:
        """Shade. Where clear surfaces stand in front, what is behind them needs a depth of its own."""
        solid = every = labelled
        depth = truth.depth if truth else None
        if any(g.transparent for g in draws.groups):
            solid = self._draw_truth("solid", draws, [g for g in draws.groups if not g.transparent])
            depth = None
            if not all(g.labelled for g in draws.groups):
                every = self._draw_truth("every", draws, list(draws.groups))
        if depth is None:
            depth = read_depth(solid)
        settings = self._settings or settings_for(request.quality, self._device.software, self._context.max_samples)
        rgb, linear = self._picture.run(draws, self._items, solid, every, depth, settings, request.linear, clock.lap)
        return (rgb if request.rgb else None), linear

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
            self._picture.release()
            self._shadows.release()
            self._shadow_items.release()
            self._environments.release()
            for targets in self._targets.values():
                targets.release()
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
