"""What the effects that equip a camera share: one lens at most, and motion that adds up.

It changes no picture.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from myriorama.plugins.api import Camera, Distortion, Float, Parameter, PluginError, Values

_SPEEDS: Final = ("speed_right_m_s", "speed_down_m_s", "speed_forward_m_s")
_TURNS: Final = ("tilt_up_deg_s", "pan_right_deg_s", "roll_deg_s")


def _speed(name: str, way: str) -> Float:
    return Float(
        name,
        0.0,
        help=f"The camera's own speed {way} at the middle of the picture; it adds to what other effects give.",
        unit="m/s",
        minimum=-1000.0,
        maximum=1000.0,
        group="Camera motion",
        suggested={"normal": {"mean": 0.0, "std": 0.1, "low": -0.3, "high": 0.3}},
    )


def _turn(name: str, what: str) -> Float:
    return Float(
        name,
        0.0,
        help=f"How fast the camera {what}; it adds to what other effects give.",
        unit="deg/s",
        minimum=-3600.0,
        maximum=3600.0,
        group="Camera motion",
        suggested={"normal": {"mean": 0.0, "std": 10.0, "low": -30.0, "high": 30.0}},
    )


MOTION: Final[tuple[Parameter, ...]] = (
    _speed("speed_right_m_s", "to the right"),
    _speed("speed_down_m_s", "downwards in the picture"),
    _speed("speed_forward_m_s", "along the view"),
    _turn("tilt_up_deg_s", "tilts upwards"),
    _turn("pan_right_deg_s", "pans to the right"),
    _turn("roll_deg_s", "rolls clockwise, as it sees"),
)
"""A camera's own motion, in its frame: a straight line and a turn about an axis through its centre."""


def once(taken: bool, what: str, effect: str) -> None:
    """Refuse to give a camera what it has already: the first would be lost without a word.

    Raises
    ------
    PluginError
        `taken`.
    """
    if taken:
        raise PluginError(
            f"effect {effect!r}: the camera has {what} from an effect before; leave one of them switched on"
        )


def distorted(camera: Camera, lens: Distortion, effect: str) -> Camera:
    """Return the camera with a lens.

    Raises
    ------
    PluginError
        It has one already: two lenses in a row are no model of OpenCV's.
    """
    once(camera.distortion is not None, "a lens that distorts", effect)
    return replace(camera, distortion=lens)


def moving(camera: Camera, values: Values) -> Camera:
    """Return the camera with the drawn MOTION added to its own."""
    velocity = [float(values[name]) for name in _SPEEDS]
    # About x (right), y (down) and z (forward) by the right hand: positive x tilts up, y pans right, z rolls clockwise.
    turn = [math.radians(float(values[name])) for name in _TURNS]
    if not any(velocity) and not any(turn):
        return camera
    vx, vy, vz = (a + b for a, b in zip(camera.velocity_m_s, velocity, strict=True))
    wx, wy, wz = (a + b for a, b in zip(camera.angular_velocity_rad_s, turn, strict=True))
    return replace(camera, velocity_m_s=(vx, vy, vz), angular_velocity_rad_s=(wx, wy, wz))
