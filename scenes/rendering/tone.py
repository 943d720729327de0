"""From linear radiance to a picture, in numpy: the same curve as the shaders', for what changes light after rendering.

It holds no exposure; radiance comes exposed already.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, U8

# Held equal to resources/shaders/tone.glsl by a test.
_B: Final = np.float32(0.33055)
_C: Final = np.float32(0.36067)
_D: Final = np.float32(0.41319)


def tone(linear: F32) -> F32:
    """Return the tone curve of linear values, elementwise: middle grey stays, white rolls off below 1.

    Parameters
    ----------
    linear : (...) float32
        Below 0 counts as 0.
    """
    x = np.maximum(linear, np.float32(0.0))
    return np.asarray(x * (x + _B) / (x * (x + _C) + _D), dtype=np.float32)


def untone(shown: F32) -> F32:
    """Return the linear values that `tone` maps to `shown`; what is above 0.995 counts as that, as in the shaders."""
    y = np.clip(shown, np.float32(0.0), np.float32(0.995))
    h = _B - y * _C
    root = np.sqrt(h * h + np.float32(4.0) * (np.float32(1.0) - y) * y * _D)
    return np.asarray((root - h) / (np.float32(2.0) * (np.float32(1.0) - y)), dtype=np.float32)


def srgb(linear: F32) -> F32:
    """Return the sRGB transfer function (IEC 61966-2-1) of values in [0, 1], elementwise."""
    curved = np.float32(1.055) * np.power(np.maximum(linear, np.float32(1e-6)), np.float32(1 / 2.4)) - np.float32(0.055)
    return np.where(linear < np.float32(0.0031308), linear * np.float32(12.92), curved)


def curved(linear: F32) -> F32:
    """Return the (H, W, 3) float32 sRGB picture in [0, 1] of linear radiance, before it is rounded to levels."""
    return np.asarray(srgb(tone(linear)), dtype=np.float32)


def rounded(picture: F32) -> U8:
    """Return the (H, W, 3) uint8 levels of a float32 picture; a value outside [0, 1] takes the nearer end."""
    levels: U8 = np.rint(np.clip(picture, np.float32(0.0), np.float32(1.0)) * np.float32(255.0)).astype(np.uint8)
    return levels


def develop(linear: F32) -> U8:
    """Return the (H, W, 3) uint8 sRGB picture of (H, W, 3) float32 linear radiance."""
    return rounded(curved(linear))
