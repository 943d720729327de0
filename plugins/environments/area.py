"""A rectangle of light on a target: a window, a panel, a soft box.

It is not seen by the camera, only its light.
"""

from __future__ import annotations

from myriorama.plugins.api import Bool, Environment, EnvironmentParts, Float, Values
from myriorama.plugins.environments._declared import (
    TINT,
    aim,
    light_color,
    point,
    strength,
    temperature,
    triple,
    upright,
)
from myriorama.scenes.lights import AreaLight
from myriorama.scenes.radiometry.color import scaled
from myriorama.scenes.radiometry.rectangle import facing_form_factor


class Area(Environment):
    """A rectangular light."""

    name = "area"
    label = "Area light"
    home = "lights"
    help = "An evenly bright rectangle that faces a target."
    parameters = (
        point("position_m", (-0.8, -0.8, 1.4), "Centre of the rectangle."),
        point("target_m", (0.0, 0.0, 0.0), "What it faces."),
        strength(1.0, "Brightness of white paper at the target, facing the light."),
        temperature(5500.0),
        TINT,
        Float(
            "width_m",
            0.8,
            help="Width of the rectangle.",
            unit="m",
            minimum=0.001,
            maximum=1000.0,
            group="Size",
            suggested={"uniform": [0.3, 1.5]},
        ),
        Float(
            "height_m",
            0.8,
            help="Height of the rectangle, as near to upright as the aim allows.",
            unit="m",
            minimum=0.001,
            maximum=1000.0,
            group="Size",
            suggested={"uniform": [0.3, 1.5]},
        ),
        Bool("casts_shadow", True, help="Whether objects cast a shadow in this light.", group="Shadow"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return one area light; raises ProjectError where it stands in its target."""
        position, direction, distance = aim(values)
        width, height = float(values["width_m"]), float(values["height_m"])
        radiance = float(values["strength"]) / facing_form_factor(width, height, distance)
        light = AreaLight(
            position=triple(position),
            direction=triple(direction),
            up=triple(upright(direction)),
            width_m=width,
            height_m=height,
            radiance=scaled(light_color(values), radiance),
            casts_shadow=bool(values["casts_shadow"]),
        )
        return EnvironmentParts(lights=(light,))
