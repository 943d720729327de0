"""A row of street lamps, on after dusk.

Light only: it brings no posts, and the camera does not see the lamps themselves.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.plugins.api import Bool, Environment, EnvironmentParts, Float, Int, Values
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
from myriorama.scenes.lights import SpotLight
from myriorama.scenes.radiometry.color import scaled


class StreetLamps(Environment):
    """Lamps along a street."""

    name = "street_lamps"
    label = "Street lamps"
    home = "lights"
    help = "A row of lamps that shine straight down, on while the sun is low enough."
    parameters = (
        point("first_m", (-4.0, 0.0, 5.0), "Where the first lamp hangs; its z is the height of all."),
        Int(
            "count",
            3,
            help="How many lamps there are. Each casts a shadow, and costs the time of one.",
            minimum=1,
            maximum=16,
            group="Row",
        ),
        Float(
            "spacing_m",
            15.0,
            help="From lamp to lamp.",
            unit="m",
            minimum=0.1,
            maximum=1000.0,
            group="Row",
            suggested={"uniform": [10.0, 30.0]},
        ),
        Float(
            "azimuth_deg",
            90.0,
            help="Where the row runs to, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Row",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "ground_m",
            0.0,
            help="Height of the street, on which `strength` holds below each lamp.",
            unit="m",
            minimum=-100000.0,
            maximum=100000.0,
            group="Row",
        ),
        strength(0.6, "Brightness of white paper on the street below a lamp."),
        temperature(2200.0),
        TINT,
        Float(
            "cone_deg",
            130.0,
            help="Full angle of each cone; outside there is no light.",
            unit="deg",
            minimum=1.0,
            maximum=170.0,
            group="Light",
            suggested={"uniform": [90.0, 150.0]},
        ),
        *after_dark(),
        Bool("casts_shadow", True, help="Whether objects cast a shadow in this light.", group="Shadow"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return a spot light for each lamp, or nothing while they are off."""
        if not is_on(values):
            return EnvironmentParts()
        first = vector(values, "first_m")
        along = math.radians(float(values["azimuth_deg"]))
        step = np.array([math.cos(along), math.sin(along), 0.0]) * float(values["spacing_m"])
        height = max(abs(float(first[2]) - float(values["ground_m"])), 0.01)
        intensity = scaled(light_color(values), math.pi * float(values["strength"]) * height**2)
        outer = 0.5 * float(values["cone_deg"])
        lamps = tuple(
            SpotLight(
                position=triple(first + k * step),
                direction=(0.0, 0.0, -1.0),
                intensity=intensity,
                inner_angle_deg=0.4 * outer,
                outer_angle_deg=outer,
                radius_m=0.1,
                casts_shadow=bool(values["casts_shadow"]),
            )
            for k in range(int(values["count"]))
        )
        return EnvironmentParts(lights=lamps)
