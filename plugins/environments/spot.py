"""A lamp with a cone of light on a target.

It is not seen by the camera, only its light.
"""

from __future__ import annotations

import math

from myriorama.plugins.api import Bool, Environment, EnvironmentParts, Float, Values
from myriorama.plugins.environments._declared import TINT, aim, light_color, point, strength, temperature, triple
from myriorama.scenes.lights import SpotLight
from myriorama.scenes.radiometry.color import scaled


class Spot(Environment):
    """A cone light."""

    name = "spot"
    label = "Spot light"
    home = "lights"
    help = "A lamp with a cone of light on a target."
    parameters = (
        point("position_m", (0.8, -0.8, 1.6), "Where the lamp hangs."),
        point("target_m", (0.0, 0.0, 0.0), "What it points at."),
        strength(1.0, "Brightness of white paper at the target, facing the lamp."),
        temperature(4500.0),
        TINT,
        Float(
            "cone_deg",
            50.0,
            help="Full angle of the cone; outside there is no light.",
            unit="deg",
            minimum=1.0,
            maximum=170.0,
            group="Light",
            suggested={"uniform": [30.0, 80.0]},
        ),
        Float(
            "softness",
            0.35,
            help="Share of the cone's angle over which the light fades out towards its edge.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.1, 0.8]},
        ),
        Float(
            "radius_m",
            0.03,
            help="Radius of the lamp: larger means softer shadows.",
            unit="m",
            minimum=0.0,
            maximum=10.0,
            group="Shadow",
            suggested={"log_uniform": [0.01, 0.1]},
        ),
        Bool("casts_shadow", True, help="Whether objects cast a shadow in this light.", group="Shadow"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return one spot light; raises ProjectError where it stands in its target."""
        position, direction, distance = aim(values)
        outer = 0.5 * float(values["cone_deg"])
        light = SpotLight(
            position=triple(position),
            direction=triple(direction),
            intensity=scaled(light_color(values), math.pi * float(values["strength"]) * distance**2),
            inner_angle_deg=outer * (1.0 - float(values["softness"])),
            outer_angle_deg=outer,
            radius_m=float(values["radius_m"]),
            casts_shadow=bool(values["casts_shadow"]),
        )
        return EnvironmentParts(lights=(light,))
