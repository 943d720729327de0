"""A renderer over a renderer: cameras with a lens and a shutter, by an engine that knows neither.

A scene whose camera is a plain pinhole passes straight through, byte for byte and at no cost.
"""

from __future__ import annotations

import time
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Device, Frame, Quality, Renderer, RenderRequest
from myriorama.scenes.rendering.optics import moments
from myriorama.scenes.rendering.tone import develop

if TYPE_CHECKING:
    from myriorama.scenes.rendering.optics.picture import PictureMaker
    from myriorama.scenes.rendering.optics.ray_truth import RayTracer


class OpticalRenderer:
    """Fulfils `Renderer`; not to be shared between threads.

    Labels are those of a sharp picture at the middle of the exposure; with a rolling shutter, at the middle of each
    row's. Their depth and normals are in the camera's frame at that instant.

    Parameters
    ----------
    inner : Renderer
        Draws pinhole cameras that stand still. It is closed with this one.
    """

    def __init__(self, inner: Renderer) -> None:
        self._inner = inner
        self._made: tuple[RayTracer, PictureMaker] | None = None

    def _parts(self) -> tuple[RayTracer, PictureMaker]:
        """Return what draws through a lens, loaded when it is first needed: that takes half a second."""
        if self._made is None:
            from myriorama.scenes.rendering.optics.picture import PictureMaker
            from myriorama.scenes.rendering.optics.ray_truth import RayTracer

            tracer = RayTracer()
            self._made = tracer, PictureMaker(self._inner, tracer)
        return self._made

    @property
    def device(self) -> Device:
        """What the inner engine runs on."""
        return self._inner.device

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        """Render one frame.

        Raises
        ------
        DeviceError
            As the inner engine does.
        """
        if not moments.needs_optics(scene):
            return self._inner.render(scene, request)
        if request.amodal and not request.truth:
            raise ValueError("amodal masks need the truth pass: ask for truth as well")
        started = time.perf_counter()
        frame = self._truth(scene, request)
        laps = dict(frame.timings_ms) | {"optics_truth": (time.perf_counter() - started) * 1000.0}
        if request.rgb or request.linear:
            started = time.perf_counter()
            picture = self._parts()[1].make(scene, request)
            laps["optics_picture"] = (time.perf_counter() - started) * 1000.0
            frame = replace(
                frame,
                device=picture.device,
                rgb=develop(picture.linear) if request.rgb else None,
                linear=picture.linear if request.linear else None,
                layers=MappingProxyType({**frame.layers, **picture.layers}),
            )
        return replace(frame, timings_ms=MappingProxyType(laps))

    def together(self, scene: Scene, quality: Quality) -> int:
        """Return how many drawings make up one pixel of a scene's picture; 1 for a plain pinhole."""
        return self._parts()[1].together(scene, quality) if moments.needs_optics(scene) else 1

    def _truth(self, scene: Scene, request: RenderRequest) -> Frame:
        camera = scene.camera
        frame = Frame(
            sample_key=scene.sample_key,
            width=camera.width,
            height=camera.height,
            device=str(self.device),
            camera=camera,
            lights=scene.lights,
            background=scene.background,
        )
        if not request.truth:
            return frame
        if camera.distortion is None and not moments.rolls(scene):
            sharp = replace(request, rgb=False, linear=False)
            return replace(self._inner.render(moments.at(scene, 0.0), sharp), camera=camera)
        truth = self._parts()[0].trace(scene, coordinates=request.coordinates, amodal=request.amodal)
        return replace(
            frame,
            surface_id=truth.buffers.surface_id,
            depth=truth.buffers.depth,
            normal=truth.buffers.normal,
            object_coordinates=truth.buffers.object_coordinates,
            amodal=None if truth.amodal is None else MappingProxyType(dict(truth.amodal)),
        )

    def close(self) -> None:
        """Close the inner engine, and let everything go that is kept. Safe to call twice."""
        if self._made is not None:
            self._made[0].release()
            self._made = None
        self._inner.close()

    def __enter__(self) -> OpticalRenderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
