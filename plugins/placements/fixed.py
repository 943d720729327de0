"""Every object exactly where its numbers say.

It looks at nothing else: objects may touch and overlap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from myriorama.plugins.api import Item, PlaceContext, Placed, Placement, Rotation, Values, Vector
from myriorama.plugins.placements._declared import FURTHEST_M, SCALE, YAW
from myriorama.scenes.placement.poses import pose, rotation_from_quaternion, yaw_rotation


class Fixed(Placement):
    """A given position and rotation."""

    name = "fixed"
    label = "Fixed"
    help = "Each object at a given position, rotation and scale."
    per_object = (
        Vector(
            "position_m",
            [0.0, 0.0, 0.0],
            help="Where the object's origin is.",
            unit="m",
            size=3,
            minimum=-FURTHEST_M,
            maximum=FURTHEST_M,
            group="Pose",
        ),
        YAW,
        Rotation(
            "rotation",
            [1.0, 0.0, 0.0, 0.0],
            help="Rotation as w, x, y, z, before the yaw.",
            group="Pose",
            suggested={"rotation": "uniform"},
        ),
        SCALE,
    )

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return each item's own pose."""
        poses = tuple(
            pose(
                [float(v) for v in item.values["position_m"]],
                yaw_rotation(float(item.values["yaw_deg"])) @ rotation_from_quaternion(item.values["rotation"]),
                float(item.values["scale"]),
            )
            for item in items
        )
        return Placed(poses, Counter())
