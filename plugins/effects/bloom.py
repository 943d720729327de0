"""Glare inside the lens: a little of all light is spread wide, and what is bright glows.

It takes no threshold: every pixel gives the same share, as glass does. Light from outside the picture is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._spread import blurred, diagonal_px
from myriorama.scenes.conventions import F32

_SCALES: Final = 4
_RATIO: Final = 2.8


class Bloom(Effect):
    """Bloom."""

    name = "bloom"
    label = "Bloom"
    help = "Spreads a share of all light around it; bright things glow, and blacks are lifted. No light is lost."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            0.08,
            help="Share of the light that is spread: 0.02 is a good lens, 0.3 a mist filter; 0 changes nothing.",
            minimum=0.0,
            maximum=1.0,
            group="Bloom",
            suggested={"uniform": [0.0, 0.15]},
        ),
        Float(
            "radius_percent",
            8.0,
            help="Standard deviation of the widest glow, in percent of the picture's diagonal.",
            unit="%",
            minimum=0.1,
            maximum=40.0,
            group="Bloom",
            suggested={"uniform": [3.0, 12.0]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return (1 - s) of the picture and s of its mean under four Gaussians, each 2.8 times as wide as the next.

        Equal shares at widths that grow by a factor fall off as 1 / r ** 2, as glare does away from its source (the
        Stiles-Holladay law; Spencer et al., "Physically-based glare effects for digital images", 1995).
        """
        strength = np.float32(values["strength"])
        if strength == 0.0:
            return linear
        widest_px = 0.01 * float(values["radius_percent"]) * diagonal_px(linear)
        out = linear * (np.float32(1.0) - strength)
        for number in range(_SCALES):
            out += blurred(linear, widest_px / _RATIO**number) * (strength / np.float32(_SCALES))
        return out
