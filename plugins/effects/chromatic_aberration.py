"""Lateral colour: red and blue are drawn at another size than green, so that edges have coloured rims off the middle.

Labels are those of green, which does not move. It models no longitudinal colour: focus is the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Draws, Effect, Float, Frame, Values
from myriorama.scenes.conventions import F32


def _size(name: str, label: str, spread: float) -> Float:
    return Float(
        name,
        0.0,
        help=f"How much larger {label} is drawn than green; 0.1 is 0.4 pixels in the corners of 640 x 480.",
        unit="%",
        minimum=-5.0,
        maximum=5.0,
        group="Chromatic aberration",
        suggested={"normal": {"mean": 0.0, "std": spread, "low": -3 * spread, "high": 3 * spread}},
    )


class ChromaticAberration(Effect):
    """Lateral chromatic aberration."""

    name = "chromatic_aberration"
    label = "Chromatic aberration"
    help = "Draws red and blue a little larger or smaller than green about the middle; labels stay green's."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"red_percent": 0.0, "blue_percent": 0.0}
    parameters = (_size("red_percent", "red", 0.06), _size("blue_percent", "blue", 0.06))

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture with red and blue scaled about its middle; at the edges the last pixels go on."""
        scales = {0: float(values["red_percent"]), 2: float(values["blue_percent"])}
        if not any(scales.values()):
            return linear
        out = linear.copy()
        for channel, percent in scales.items():
            if percent != 0.0:
                out[..., channel] = scaled(linear[..., channel], 1.0 + 0.01 * percent)
        return out


def scaled(channel: npt.NDArray[np.float32], factor: float) -> F32:
    """Return (H, W) drawn `factor` times as large about the middle.

    By the cubic of Catmull and Rom along columns, then rows, held between the two nearest values: beside a lamp it
    would else draw a dark rim.
    """
    out = np.ascontiguousarray(channel)
    for axis in (0, 1):
        size = out.shape[axis]
        middle = 0.5 * size - 0.5
        at = middle + (np.arange(size) - middle) / factor
        first = np.floor(at).astype(np.int64)
        t = (at - first).astype(np.float32)[:, None] if axis == 0 else (at - first).astype(np.float32)[None, :]
        before, low, high, after = (np.take(out, np.clip(first + k, 0, size - 1), axis=axis) for k in (-1, 0, 1, 2))
        slope = np.float32(0.5) * (high - before)
        towards = np.float32(0.5) * (after - low)
        gap = high - low
        cubic = low + t * (slope + t * (np.float32(3.0) * gap - np.float32(2.0) * slope - towards))
        cubic += t**3 * (slope + towards - np.float32(2.0) * gap)
        out = np.clip(cubic, np.minimum(low, high), np.maximum(low, high))
    return out
