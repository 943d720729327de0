"""The levels of a picture: rounded to those that a number of bits can tell apart.

It rounds the finished picture; the converter of a sensor rounds linear light, which is a part of its read noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Bool, Draws, Effect, Frame, Int, Values
from myriorama.scenes.conventions import F32

_FINEST_BITS: Final = 16


class Quantise(Effect):
    """Levels of the picture."""

    name = "quantise"
    label = "Quantisation"
    help = "Rounds the picture to the levels of a few bits."
    stage = "picture"
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"bits": _FINEST_BITS}
    parameters = (
        Int(
            "bits",
            6,
            help="Of each channel; 16 leaves the picture as it is, and 8 is what a PNG keeps anyway.",
            minimum=1,
            maximum=_FINEST_BITS,
            group="Levels",
            suggested={"integers": [5, 8]},
        ),
        Bool(
            "dither",
            False,
            help="Adds half a level of keyed noise before rounding, so that steps do not show as edges.",
            group="Levels",
        ),
    )

    def retouch(self, values: Values, picture: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture at the nearest of 2 ** bits levels from 0 to 1."""
        bits = int(values["bits"])
        if bits >= _FINEST_BITS:
            return picture
        top = np.float32(2**bits - 1)
        levels = picture * top
        if values["dither"]:
            noise = draws.uniforms("dither", 0, picture.size).astype(np.float32).reshape(picture.shape)
            levels += noise - np.float32(0.5)
        out: F32 = np.rint(levels).clip(0.0, top) / top
        return out.astype(np.float32, copy=False)
