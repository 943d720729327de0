"""Fog: the further away, the more of a thing is replaced by the light that hangs in the air.

Even along level ground: it drifts in no banks, and its droplets throw no shafts of shadow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Choice, Color, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.light import surroundings_of
from myriorama.plugins.effects._air.rays import ranges, sight, slopes
from myriorama.plugins.effects._air.veil import airlight, extinction_per_m, lamp_glow, optical_depth, veiled
from myriorama.scenes.conventions import F32
from myriorama.scenes.radiometry.color import linear_rgb

_FORWARD = 0.75


class Fog(Effect):
    """Fog by distance."""

    name = "fog"
    label = "Fog"
    version = "2"
    help = "Replaces light by airlight with distance, after Koschmieder; lamps glow in it."
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on the extinction; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=10.0,
            group="Fog",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "visibility_m",
            30.0,
            help="Where 5 % of a contrast is left. Dense fog is 50 m, fog 1000 m; small scenes need less to show any.",
            unit="m",
            minimum=0.1,
            maximum=100000.0,
            group="Fog",
            suggested={"log_uniform": [4.0, 200.0]},
        ),
        Float(
            "height_scale_m",
            0.0,
            help="Rise over which the fog thins to 37 %; 0 is equally thick at every height.",
            unit="m",
            minimum=0.0,
            maximum=10000.0,
            group="Height",
            suggested={"log_uniform": [0.2, 50.0]},
        ),
        Float(
            "base_height_m",
            0.0,
            help="The height in the world at which visibility_m holds, where the fog thins with height.",
            unit="m",
            minimum=-10000.0,
            maximum=10000.0,
            group="Height",
        ),
        Float(
            "background_m",
            0.0,
            help="How far away the background is; 0 is infinitely far. A room in an HDRI stands at its walls.",
            unit="m",
            minimum=0.0,
            maximum=100000.0,
            group="Fog",
        ),
        Choice(
            "airlight",
            "surroundings",
            options=("surroundings", "given"),
            help="Whether fog shows the mean light of the scene's surroundings and suns, or the colour below.",
            group="Airlight",
        ),
        Color("color", "#c9cdd1", help="What endless fog looks like, where airlight is given.", group="Airlight"),
        Bool("cover_layer", True, help="Add the layer fog_cover: how much of each pixel is fog.", group="Layer"),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return ``linear * t + airlight * (1 - t)`` with ``t = exp(-optical depth)``, and the glow of lamps."""
        if float(values["strength"]) == 0.0:
            return linear
        camera, _ = sight(frame, self.name)
        around = surroundings_of(frame)
        if values["airlight"] == "given":
            air = np.array(linear_rgb(values["color"]), dtype=np.float32).reshape(1, 1, 3)
        else:
            air = airlight(around, camera, _FORWARD)
        out = veiled(linear, np.exp(-self._depth(values, frame)), air)
        if values["airlight"] == "surroundings":
            extinction = _extinction(values)
            reach = ranges(frame, self.name, float(values["background_m"]))
            glow = lamp_glow(around, camera, reach, extinction, _FORWARD)
            if glow is not None:
                out += glow
        return out

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``fog_cover``: 1 - transmittance, float16."""
        if float(values["strength"]) == 0.0 or not values["cover_layer"]:
            return {}
        return {"fog_cover": (-np.expm1(-self._depth(values, frame))).astype(np.float16)}

    def _depth(self, values: Values, frame: Frame) -> F32:
        camera, _ = sight(frame, self.name)
        return optical_depth(
            ranges(frame, self.name, float(values["background_m"])),
            slopes(camera),
            _extinction(values),
            float(camera.world_from_camera[2, 3]),
            float(values["base_height_m"]),
            float(values["height_scale_m"]),
        )


def _extinction(values: Values) -> float:
    return float(values["strength"]) * extinction_per_m(float(values["visibility_m"]))
