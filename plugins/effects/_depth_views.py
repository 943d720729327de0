"""What depth sensors of two views share: what the second view does not see, and how disparities become depths.

The pair is rectified: the second view looks the same way from `baseline_m` to the right, through the same pinhole.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import maximum_filter, uniform_filter

from myriorama.plugins.api import Bool, Camera, Draws, Float, Frame, PluginError, Values
from myriorama.plugins.effects._air.rays import sight
from myriorama.plugins.effects._sensor import standard_normals
from myriorama.scenes.conventions import F32, Mask

LUMA: Final = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
_SAME_SURFACE_PX: Final = 1.0


def baseline(default_m: float, help_text: str) -> Float:
    """Declare how far apart the two views are."""
    return Float(
        "baseline_m",
        default_m,
        help=help_text,
        unit="m",
        minimum=0.0001,
        maximum=10.0,
        group="Geometry",
        suggested={"uniform": [0.5 * default_m, 2.0 * default_m]},
    )


def reach(nearest_m: float, furthest_m: float) -> tuple[Float, Float]:
    """Declare the range of a sensor."""
    return (
        Float(
            "nearest_m",
            nearest_m,
            help="Nearer than this nothing is measured.",
            unit="m",
            minimum=0.0,
            maximum=1000.0,
            group="Range",
        ),
        Float(
            "furthest_m",
            furthest_m,
            help="Further than this nothing is measured.",
            unit="m",
            minimum=0.001,
            maximum=100000.0,
            group="Range",
        ),
    )


def enabled(layer: str) -> Bool:
    """Declare the switch of a sensor."""
    return Bool("enabled", True, help=f"Off adds no layer {layer}.", group="Layer")


def metres(frame: Frame, effect: str) -> tuple[Camera, F32, Mask]:
    """Return the camera, the exact depth, and where there is any.

    Raises
    ------
    PluginError
        The frame has none.
    """
    camera, depth = sight(frame, effect)
    return camera, depth, depth > 0


def linear_light(frame: Frame, effect: str) -> F32:
    """Return the picture as rendered.

    Raises
    ------
    PluginError
        The frame was rendered without linear light.
    """
    if frame.linear is None:
        raise PluginError(f"effect {effect!r} needs the picture in linear light")
    return frame.linear


def seen_light(frame: Frame, effect: str) -> F32:
    """Return the luminance of the picture as rendered, (H, W)."""
    out: F32 = linear_light(frame, effect) @ LUMA
    return out


def disparities(frame: Frame, effect: str, baseline_m: float) -> F32:
    """Return ``fx * baseline / depth`` in pixels, (H, W); 0 where nothing was hit."""
    camera, depth, hit = metres(frame, effect)
    out = np.zeros_like(depth)
    np.divide(np.float32(camera.fx * baseline_m), depth, out=out, where=hit)
    return out


def seen_twice(disparity: F32, *, border: bool) -> Mask:
    """Return which pixels the second view sees too, (H, W) bool.

    Each row is carried over by its disparities; of what comes to lie in one place of the second view, the nearest is
    seen, and what is more than a pixel of disparity behind it is not.

    Parameters
    ----------
    border : bool
        Whether the second view ends where a picture of the same size does: beyond it nothing is seen.
    """
    height, width = disparity.shape
    most = int(np.ceil(disparity.max(initial=0.0))) + 2
    wide = width + most
    x = np.arange(width, dtype=np.float32) - disparity + np.float32(most)
    left = np.clip(np.floor(x).astype(np.int64), 0, wide - 2)
    row = (np.arange(height) * wide)[:, None]
    nearest = np.zeros(height * wide, dtype=np.float32)
    place = (row + left).ravel()
    np.maximum.at(nearest, place, disparity.ravel())
    np.maximum.at(nearest, place + 1, disparity.ravel())
    hidden = np.maximum(nearest[row + left], nearest[row + left + 1]) > disparity + np.float32(_SAME_SURFACE_PX)
    out: Mask = ~hidden & (disparity > 0)
    if border:
        out &= x - np.float32(most) >= 0.0
    return out


def fattened(disparity: F32, radius_px: int, jump_px: float) -> F32:
    """Return disparities as matching by windows gives them: near things are wider by the radius of the window."""
    if radius_px == 0:
        return disparity
    widest = maximum_filter(disparity, size=2 * radius_px + 1, mode="nearest")
    out: F32 = np.where(widest - disparity > np.float32(jump_px), widest, disparity)
    return out


def contrast(light: F32, window_px: int) -> F32:
    """Return the standard deviation of the light in a window over its mean, (H, W)."""
    mean = uniform_filter(light, window_px, mode="nearest")
    squared = uniform_filter(np.square(light), window_px, mode="nearest")
    spread = np.sqrt(np.maximum(squared - np.square(mean), 0.0))
    out: F32 = spread / np.maximum(mean, np.float32(1e-9))
    return out


def measured(disparity: F32, draws: Draws, noise_px: float, step_px: float) -> F32:
    """Return disparities with normal noise of `noise_px`, rounded to whole steps; 0 or less is no measurement."""
    out = disparity
    if noise_px > 0.0:
        noise = standard_normals(draws, out.size, "matching").reshape(out.shape)
        out = np.where(out > 0, out + np.float32(noise_px) * noise, out).astype(np.float32)
    if step_px > 0.0:
        out = np.rint(out / np.float32(step_px)) * np.float32(step_px)
    return np.asarray(out, dtype=np.float32)


def depths(camera: Camera, disparity: F32, baseline_m: float, kept: Mask, values: Values) -> F32:
    """Return metres along camera z, float32; 0 where nothing is kept, or it is out of range."""
    out = np.zeros_like(disparity)
    np.divide(np.float32(camera.fx * baseline_m), disparity, out=out, where=kept & (disparity > 0))
    out[(out < np.float32(values["nearest_m"])) | (out > np.float32(values["furthest_m"]))] = 0.0
    return out
