"""The two headlights of a vehicle, on after dusk.

Light only: it brings no vehicle, and its dipped beam is a cone, without the cut of a real one.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.plugins.api import Bool, Environment, EnvironmentParts, Float, Values
from myriorama.plugins.environments._declared import (
    TINT,
    after_dark,
    is_on,
    light_color,
    point,
    strength,
    temperature,
    triple,
    vector,
)
from myriorama.scenes.cameras.pose import bearing
from myriorama.scenes.lights import SpotLight
from myriorama.scenes.radiometry.color import scaled


class Headlights(Environment):
    """Headlights."""

    name = "headlights"
    label = "Headlights"
    home = "lights"
    help = "Two lamps side by side that shine ahead and a little down, on while the sun is low enough."
    parameters = (
        point("position_m", (0.0, -6.0, 0.7), "Middle between the two lamps."),
        Float(
            "azimuth_deg",
            90.0,
            help="Where they shine to, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Position",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "dip_deg",
            2.0,
            help="How far the beams point below the horizon.",
            unit="deg",
            minimum=-90.0,
            maximum=90.0,
            group="Position",
            suggested={"uniform": [0.5, 4.0]},
        ),
        Float(
            "apart_m",
            1.3,
            help="From lamp to lamp.",
            unit="m",
            minimum=0.0,
            maximum=10.0,
            group="Position",
        ),
        strength(1.0, "Brightness of white paper at reach_m, facing one lamp."),
        Float(
            "reach_m",
            10.0,
            help="The distance at which `strength` holds; light falls with the square of it.",
            unit="m",
            minimum=0.1,
            maximum=1000.0,
            group="Light",
            suggested={"uniform": [5.0, 30.0]},
        ),
        temperature(4300.0),
        TINT,
        Float(
            "cone_deg",
            36.0,
            help="Full angle of each beam; outside there is no light.",
            unit="deg",
            minimum=1.0,
            maximum=170.0,
            group="Light",
            suggested={"uniform": [25.0, 50.0]},
        ),
        *after_dark(),
        Bool("casts_shadow", True, help="Whether objects cast a shadow in this light.", group="Shadow"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return two spot lights, or nothing while they are off."""
        if not is_on(values):
            return EnvironmentParts()
        azimuth = float(values["azimuth_deg"])
        ahead = bearing(azimuth, -float(values["dip_deg"]))
        aside = bearing(azimuth - 90.0, 0.0) * 0.5 * float(values["apart_m"])
        middle = vector(values, "position_m")
        intensity = scaled(light_color(values), math.pi * float(values["strength"]) * float(values["reach_m"]) ** 2)
        outer = 0.5 * float(values["cone_deg"])
        lamps = tuple(
            SpotLight(
                position=triple(np.asarray(middle + side * aside)),
                direction=triple(ahead),
                intensity=intensity,
                inner_angle_deg=0.25 * outer,
                outer_angle_deg=outer,
                radius_m=0.05,
                casts_shadow=bool(values["casts_shadow"]),
            )
            for side in (-1.0, 1.0)
        )
        return EnvironmentParts(lights=lamps)
