"""How much light the sensor gets: every value times a power of two.

It is a gain in linear light, before noise if it stands before it; it clips nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import Draws, Effect, Float, Frame, Values
from myriorama.scenes.conventions import F32


class Exposure(Effect):
    """Exposure of the sensor."""

    name = "exposure"
    label = "Exposure"
    help = "Makes the picture lighter or darker in linear light: one stop doubles every value."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"gain_ev": 0.0}
    parameters = (
        Float(
            "gain_ev",
            0.0,
            help="Stops that are added to the camera's own exposure.",
            unit="EV",
            minimum=-12.0,
            maximum=12.0,
            group="Exposure",
            suggested={"normal": {"mean": 0.0, "std": 0.5, "low": -2.0, "high": 2.0}},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture times 2 ** gain_ev."""
        gain_ev = float(values["gain_ev"])
        return linear if gain_ev == 0.0 else linear * np.float32(2.0**gain_ev)
