"""Daylight from a place, a day and an hour: an analytic sky and its sun.

It draws no disc of sun or moon, no stars and no cloud shapes, and brings no ground geometry.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, Color, Environment, EnvironmentParts, Float, Values
from myriorama.plugins.environments._declared import strength, triple, white_balance_parameter
from myriorama.scenes.cameras.pose import bearing
from myriorama.scenes.lights import Background, SunLight
from myriorama.scenes.radiometry.color import linear_rgb, scaled
from myriorama.scenes.radiometry.daylight import STARLIGHT_KLX, direct_sun
from myriorama.scenes.radiometry.equirect import turned_about_z
from myriorama.scenes.radiometry.meter import WHITE_PAPER, light_level, light_on_paper, white_balance
from myriorama.scenes.radiometry.moon import MOON_COLOR, SKY_SHARE, moonlight_klx
from myriorama.scenes.radiometry.sky import REFERENCE_KLX, sky_map
from myriorama.scenes.radiometry.solar import sun_position

_DARKEST_KLX: Final = 1e-9
"""A sky is never wholly black: it is scaled by its own light."""


class Sky(Environment):
    """The sky at an hour of a day."""

    name = "sky"
    label = "Sky"
    help = "Sun and sky of an hour, a day and a latitude, from bright noon through dusk to moon and starlight."
    version = "2"
    parameters = (
        Float(
            "time_h",
            10.0,
            help="Solar time: the sun is highest at 12.",
            unit="h",
            minimum=0.0,
            maximum=24.0,
            group="Sun",
            suggested={"uniform": [7.0, 17.0]},
        ),
        Float(
            "day_of_year",
            140.0,
            help="1 is 1 January; 172 the June solstice.",
            unit="d",
            minimum=1.0,
            maximum=366.0,
            group="Sun",
            suggested={"uniform": [60.0, 300.0]},
        ),
        Float(
            "latitude_deg",
            45.0,
            help="Positive north of the equator.",
            unit="deg",
            minimum=-90.0,
            maximum=90.0,
            group="Sun",
            suggested={"uniform": [-55.0, 55.0]},
        ),
        Float(
            "turbidity",
            2.8,
            help="Haze: 2 very clear, 3 clear, 6 hazy, 10 murky.",
            minimum=2.0,
            maximum=10.0,
            group="Air",
            suggested={"uniform": [2.2, 6.0]},
        ),
        Float(
            "cloudiness",
            0.0,
            help="0 clear, 1 an even overcast without sun.",
            minimum=0.0,
            maximum=1.0,
            group="Air",
            suggested={"beta": {"a": 0.5, "b": 0.8, "low": 0.0, "high": 1.0}},
        ),
        Float(
            "north_deg",
            90.0,
            help="Where north is in the scene, counter-clockwise from +X seen from above; 90 is +Y.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Sun",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "moon_share",
            0.0,
            help="Share of the moon that is lit: 0 new moon, 1 full. By day it adds nothing that can be seen.",
            minimum=0.0,
            maximum=1.0,
            group="Night",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "moon_azimuth_deg",
            -60.0,
            help="Where moonlight comes from, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Night",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "moon_elevation_deg",
            40.0,
            help="Height of the moon above the horizon.",
            unit="deg",
            minimum=-90.0,
            maximum=90.0,
            group="Night",
            suggested={"uniform": [10.0, 70.0]},
        ),
        Float(
            "sky_glow",
            1.0,
            help="Brightness of the night's own sky: 1 far from towns, 10 a suburb, 100 over a city.",
            minimum=0.0,
            maximum=1000.0,
            group="Night",
            suggested={"log_uniform": [1.0, 100.0]},
        ),
        Color("ground_color", "#6f675a", help="Colour of the far ground, seen below the horizon.", group="Air"),
        strength(1.0, "Factor on the light; with full adaptation, the brightness of white paper."),
        Float(
            "adaptation",
            0.85,
            help="How far the exposure follows the light: 0 keeps noon's exposure, 1 makes every hour equally bright.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.75, 1.0]},
        ),
        white_balance_parameter(0.7),
        Bool("visible", True, help="The camera sees the sky; off: it only lights.", group="Background"),
        Color("background", "#9a9a9a", help="Colour behind everything while the sky is hidden.", group="Background"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return the sky as background and, while they are up and not clouded over, the sun and the moon."""
        position = sun_position(float(values["time_h"]), float(values["day_of_year"]), float(values["latitude_deg"]))
        elevation_deg = math.degrees(position.elevation)
        turbidity, cloudiness = float(values["turbidity"]), float(values["cloudiness"])
        moon_height = float(values["moon_elevation_deg"])
        moon_klx = moonlight_klx(float(values["moon_share"]), moon_height)
        night_klx = STARLIGHT_KLX * float(values["sky_glow"])
        moon_level = moon_klx * (1.0 - cloudiness) * max(0.0, math.sin(math.radians(moon_height)))
        if moon_klx > 0.0:
            night_klx += SKY_SHARE * moon_klx * math.sin(math.radians(moon_height))
        sky = sky_map(
            elevation_deg, turbidity, cloudiness, linear_rgb(values["ground_color"]), max(night_klx, _DARKEST_KLX),
            moon_level,
        )  # fmt: skip
        arriving = direct_sun(elevation_deg, turbidity)
        facing = arriving.illuminance_klx * (1.0 - cloudiness) / REFERENCE_KLX * WHITE_PAPER
        toward = np.array([math.cos(position.elevation), 0.0, math.sin(position.elevation)])
        # In the units of the sky's map, which is scaled to be as bright as the reference light by itself.
        sun = SunLight(triple(-toward), scaled(arriving.color, facing / sky.scale))
        turn = math.degrees(position.azimuth) + float(values["north_deg"]) - 90.0
        moonward = bearing(float(values["moon_azimuth_deg"]), moon_height)
        moon_facing = moon_klx * (1.0 - cloudiness) / REFERENCE_KLX * WHITE_PAPER
        moon = SunLight(triple(-turned_about_z(moonward, -turn)), scaled(MOON_COLOR, moon_facing / sky.scale))
        # By day the moon would cost a shadow that nobody sees.
        moonlit = moon_facing > 0.0 and elevation_deg < 0.0
        lights = tuple(light for light, shines in ((sun, facing > 0.0), (moon, moonlit)) if shines)
        level = light_level(sky.radiance.pixels, lights)
        factor = float(values["strength"]) * sky.scale * (sky.scale * level) ** -float(values["adaptation"])
        balance = white_balance(light_on_paper(sky.radiance.pixels, lights), float(values["white_balance"]))
        color = scaled(balance, factor)
        background = Background(
            radiance=sky.radiance,
            color=color,
            rotation_deg=turn,
            visible=bool(values["visible"]),
            visible_color=linear_rgb(values["background"]),
        )
        turned = []
        for light in lights:
            r, g, b = (s * c for s, c in zip(light.irradiance, color, strict=True))
            turned.append(SunLight(triple(turned_about_z(np.array(light.direction), turn)), (r, g, b)))
        return EnvironmentParts(background=background, lights=tuple(turned))
