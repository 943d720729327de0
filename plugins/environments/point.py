"""A small lamp that shines in all directions.

It is not seen by the camera, only its light.
"""

from __future__ import annotations

import math

from myriorama.plugins.api import Bool, Environment, EnvironmentParts, Float, Values
from myriorama.plugins.environments._declared import TINT, light_color, point, strength, temperature, triple, vector
from myriorama.scenes.lights import PointLight
from myriorama.scenes.radiometry.color import scaled


class Point(Environment):
    """A sphere light."""

    name = "point"
    label = "Point light"
    home = "lights"
    help = "A small round lamp that shines in all directions."
    parameters = (
        point("position_m", (0.6, -0.6, 1.0), "Where the lamp hangs."),
        strength(1.0, "Brightness of white paper that faces the lamp at reach_m."),
        Float(
            "reach_m",
            1.0,
            help="The distance at which `strength` holds; light falls with the square of it.",
            unit="m",
            minimum=0.001,
            maximum=1000.0,
            group="Light",
            suggested={"uniform": [0.5, 2.0]},
        ),
        temperature(4500.0),
        TINT,
        Float(
            "radius_m",
            0.02,
            help="Radius of the lamp: larger means softer highlights.",
            unit="m",
            minimum=0.0,
            maximum=10.0,
            group="Light",
            suggested={"log_uniform": [0.01, 0.1]},
        ),
        Bool("casts_shadow", False, help="Whether objects cast a shadow in this light.", group="Shadow"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return one point light: white paper at reach_m, irradiance pi * strength = intensity / reach_m ** 2."""
        intensity = math.pi * float(values["strength"]) * float(values["reach_m"]) ** 2
        light = PointLight(
            position=triple(vector(values, "position_m")),
            intensity=scaled(light_color(values), intensity),
            radius_m=float(values["radius_m"]),
            casts_shadow=bool(values["casts_shadow"]),
        )
        return EnvironmentParts(lights=(light,))
