"""Corners that are darker than the middle, as behind a simple lens.

It is round and colourless, about the image's centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import Draws, Effect, Float, Frame, Values
from myriorama.scenes.conventions import F32


class Vignette(Effect):
    """Fall-off towards the corners."""

    name = "vignette"
    label = "Vignette"
    help = "Darkens the corners by the cosine to the fourth power."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"corner_stops": 0.0}
    parameters = (
        Float(
            "corner_stops",
            0.7,
            help="How many stops darker the corners are than the middle; 0 leaves the picture as it is.",
            unit="EV",
            minimum=0.0,
            maximum=10.0,
            group="Vignette",
            suggested={"uniform": [0.0, 1.5]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture times cos(angle) ** 4, the angle chosen so that the corners lose `corner_stops`."""
        stops = float(values["corner_stops"])
        if stops == 0.0:
            return linear
        return linear * _fall_off(linear.shape[0], linear.shape[1], stops)


@lru_cache(maxsize=8)
def _fall_off(height: int, width: int, corner_stops: float) -> F32:
    """Return (H, W, 1) float32: 1 / (1 + k r ** 2) ** 2, which is cos ** 4 of atan(sqrt(k) r); r is 1 at a corner."""
    y = (np.arange(height) + 0.5) / height * 2.0 - 1.0
    x = (np.arange(width) + 0.5) / width * 2.0 - 1.0
    half_diagonal = height * height + width * width
    squared = ((y * height) ** 2)[:, None] + (x * width) ** 2
    k = 2.0 ** (0.5 * corner_stops) - 1.0
    out: F32 = (1.0 / (1.0 + k * squared / half_diagonal) ** 2).astype(np.float32)[..., None]
    out.flags.writeable = False
    return out
