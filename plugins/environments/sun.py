"""The sun alone: parallel light with a sharp shadow.

It brings no sky; shadows stay black unless an environment fills them.
"""

from __future__ import annotations

from myriorama.plugins.api import Bool, Environment, EnvironmentParts, Float, Values
from myriorama.plugins.environments._declared import (
    TINT,
    direction_parameters,
    light_color,
    strength,
    temperature,
    triple,
)
from myriorama.scenes.cameras.pose import bearing
from myriorama.scenes.lights import SunLight
from myriorama.scenes.radiometry.color import scaled
from myriorama.scenes.radiometry.meter import WHITE_PAPER


class Sun(Environment):
    """Parallel light from a direction."""

    name = "sun"
    label = "Sun"
    home = "lights"
    help = "Parallel light from one direction, with a shadow."
    parameters = (
        *direction_parameters(-120.0, 50.0),
        strength(0.8, "Brightness of white paper that faces the sun; 1 is about 100 000 lux."),
        temperature(5500.0),
        TINT,
        Float(
            "angular_diameter_deg",
            0.53,
            help="How large the sun looks: larger means softer shadows.",
            unit="deg",
            minimum=0.0,
            maximum=30.0,
            group="Shadow",
            suggested={"log_uniform": [0.5, 6.0]},
        ),
        Bool("casts_shadow", True, help="Whether objects cast a shadow in this light.", group="Shadow"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return one sun."""
        toward = bearing(float(values["azimuth_deg"]), float(values["elevation_deg"]))
        light = SunLight(
            direction=triple(-toward),
            irradiance=scaled(light_color(values), WHITE_PAPER * float(values["strength"])),
            angular_diameter_deg=float(values["angular_diameter_deg"]),
            casts_shadow=bool(values["casts_shadow"]),
        )
        return EnvironmentParts(lights=(light,))
