"""A placement: objects on a circle, at even angles."""

from __future__ import annotations

import math
from collections.abc import Sequence

from myriorama.plugins import Float, Item, PlaceContext, Placed, Placement, Values, Vector
from myriorama.plugins.shapes import pose, yaw_rotation


class Ring(Placement):
    """A circle of objects."""

    name = "stone_ring"
    label = "Stone ring"
    help = "Objects on a circle, at even angles, from the first angle on."
    parameters = (
        Float("radius_m", 0.3, help="Radius of the circle.", unit="m", minimum=0.0, maximum=50.0, group="Area"),
        Float(
            "first_deg", 0.0, help="Where the first stands.", unit="deg", minimum=-360.0, maximum=360.0, group="Area"
        ),
        Vector(
            "center_m",
            [0.0, 0.0, 0.0],
            help="Middle of the circle.",
            unit="m",
            minimum=-100.0,
            maximum=100.0,
            group="Area",
        ),
    )
    per_object = (
        Float("yaw_deg", 0.0, help="Turn about the vertical.", unit="deg", minimum=-360.0, maximum=360.0, group="Pose"),
    )

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each item: all of them find a place."""
        x, y, z = (float(v) for v in values["center_m"])
        poses = []
        for number, item in enumerate(items):
            angle = math.radians(float(values["first_deg"]) + 360.0 * number / len(items))
            reach = float(values["radius_m"])
            place = (x + reach * math.cos(angle), y + reach * math.sin(angle), z)
            poses.append(pose(place, yaw_rotation(math.degrees(angle) + float(item.values["yaw_deg"]))))
        return Placed(tuple(poses))
