"""Views: the cameras of a rig, each mounted somewhere on the body whose pose the rig gives.

A view sees no scene, and knows of no world: it refuses to look at a point. Pairs of views are judged in `stereo`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.schema import Float, Parameter

if TYPE_CHECKING:  # which itself speaks of scenes, and they of views
    from myriorama.scenes.registry import Values

MAX_VIEWS: Final = 64
"""Cameras on one rig."""
_REACH_M: Final = 1e3


def _offset(name: str, help_text: str) -> Float:
    return Float(
        name,
        0.0,
        help=help_text,
        unit="m",
        minimum=-_REACH_M,
        maximum=_REACH_M,
        group="Position",
        suggested={"normal": {"mean": 0.0, "std": 0.002, "low": -0.006, "high": 0.006}},
    )


def _turn(name: str, help_text: str) -> Float:
    return Float(
        name,
        0.0,
        help=help_text,
        unit="deg",
        minimum=-360.0,
        maximum=360.0,
        group="Aim",
        suggested={"normal": {"mean": 0.0, "std": 0.2, "low": -0.6, "high": 0.6}},
    )


VIEW_PARAMETERS: Final[tuple[Parameter, ...]] = (
    _offset("right_m", "From the rig's pose to this camera, to the right as the rig looks."),
    _offset("down_m", "From the rig's pose to this camera, downwards as the rig looks."),
    _offset("forward_m", "From the rig's pose to this camera, along the rig's view axis."),
    _turn("yaw_deg", "Turns the camera to its right."),
    _turn("pitch_deg", "Tips the camera upwards, after the yaw."),
    _turn("roll_deg", "Turns the camera about its own view axis, clockwise as it sees, after yaw and pitch."),
    Float(
        "field_of_view_deg",
        0.0,
        help="Horizontal angle that this camera's image spans; 0 takes the rig's lens.",
        unit="deg",
        minimum=0.0,
        maximum=170.0,
        group="Lens",
        suggested={"uniform": [40.0, 70.0]},
    ),
)
_DEFAULTS: Final = {p.name: p.default for p in VIEW_PARAMETERS}


@dataclass(frozen=True, eq=False)
class RigView:
    """One camera of a rig, in one sample.

    Attributes
    ----------
    name : str
    camera : Camera
        Where it stands and what it sees with, in the world.
    rig_from_view : (4, 4) float64
        Where it is mounted; metres. Camera frames: x right, y down, z forward.
    """

    name: str
    camera: Camera
    rig_from_view: F64


def _value(values: Values, name: str) -> float:
    return float(values.get(name, _DEFAULTS[name]))


def rig_from_view(values: Values) -> F64:
    """Return where a view is mounted, (4, 4) float64: ``yaw``, then ``pitch``, then ``roll`` about its own axes."""
    yaw, pitch, roll = (math.radians(_value(values, f"{name}_deg")) for name in ("yaw", "pitch", "roll"))
    about_y = _rotation(yaw, 2, 0)
    about_x = _rotation(pitch, 1, 2)
    about_z = _rotation(roll, 0, 1)
    pose = np.eye(4)
    pose[:3, :3] = about_y @ about_x @ about_z
    pose[:3, 3] = [_value(values, f"{name}_m") for name in ("right", "down", "forward")]
    return pose


def _rotation(angle: float, first: int, second: int) -> F64:
    """Return the right-handed turn that takes axis `first` towards axis `second`."""
    out = np.eye(3)
    cos, sin = math.cos(angle), math.sin(angle)
    out[first, first] = out[second, second] = cos
    out[second, first], out[first, second] = sin, -sin
    return out


def lens_of_view(lens: Values, values: Values) -> Values:
    """Return the rig's drawn lens values, with a view's own field of view where it has one."""
    angle = _value(values, "field_of_view_deg")
    if not angle > 0.0:
        return lens
    own: dict[str, Any] = {**lens, "field_of_view_deg": angle, "focal_length_mm": 0.0}
    return own


def mounted(camera: Camera, pose: F64) -> Camera:
    """Return the camera of the rig's pose moved to where a view is mounted.

    Parameters
    ----------
    camera : Camera
        At the rig's pose, with the view's lens. Its velocity and turn are the rig's.
    pose : (4, 4) float64
        rig_from_view.

    Notes
    -----
    The rig is rigid: a point p of a body that moves with v and turns with w has the velocity v + w x p; both are then
    told in the view's own frame.
    """
    velocity, turn = np.array(camera.velocity_m_s), np.array(camera.angular_velocity_rad_s)
    back = pose[:3, :3].T
    vx, vy, vz = (float(v) for v in back @ (velocity + np.cross(turn, pose[:3, 3])))
    wx, wy, wz = (float(w) for w in back @ turn)
    return replace(
        camera,
        world_from_camera=camera.world_from_camera @ pose,
        velocity_m_s=(vx, vy, vz) if camera.moves else camera.velocity_m_s,
        angular_velocity_rad_s=(wx, wy, wz) if camera.moves else camera.angular_velocity_rad_s,
    )
