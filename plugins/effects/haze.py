"""Haze: air over a distance, which takes blue light first and shows blue light itself.

Even at every height, and without the glow of lamps: that is `fog`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.light import surroundings_of
from myriorama.plugins.effects._air.rays import ranges, sight
from myriorama.plugins.effects._air.veil import airlight, extinction_per_m, veiled
from myriorama.scenes.conventions import F32, F64

RAYLEIGH_PER_M: Final = 1.162e-5
"""Of clean air at sea level and 550 nm; A. Bucholtz, "Rayleigh-scattering calculations", Applied Optics 34 (1995)."""
_UM: Final = np.array([0.61, 0.55, 0.465])
"""Where red, green and blue of sRGB lie, micrometres."""
_FORWARD: Final = 0.6


class Haze(Effect):
    """Aerial perspective."""

    name = "haze"
    label = "Haze"
    help = "Aerial perspective: air that dims blue first and adds blue light, by distance and visibility."
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on the extinction; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=1000.0,
            group="Haze",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "visibility_m",
            5000.0,
            help="Where 5 % of a contrast is left in green light. Clear air is 50 000 m, haze 2000 to 5000 m.",
            unit="m",
            minimum=1.0,
            maximum=250000.0,
            group="Haze",
            suggested={"log_uniform": [20.0, 10000.0]},
        ),
        Float(
            "angstrom",
            1.3,
            help="How the particles' extinction falls with wavelength: 0 grey like fog, 1.3 smoke and dust of cities.",
            minimum=0.0,
            maximum=4.0,
            group="Haze",
            suggested={"uniform": [0.5, 2.0]},
        ),
        Float(
            "background_m",
            0.0,
            help="How far away the background is; 0 leaves it as it is: a sky shows its own air already.",
            unit="m",
            minimum=0.0,
            maximum=1000000.0,
            group="Haze",
        ),
        Bool("cover_layer", True, help="Add the layer haze_cover: how much of each pixel is haze.", group="Layer"),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return light after Rayleigh's and the particles' extinction, each colour by its own wavelength."""
        if float(values["strength"]) == 0.0:
            return linear
        camera, _ = sight(frame, self.name)
        reach = self._reach(values, frame)
        sigma = (float(values["strength"]) * extinctions(values)).astype(np.float32)
        through = np.exp(-reach[..., None] * sigma)
        return veiled(linear, through, airlight(surroundings_of(frame), camera, _FORWARD))

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``haze_cover``: 1 - transmittance of green light, float16."""
        if float(values["strength"]) == 0.0 or not values["cover_layer"]:
            return {}
        green = np.float32(float(values["strength"]) * extinctions(values)[1])
        return {"haze_cover": (-np.expm1(-green * self._reach(values, frame))).astype(np.float16)}

    def _reach(self, values: Values, frame: Frame) -> F32:
        reach = ranges(frame, self.name, float(values["background_m"]))
        reach[np.isinf(reach)] = 0.0
        return reach


def extinctions(values: Values) -> F64:
    """Return the extinction of red, green and blue, (3,) float64 per metre.

    The green one is Koschmieder's; what Rayleigh's does not explain of it are particles, which fall with the
    wavelength to the power of ``angstrom`` (A. Angstrom, Geografiska Annaler 11, 1929).
    """
    total = extinction_per_m(float(values["visibility_m"]))
    clean = min(RAYLEIGH_PER_M, total)
    particles = total - clean
    out: F64 = clean * (_UM / 0.55) ** -4.08 + particles * (_UM / 0.55) ** -float(values["angstrom"])
    return out
