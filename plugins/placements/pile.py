"""Objects dropped over a zone, lying as they fell: on the ground, on each other, in a box.

Physics runs on convex pieces, not on the meshes. What falls out of the zone is left out, counted and told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Bool,
    Choice,
    Float,
    Item,
    ObjectModel,
    PlaceContext,
    Placed,
    Placement,
    Rotation,
    Values,
)
from myriorama.plugins.placements._declared import CENTER, SCALE, distance, shortage_note
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.poses import pose, rotation_from_quaternion, uniform_rotation
from myriorama.scenes.placement.settle import Body, Support, fewer_points, settle
from myriorama.scenes.placement.standing import solid_points

FELL_BELOW: Final = "fell below the zone"
ROLLED_OUT: Final = "came to rest outside the zone"
STILL_MOVING: Final = "still moving at the time limit"

_LOST_BELOW_M: Final = 0.05


class Pile(Placement):
    """Drop and settle."""

    name = "pile"
    label = "Pile"
    help = "Drops the objects over a zone and lets them settle by physics."
    parameters = (
        CENTER,
        Choice(
            "shape",
            "disc",
            help="Where they are let go. rectangle: width_m by depth_m; disc: radius_m.",
            options=("rectangle", "disc"),
            group="Area",
        ),
        distance("width_m", 0.3, "Width of the rectangle, along X."),
        distance("depth_m", 0.3, "Depth of the rectangle, along Y."),
        distance("radius_m", 0.12, "Radius of the disc."),
        distance("drop_height_m", 0.1, "From the centre's height to the lowest object that is let go."),
        distance(
            "keep_within_m",
            0.5,
            "What comes to rest further than this from the centre, seen from above, is left out.",
            minimum=0.001,
        ),
        Bool(
            "floor",
            False,
            help="An endless unseen floor at the centre's height, for scenes without a ground.",
            group="Area",
        ),
        Choice(
            "orientation",
            "random",
            help="random: let go in any orientation; given: in each object's own rotation.",
            options=("random", "given"),
            group="Drop",
        ),
        Float(
            "rolling_friction",
            0.02,
            help="Resistance to rolling, as a share of the object's radius.",
            minimum=0.0,
            maximum=1.0,
            group="Physics",
            suggested={"uniform": [0.01, 0.05]},
        ),
        Float(
            "time_limit_s",
            4.0,
            help="Simulated time after which the fall ends, at rest or not.",
            unit="s",
            minimum=0.05,
            maximum=60.0,
            group="Physics",
        ),
    )
    per_object = (
        Rotation(
            "rotation",
            [1.0, 0.0, 0.0, 0.0],
            help="Rotation when let go, w, x, y, z; only with orientation given.",
            group="Pose",
            suggested={"rotation": "uniform"},
        ),
        SCALE,
    )

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return the pose in which each item came to rest."""
        center = np.array([float(v) for v in values["center_m"]])
        supports = [
            Support(points @ i.world_from_object[:3, :3].T + i.world_from_object[:3, 3], i.model.friction)
            for i in context.standing
            for points in solid_points(i.model)
        ]
        bodies = _let_go(values, items, context, center)
        settled = settle(
            supports,
            bodies,
            time_limit_s=float(values["time_limit_s"]),
            lost_below_m=float(center[2]) - _LOST_BELOW_M,
            rolling_friction=float(values["rolling_friction"]),
            floor_m=float(center[2]) if values["floor"] else None,
        )
        rejections: Counter[str] = Counter()
        poses: list[F64 | None] = []
        moving = 0
        for found, resting in zip(settled.poses, settled.resting, strict=True):
            offset = found[:3, 3] - center
            if offset[2] < -_LOST_BELOW_M:
                rejections[FELL_BELOW] += 1
                poses.append(None)
            elif math.hypot(offset[0], offset[1]) > float(values["keep_within_m"]):
                rejections[ROLLED_OUT] += 1
                poses.append(None)
            else:
                moving += not resting
                poses.append(found)
        notes = shortage_note("pile", sum(p is not None for p in poses), len(items), rejections)
        if moving:
            notes += (f"pile: {moving} of {len(items)} objects were {STILL_MOVING} and stand where they were then",)
        return Placed(tuple(poses), rejections, notes)


def _let_go(values: Values, items: Sequence[Item], context: PlaceContext, center: F64) -> list[Body]:
    """Return the items above the zone, none touching another: each as low as the spheres around those below allow."""
    bodies: list[Body] = []
    middles = np.empty((len(items), 3))
    radii = np.empty(len(items))
    lowest = float(center[2]) + float(values["drop_height_m"])
    pieces_of: dict[int, tuple[F64, ...]] = {}
    for number, item in enumerate(items):
        if id(item.model) not in pieces_of:
            pieces_of[id(item.model)] = tuple(fewer_points(p) for p in solid_points(item.model))
        pieces = pieces_of[id(item.model)]
        scale = float(item.values["scale"])
        u = context.draws.uniforms("drop", item.number, 5)
        if values["orientation"] == "random":
            rotation = uniform_rotation(float(u[2]), float(u[3]), float(u[4]))
        else:
            rotation = rotation_from_quaternion(item.values["rotation"])
        offset, radius = _ball(item.model, rotation, scale)
        x, y = _start(values, float(u[0]), float(u[1]))
        x, y = x + float(center[0]), y + float(center[1])
        away = np.hypot(middles[:number, 0] - x, middles[:number, 1] - y)
        room = radii[:number] + radius
        near = away < room
        above = middles[:number, 2][near] + np.sqrt(room[near] ** 2 - away[near] ** 2)
        z = max([lowest + radius, *above.tolist()])
        middles[number], radii[number] = (x, y, z), radius
        bodies.append(
            Body(
                pieces=pieces,
                world_from_body=pose(np.array([x, y, z]) - offset, rotation, scale),
                scale=scale,
                mass_kg=item.model.mass_kg,
                friction=item.model.friction,
            )
        )
    return bodies


def _ball(model: ObjectModel, rotation: F64, scale: float) -> tuple[F64, float]:
    """Return the centre, from the origin in world axes, and radius of the sphere around an object's box."""
    low, high = model.bounds
    return rotation @ (0.5 * (low + high)) * scale, 0.5 * scale * float(np.linalg.norm(high - low))


def _start(values: Values, u1: float, u2: float) -> tuple[float, float]:
    """Return where over the zone an object is let go, from its centre."""
    if values["shape"] == "disc":
        radius, angle = float(values["radius_m"]) * math.sqrt(u1), 2.0 * math.pi * u2
        return radius * math.cos(angle), radius * math.sin(angle)
    return (u1 - 0.5) * float(values["width_m"]), (u2 - 0.5) * float(values["depth_m"])
