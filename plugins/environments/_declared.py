"""Parameters that several environments and lights share, so that one word means one thing in all of them.

Only declarations and how they are read; no light is made here.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.plugins.api import Color, Float, Values, Vector
from myriorama.scenes.conventions import F64
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.lights import Rgb, Vector3
from myriorama.scenes.radiometry.color import COOLEST_K, HOTTEST_K, color_of_temperature, linear_rgb
from myriorama.scenes.radiometry.solar import sun_position

FURTHEST_M: Final = 1e5
ALWAYS_DEG: Final = 90.0


def strength(default: float, help_text: str) -> Float:
    """Declare how bright; 1 makes white paper radiance 1."""
    return Float(
        "strength",
        default,
        help=help_text,
        minimum=0.0,
        maximum=1000.0,
        group="Light",
        suggested={"log_uniform": [0.5 * default, 2.0 * default]} if default > 0 else None,
    )


def temperature(default: float) -> Float:
    """Declare a colour temperature."""
    return Float(
        "temperature_k",
        default,
        help="Colour temperature of a black body: 2700 bulb, 5500 noon sun, 6500 white in sRGB.",
        unit="K",
        minimum=COOLEST_K,
        maximum=HOTTEST_K,
        group="Light",
        suggested={"uniform": [3000.0, 7500.0]},
    )


def white_balance_parameter(default: float) -> Float:
    """Declare how far the colour cast of the light is taken out."""
    return Float(
        "white_balance",
        default,
        help="How far the white balance follows the light: 0 not at all, 1 white paper lying flat comes out white.",
        minimum=0.0,
        maximum=1.0,
        group="Light",
        suggested={"uniform": [0.4, 1.0]},
    )


TINT: Final = Color(
    "tint", "#ffffff", help="Colour filter in front of the light, on top of its temperature.", group="Light"
)


def direction_parameters(azimuth_deg: float, elevation_deg: float) -> tuple[Float, Float]:
    """Declare where a light stands in the sky."""
    return (
        Float(
            "azimuth_deg",
            azimuth_deg,
            help="Where the light comes from, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Position",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "elevation_deg",
            elevation_deg,
            help="Height above the horizon; 90 is straight above.",
            unit="deg",
            minimum=-90.0,
            maximum=90.0,
            group="Position",
            suggested={"uniform": [20.0, 70.0]},
        ),
    )


def after_dark() -> tuple[Float, Float, Float, Float]:
    """Declare when a lamp is on: from a height of the sun down, at an hour that may be linked to the sky's."""
    return (
        Float(
            "only_below_sun_deg",
            90.0,
            help="Off while the sun stands higher than this; 90 is always on, -2 is on after dusk.",
            unit="deg",
            minimum=-90.0,
            maximum=90.0,
            group="Time",
            suggested={"uniform": [-4.0, 2.0]},
        ),
        Float(
            "time_h",
            22.0,
            help='Solar time that decides whether it is on: link it to the sky\'s, {"linked": "@sky.time_h"}.',
            unit="h",
            minimum=0.0,
            maximum=24.0,
            group="Time",
        ),
        Float(
            "day_of_year",
            140.0,
            help="Day that decides whether it is on: link it to the sky's.",
            unit="d",
            minimum=1.0,
            maximum=366.0,
            group="Time",
        ),
        Float(
            "latitude_deg",
            45.0,
            help="Latitude that decides whether it is on: link it to the sky's.",
            unit="deg",
            minimum=-90.0,
            maximum=90.0,
            group="Time",
        ),
    )


def is_on(values: Values) -> bool:
    """Return whether a lamp is on at its hour."""
    highest = float(values["only_below_sun_deg"])
    if highest >= ALWAYS_DEG:
        return True
    sun = sun_position(float(values["time_h"]), float(values["day_of_year"]), float(values["latitude_deg"]))
    return math.degrees(sun.elevation) <= highest


def point(name: str, default: tuple[float, float, float], help_text: str) -> Vector:
    """Declare a point in the world."""
    return Vector(
        name,
        list(default),
        help=help_text,
        unit="m",
        size=3,
        minimum=-FURTHEST_M,
        maximum=FURTHEST_M,
        group="Position",
    )


def light_color(values: Values) -> Rgb:
    """Return the linear colour of a light from its temperature (luminance 1) and tint."""
    r, g, b = color_of_temperature(float(values["temperature_k"]))
    tr, tg, tb = linear_rgb(values["tint"])
    return r * tr, g * tg, b * tb


def vector(values: Values, name: str) -> F64:
    """Return a drawn vector, (3,) float64."""
    return np.array([float(v) for v in values[name]], dtype=np.float64)


def aim(values: Values) -> tuple[F64, F64, float]:
    """Return position, unit direction to the target, and the distance in metres.

    Raises
    ------
    ProjectError
        The light stands in its target.
    """
    position, target = vector(values, "position_m"), vector(values, "target_m")
    distance = float(np.linalg.norm(target - position))
    if not distance > 0.0:
        raise ProjectError(
            Problem("target_m", "the light stands in its target", str(values["target_m"]), "another point")
        )
    return position, (target - position) / distance, distance


def triple(array: F64) -> Vector3:
    """Return (3,) float64 as three floats."""
    return float(array[0]), float(array[1]), float(array[2])


def upright(direction: F64) -> F64:
    """Return a unit vector at right angles to `direction`, as near to +Z as can be (+Y for a vertical one)."""
    axis = np.array([0.0, 0.0, 1.0]) if math.hypot(direction[0], direction[1]) > 1e-6 else np.array([0.0, 1.0, 0.0])
    up = axis - (axis @ direction) * direction
    unit: F64 = up / np.linalg.norm(up)
    return unit
