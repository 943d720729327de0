"""Dust, smears and scratches on the front of the lens: they take light, and glow where bright light meets them.

No label changes; the channel ``lens_cover`` tells how much of each pixel's light is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._lens.front import dirt_cover
from myriorama.plugins.effects._spread import blurred, diagonal_px
from myriorama.scenes.conventions import F32


class LensDirt(Effect):
    """Dirt on the lens."""

    name = "lens_dirt"
    label = "Lens dirt"
    help = "Dust, smears and scratches on the lens, out of focus; they glow near bright lights."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            0.7,
            help="How dense the dirt is; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=1.0,
            group="Dirt",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Int(
            "specks",
            80,
            help="Grains of dust.",
            minimum=0,
            maximum=2000,
            group="Dirt",
            suggested={"integers": [0, 150]},
        ),
        Float(
            "smears",
            0.6,
            help="Grease, and the arcs of the cloth that wiped it.",
            minimum=0.0,
            maximum=1.0,
            group="Dirt",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Int(
            "scratches",
            3,
            help="Fine curved lines.",
            minimum=0,
            maximum=100,
            group="Dirt",
            suggested={"integers": [0, 8]},
        ),
        Float(
            "softness_percent",
            0.35,
            help="How far out of focus dust and scratches are, in percent of the picture's diagonal.",
            unit="%",
            minimum=0.0,
            maximum=5.0,
            group="Dirt",
            suggested={"uniform": [0.2, 1.0]},
        ),
        Float(
            "absorption",
            0.5,
            help="How much of what the dirt takes is lost; the rest is spread over the picture and glows.",
            minimum=0.0,
            maximum=1.0,
            group="Dirt",
            suggested={"uniform": [0.2, 0.7]},
        ),
        Float(
            "glow_percent",
            9.0,
            help="How far that light is spread, in percent of the picture's diagonal.",
            unit="%",
            minimum=1.0,
            maximum=40.0,
            group="Dirt",
        ),
        Float(
            "glow",
            4.0,
            help="Factor on light above white before it is spread: lamps of a scene are often dimmer than real ones.",
            minimum=0.0,
            maximum=100.0,
            group="Dirt",
            suggested={"uniform": [1.0, 10.0]},
        ),
        Int(
            "lens",
            0,
            help="Which lens it is: pictures of one lens have the same dirt.",
            minimum=0,
            maximum=1_000_000,
            group="Dirt",
            suggested={"integers": [0, 1000]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return (1 - c) of the picture and c (1 - absorption) of its light spread wide, with the cover c.

        Half of it is spread as wide as told, half of it a quarter as wide.
        """
        if float(values["strength"]) == 0.0:
            return linear
        cover = _cover(values, linear.shape[0], linear.shape[1], draws)[..., None]
        lit = np.maximum(linear - np.float32(1.0), np.float32(0.0))
        lit *= np.float32(float(values["glow"]) - 1.0)
        lit += linear
        sigma_px = 0.01 * float(values["glow_percent"]) * diagonal_px(linear)
        wide = blurred(lit, sigma_px)
        wide += blurred(lit, 0.25 * sigma_px)
        wide *= np.float32(0.5 * (1.0 - float(values["absorption"])))
        wide -= linear
        wide *= cover
        wide += linear
        return wide

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``lens_cover``, (H, W) float32 in [0, 1]; nothing at rest."""
        if float(values["strength"]) == 0.0:
            return {}
        return {"lens_cover": _cover(values, frame.height, frame.width, draws)}


def _cover(values: Values, height: int, width: int, draws: Draws) -> F32:
    counts = int(values["specks"]), float(values["smears"]), int(values["scratches"])
    cover = dirt_cover(draws.device(int(values["lens"])), height, width, *counts, float(values["softness_percent"]))
    return cover * np.float32(values["strength"])
