"""A camera without colours: one value per pixel from a weighted sum of linear light.

It models no spectrum: infrared is not in a scene of three colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Choice, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._spread import weighted_sum
from myriorama.scenes.conventions import F32
from myriorama.scenes.radiometry.color import LUMINANCE

_WEIGHTS: Final[Mapping[str, tuple[float, float, float]]] = MappingProxyType(
    {
        "luminance": (float(LUMINANCE[0]), float(LUMINANCE[1]), float(LUMINANCE[2])),
        "panchromatic": (1 / 3, 1 / 3, 1 / 3),
        "red": (1.0, 0.0, 0.0),
        "green": (0.0, 1.0, 0.0),
        "blue": (0.0, 0.0, 1.0),
    }
)


class Grey(Effect):
    """Monochrome sensor."""

    name = "grey"
    label = "Monochrome"
    help = "A sensor without colours; the picture keeps three channels, all alike."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="How much of the colours is taken away; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=1.0,
            group="Monochrome",
        ),
        Choice(
            "sees",
            "luminance",
            options=tuple(_WEIGHTS),
            help="As bright as to the eye, all colours alike, or one colour as behind a filter.",
            group="Monochrome",
            suggested={"choice": ["luminance", "panchromatic"]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return linear light with each pixel moved towards its weighted sum."""
        strength = np.float32(values["strength"])
        if strength == 0.0:
            return linear
        grey = weighted_sum(linear, _WEIGHTS[str(values["sees"])])[..., None]
        if strength == 1.0:
            return np.repeat(grey, 3, axis=2)
        out: F32 = linear + strength * (grey - linear)
        return out
