"""Rigs: the ways to say where a camera stands. Each turns drawn numbers into one pose.

A rig sees no scene: it refuses to aim at an object by name, and a camera that would stand in its own target is an
error, never a guess.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.lens import LENS_PARAMETERS, camera_with_lens
from myriorama.scenes.cameras.path import PathError, along, parse_points
from myriorama.scenes.cameras.pose import bearing, facing, look_along
from myriorama.scenes.conventions import F64
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.parameters.schema import Choice, Float, Parameter, Rotation, Text, Vector
from myriorama.scenes.registry import Values

_REACH_M: Final = 1e5


@dataclass(frozen=True)
class Rig:
    """A way to say where the camera stands.

    Attributes
    ----------
    pose : callable
        Drawn values -> world_from_camera, (4, 4) float64. Raises ProjectError where they give no view.
    """

    name: str
    label: str
    help: str
    parameters: tuple[Parameter, ...]
    pose: Callable[[Values], F64]


def _vector(values: Values, name: str) -> F64:
    return np.array([float(v) for v in values[name]], dtype=np.float64)


def _refuse(name: str, message: str, value: Any, allowed: str) -> ProjectError:
    return ProjectError(Problem(f"camera.rig.parameters.{name}", message, value=str(value), allowed=allowed))


def _point(name: str, default: tuple[float, float, float], help_text: str) -> Vector:
    return Vector(
        name, list(default), help=help_text, unit="m", size=3, minimum=-_REACH_M, maximum=_REACH_M, group="Position"
    )


_ROLL: Final = Float(
    "roll_deg",
    0.0,
    help="Turns the camera about its view axis, clockwise as the camera sees.",
    unit="deg",
    minimum=-360.0,
    maximum=360.0,
    group="Aim",
    suggested={"normal": {"mean": 0.0, "std": 2.0, "low": -6.0, "high": 6.0}},
)
_TARGET: Final = _point("target_m", (0.0, 0.0, 0.0), "The point that falls on the centre of view.")


def _orbit(values: Values) -> F64:
    distance = float(values["distance_m"])
    if not distance > 0.0:
        raise _refuse("distance_m", "the camera would stand in its target", distance, "above 0")
    outward = bearing(float(values["azimuth_deg"]), float(values["elevation_deg"]))
    azimuth = math.radians(float(values["azimuth_deg"]))
    # The azimuth alone decides what is right, so the picture does not flip as the elevation reaches 90 degrees.
    right = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
    return facing(_vector(values, "target_m") + distance * outward, -outward, right, float(values["roll_deg"]))


def _look_at(values: Values) -> F64:
    position, target = _vector(values, "position_m"), _vector(values, "target_m")
    pose = look_along(position, target - position, float(values["roll_deg"]))
    if pose is None:
        raise _refuse(
            "target_m", "the camera stands in its target and sees nowhere", values["target_m"], "another point"
        )
    return pose


def _top_down(values: Values) -> F64:
    height = float(values["height_m"])
    if not height > 0.0:
        raise _refuse("height_m", "the camera would lie on what it should look at", height, "above 0")
    heading, tilt = math.radians(float(values["heading_deg"])), math.radians(float(values["tilt_deg"]))
    ahead = np.array([math.cos(heading), math.sin(heading), 0.0])
    right = np.array([math.sin(heading), -math.cos(heading), 0.0])
    forward = math.sin(tilt) * ahead - math.cos(tilt) * np.array([0.0, 0.0, 1.0])
    above = _vector(values, "center_m") + np.array([0.0, 0.0, height])
    return facing(above, forward, right, float(values["roll_deg"]))


def _fixed(values: Values) -> F64:
    w, x, y, z = (float(v) for v in values["rotation"])
    length = math.sqrt(w * w + x * x + y * y + z * z)
    if not length > 0.0:
        raise _refuse("rotation", "a quaternion of length 0 is no rotation", values["rotation"], "w, x, y, z not all 0")
    w, x, y, z = w / length, x / length, y / length, z / length
    pose = np.eye(4)
    pose[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    pose[:3, 3] = _vector(values, "position_m")
    return pose


def _path(values: Values) -> F64:
    try:
        points = parse_points(str(values["points_m"]))
        position, ahead = along(points, float(values["progress"]), smooth=values["shape"] == "smooth")
    except PathError as error:
        raise _refuse("points_m", str(error), values["points_m"], "like '0 -2 1; 1 -2 1.2; 2 -1 1'") from error
    if values["look"] == "target":
        direction = _vector(values, "target_m") - position
    else:
        direction = ahead
    pose = look_along(position, direction, float(values["roll_deg"]))
    if pose is None:
        raise _refuse("target_m", "the path runs through the target", values["target_m"], "a point off the path")
    return pose


_ALL: Final = (
    Rig(
        "orbit",
        "Orbit",
        "Circles a target at a distance; the target is at the centre of view.",
        (
            _TARGET,
            Float(
                "distance_m",
                1.0,
                help="From the target to the camera.",
                unit="m",
                minimum=1e-4,
                maximum=_REACH_M,
                group="Position",
                suggested={"uniform": [0.8, 1.6]},
            ),
            Float(
                "azimuth_deg",
                -90.0,
                help="Where the camera stands, counter-clockwise from +X seen from above.",
                unit="deg",
                minimum=-3600.0,
                maximum=3600.0,
                group="Position",
                suggested={"uniform": [0.0, 360.0]},
            ),
            Float(
                "elevation_deg",
                35.0,
                help="Angle above the target's horizon; 90 looks straight down.",
                unit="deg",
                minimum=-90.0,
                maximum=90.0,
                group="Position",
                suggested={"uniform": [20.0, 70.0]},
            ),
            _ROLL,
        ),
        _orbit,
    ),
    Rig(
        "look_at",
        "Look at",
        "Stands at a point and looks at another; straight down, the top of the image is +Y.",
        (_point("position_m", (0.0, -1.0, 0.7), "Where the camera stands."), _TARGET, _ROLL),
        _look_at,
    ),
    Rig(
        "top_down",
        "Top down",
        "Hangs above a point and looks down, as on a gantry, a drone or a sprayer.",
        (
            _point("center_m", (0.0, 0.0, 0.0), "The point on the ground under the camera."),
            Float(
                "height_m",
                1.0,
                help="Above the centre.",
                unit="m",
                minimum=1e-4,
                maximum=_REACH_M,
                group="Position",
                suggested={"uniform": [0.9, 1.1]},
            ),
            Float(
                "heading_deg",
                90.0,
                help="Where the top of the image points, counter-clockwise from +X seen from above.",
                unit="deg",
                minimum=-3600.0,
                maximum=3600.0,
                group="Aim",
                suggested={"uniform": [0.0, 360.0]},
            ),
            Float(
                "tilt_deg",
                0.0,
                help="Tips the view from straight down towards the heading.",
                unit="deg",
                minimum=-180.0,
                maximum=180.0,
                group="Aim",
                suggested={"normal": {"mean": 0.0, "std": 2.0, "low": -5.0, "high": 5.0}},
            ),
            _ROLL,
        ),
        _top_down,
    ),
    Rig(
        "fixed",
        "Fixed",
        "Stands at a measured pose, as from a calibration.",
        (
            _point("position_m", (0.0, -1.0, 0.5), "Where the camera stands."),
            Rotation(
                "rotation",
                [math.sqrt(0.5), -math.sqrt(0.5), 0.0, 0.0],
                help="world_from_camera as w, x, y, z; camera x right, y down, z forward. The default looks along +Y.",
                group="Aim",
            ),
        ),
        _fixed,
    ),
    Rig(
        "path",
        "Path",
        "Stands somewhere along a path of points, looking ahead or at a target.",
        (
            Text(
                "points_m",
                "-1 -1.5 0.8; 0 -1.5 1; 1 -1.5 0.8",
                help="The path's points in metres: x y z, separated by semicolons; at least two.",
                unit="m",
                max_length=20000,
                group="Position",
            ),
            Float(
                "progress",
                0.5,
                help="How far along the path, by length: 0 its start, 1 its end.",
                minimum=0.0,
                maximum=1.0,
                group="Position",
                suggested={"even": [0.0, 1.0]},
            ),
            Choice(
                "shape",
                "smooth",
                help="smooth: a curve through the points; straight: lines between them.",
                options=("smooth", "straight"),
                group="Position",
            ),
            Choice(
                "look",
                "target",
                help="target: at target_m; ahead: where the path goes.",
                options=("target", "ahead"),
                group="Aim",
            ),
            _TARGET,
            _ROLL,
        ),
        _path,
    ),
)

RIGS: Final[Mapping[str, Rig]] = MappingProxyType({rig.name: rig for rig in _ALL})


def rig_named(name: str) -> Rig:
    """Return the rig of that name.

    Raises
    ------
    ProjectError
        There is none; near matches are named.
    """
    rig = RIGS.get(name)
    if rig is None:
        near = difflib.get_close_matches(name, RIGS, n=2)
        allowed = " or ".join(near) if near else ", ".join(RIGS)
        raise ProjectError(Problem("camera.rig.type", "there is no such rig", value=repr(name), allowed=allowed))
    return rig


def camera_from(rig_type: str, rig_values: Values, lens_values: Values, width: int, height: int) -> Camera:
    """Return the camera of a sample.

    Parameters
    ----------
    rig_type : str
        A name in RIGS.
    rig_values, lens_values : mapping
        Drawn values; those that are missing take the declared defaults.
    width, height : int
        Image size, pixels.

    Raises
    ------
    ProjectError
        The rig is unknown, or its values give no view.
    """
    rig = rig_named(rig_type)
    filled = {p.name: p.default for p in rig.parameters} | dict(rig_values)
    return camera_with_lens(rig.pose(filled), lens_values, width, height)


__all__ = ["LENS_PARAMETERS", "RIGS", "Rig", "camera_from", "rig_named"]
