"""The same light from everywhere: no shadow but where things are close, the plainest background.

It brings no sun.
"""

from __future__ import annotations

from myriorama.plugins.api import Bool, Color, Environment, EnvironmentParts, Values
from myriorama.plugins.environments._declared import strength
from myriorama.scenes.lights import Background
from myriorama.scenes.radiometry.color import linear_rgb, scaled


class Uniform(Environment):
    """Even light and an even background."""

    name = "uniform"
    label = "Uniform light"
    help = "The same light from every direction, and one colour behind everything."
    parameters = (
        strength(1.0, "Brightness of white paper, whichever way it faces."),
        Color("color", "#ffffff", help="Colour of the light.", group="Light"),
        Bool("seen_as_light", False, help="The camera sees the light itself as background.", group="Background"),
        Color(
            "background",
            "#9a9a9a",
            help="Colour behind everything while seen_as_light is off.",
            group="Background",
            suggested={"hsv": {"h": [0.0, 360.0], "s": [0.0, 0.4], "v": [0.2, 0.9]}},
        ),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return a background without a map."""
        return EnvironmentParts(
            background=Background(
                color=scaled(linear_rgb(values["color"]), float(values["strength"])),
                visible=bool(values["seen_as_light"]),
                visible_color=linear_rgb(values["background"]),
            )
        )
