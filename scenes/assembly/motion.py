"""How the objects of a group move: drawn numbers become a velocity in the world.

Each moves along a straight line; its pose is that of time 0, the middle of the exposure. Nothing turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.schema import Choice, Parameter, Vector

FASTEST_M_S: Final = 10_000.0

MOTION_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Vector(
        "velocity_m_s",
        [0.0, 0.0, 0.0],
        help="Where each object moves; seen where an effect keeps the shutter open or rolls it.",
        unit="m/s",
        size=3,
        minimum=-FASTEST_M_S,
        maximum=FASTEST_M_S,
    ),
    Choice(
        "axes",
        "world",
        help="Whether that is along the world's axes or along the object's own, as it stands.",
        options=("world", "object"),
    ),
)
"""What `ObjectGroup.motion` takes."""


def velocity_from(values: Mapping[str, Any], world_from_object: F64) -> tuple[float, float, float]:
    """Return the velocity in the world, m/s, of an object at a pose (4, 4); values left out take their defaults.

    An object's own axes are unit vectors, whatever its scale.
    """
    x, y, z = (float(v) for v in values.get("velocity_m_s", (0.0, 0.0, 0.0)))
    if values.get("axes", "world") == "world":
        return (x, y, z)
    axes = world_from_object[:3, :3]
    # The scale is one number, so the first axis tells it.
    turned = axes @ np.array([x, y, z]) / np.linalg.norm(axes[:, 0])
    return (float(turned[0]), float(turned[1]), float(turned[2]))
