"""Camera poses from a view direction: world_from_camera matrices that stay stable when looking straight down.

Nothing here guesses: a direction without length is refused, and where a view is vertical the caller says which
way the top of the image points.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.scenes.conventions import F64

VERTICAL_SINE = 1e-6
"""Below this horizontal share of a unit direction the view counts as vertical."""


def facing(position: F64, forward: F64, right: F64, roll_deg: float) -> F64:
    """Return the pose of a camera that looks along `forward`.

    Parameters
    ----------
    position : (3,) float64
        World, metres.
    forward, right : (3,) float64
        World, unit, at right angles.
    roll_deg : float
        Turns the camera about its view axis; positive tips the camera clockwise, so the picture turns
        counter-clockwise.

    Returns
    -------
    (4, 4) float64
        world_from_camera; camera x right, y down, z forward.
    """
    down = np.cross(forward, right)
    cos, sin = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
    pose = np.eye(4)
    pose[:3, 0] = cos * right + sin * down
    pose[:3, 1] = cos * down - sin * right
    pose[:3, 2] = forward
    pose[:3, 3] = position
    return pose


def level_right(forward: F64, heading_deg: float = 90.0) -> F64:
    """Return the unit vector to the right of a level camera.

    Parameters
    ----------
    forward : (3,) float64
        Unit view direction, world.
    heading_deg : float
        Only for a vertical view: the compass of the image's top, counter-clockwise from +X (90 is +Y), when
        looking down; looking up, the image's top points the other way, as it would after tipping the head back.
    """
    horizontal = math.hypot(forward[0], forward[1])
    if horizontal > VERTICAL_SINE:
        return np.array([forward[1], -forward[0], 0.0]) / horizontal
    heading = math.radians(heading_deg)
    return np.array([math.sin(heading), -math.cos(heading), 0.0])


def bearing(azimuth_deg: float, elevation_deg: float) -> F64:
    """Return the (3,) unit vector at an azimuth (counter-clockwise from +X, seen from above) and elevation."""
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    return np.array(
        [
            math.cos(elevation) * math.cos(azimuth),
            math.cos(elevation) * math.sin(azimuth),
            math.sin(elevation),
        ]
    )


def look_along(position: F64, direction: F64, roll_deg: float, heading_deg: float = 90.0) -> F64 | None:
    """Return the pose at `position` looking along `direction`, (3,) of any length; None where it has no length."""
    length = float(np.linalg.norm(direction))
    if not length > 0.0:
        return None
    forward = direction / length
    return facing(position, forward, level_right(forward, heading_deg), roll_deg)
