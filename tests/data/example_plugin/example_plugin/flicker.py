"""An effect: the whole picture a little brighter or darker, from picture to picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins import Draws, Effect, Float, Frame, Values


class Flicker(Effect):
    """Exposure that is not quite steady."""

    name = "flicker"
    label = "Flicker"
    help = "Makes each picture brighter or darker by up to so many stops."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"stops": 0.0}
    parameters = (
        Float("stops", 0.3, help="The most it changes.", unit="EV", minimum=0.0, maximum=3.0, group="Flicker"),
    )

    def apply(self, values: Values, linear: np.ndarray, frame: Frame, draws: Draws) -> np.ndarray:
        """Return the picture times two to a power in [-stops, stops), keyed by the sample."""
        if values["stops"] == 0.0:
            return linear
        share = float(draws.uniforms("flicker", 0, 1)[0]) * 2.0 - 1.0
        return linear * np.float32(2.0 ** (share * float(values["stops"])))
