"""The one renderer that every process opens: truth by the raster engine, the picture by the engine that is asked for.

It chooses and joins; it draws nothing itself. The path tracer is loaded when a picture of it is first asked for.
"""

from __future__ import annotations

from myriorama.scenes.rendering.frame import Renderer


def open_renderer() -> Renderer:
    """Return the renderer of this process.

    Raises
    ------
    DeviceError
        There is no OpenGL device.
    """
    from myriorama.scenes.rendering.optics.renderer import OpticalRenderer
    from myriorama.scenes.rendering.raster.engine import RasterRenderer

    return OpticalRenderer(RasterRenderer())
