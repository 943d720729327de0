"""Opens an OpenGL context without a window; the one place that knows which platform needs what.

It never falls back to another device in silence: what was opened is named in `Device`.
"""

from __future__ import annotations

import sys
from typing import Final

import moderngl

from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.frame import Device

ENGINE: Final = "myriorama raster 1"
"""Goes up when the same scene gives other pixels on the same driver."""

_SOFTWARE: Final = ("llvmpipe", "softpipe", "swiftshader", "swrast", "software rasterizer", "gdi generic")


def open_context(device_index: int = 0) -> moderngl.Context:
    """Open a context of its own: EGL on Linux, the platform's own elsewhere.

    Parameters
    ----------
    device_index : int
        Which EGL device, where a machine has several; others only know 0.

    Raises
    ------
    DeviceError
        No context of OpenGL 3.3 core could be made; the message says what to install.
    """
    try:
        if sys.platform.startswith("linux"):
            context = moderngl.create_context(require=330, standalone=True, backend="egl", device_index=device_index)
        else:
            context = moderngl.create_context(require=330, standalone=True)
    except Exception as error:  # the library raises bare Exception for every kind of failure
        raise DeviceError(_advice(error)) from error
    # Objects that Python has dropped are freed at a moment the engine chooses, never in the middle of a pass.
    context.gc_mode = "context_gc"
    return context


def describe(context: moderngl.Context) -> Device:
    """Name the device behind a context, by the driver's own strings."""
    info = context.info
    renderer = str(info["GL_RENDERER"])
    return Device(
        engine=ENGINE,
        vendor=str(info["GL_VENDOR"]),
        renderer=renderer,
        version=str(info["GL_VERSION"]),
        software=any(word in renderer.lower() for word in _SOFTWARE),
    )


def _advice(error: Exception) -> str:
    text = f"no OpenGL 3.3 device could be opened ({error})"
    if sys.platform.startswith("linux"):
        return text + (
            "; install a graphics driver with EGL, or Mesa's software one"
            " (Debian, Ubuntu: libegl1 and libgl1-mesa-dri; Fedora: mesa-libEGL and mesa-dri-drivers)"
        )
    return text + "; install a graphics driver that offers OpenGL 3.3"
