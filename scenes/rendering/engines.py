"""The one renderer that every process opens: truth by the raster engine, the picture by the engine that is asked for.

It chooses and joins; it draws nothing itself. The path tracer is loaded when a picture of it is first asked for.
"""

from __future__ import annotations

import time
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Device, Frame, Renderer, RenderRequest
from myriorama.scenes.rendering.tone import develop

if TYPE_CHECKING:
    from myriorama.scenes.rendering.pathtraced.engine import PathTracer


def open_renderer() -> Renderer:
    """Return the renderer of this process.

    Raises
    ------
    DeviceError
        There is no OpenGL device.
    """
    from myriorama.scenes.rendering.optics.renderer import OpticalRenderer
    from myriorama.scenes.rendering.raster.engine import RasterRenderer

    return OpticalRenderer(TwoEngines(RasterRenderer()))


class TwoEngines:
    """Truth always by `raster`; the picture by the path tracer where a request names it. Fulfils `Renderer`.

    A draft is the raster engine's picture whatever the engine: it is asked for while a hand moves something.
    """

    def __init__(self, raster: Renderer) -> None:
        self._raster = raster
        self._tracer: PathTracer | None = None

    @property
    def device(self) -> Device:
        """What truth runs on."""
        return self._raster.device

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        """Render one frame.

        Raises
        ------
        DeviceError
            A device was lost or is too small, or the path tracer cannot run here: the text says what is missing.
        """
        wanted = request.rgb or request.linear
        if request.engine == "raster" or request.quality == "draft" or not wanted:
            return self._raster.render(scene, request)
        tracer = self._open_tracer()
        frame = self._raster.render(scene, replace(request, rgb=False, linear=False))
        started = time.perf_counter()
        traced = tracer.render(scene, request.tracing)
        spent = (time.perf_counter() - started) * 1e3
        return replace(
            frame,
            device=f"{frame.device}; {tracer.device}",
            rgb=develop(traced.linear) if request.rgb else None,
            linear=traced.linear if request.linear else None,
            layers=MappingProxyType({**frame.layers, **traced.layers}),
            timings_ms=MappingProxyType({**frame.timings_ms, "trace": spent}),
        )

    def _open_tracer(self) -> PathTracer:
        if self._tracer is None:
            from myriorama.scenes.rendering.pathtraced.engine import PathTracer

            self._tracer = PathTracer()
        return self._tracer

    def close(self) -> None:
        """Give both devices back. Safe to call twice."""
        self._raster.close()
        if self._tracer is not None:
            self._tracer.close()
            self._tracer = None
