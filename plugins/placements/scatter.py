"""Objects thrown over an area so that none overlaps another, nor what stands there already.

Dart throwing by real outlines: what finds no free place after its tries is left out, counted by reason and told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, Choice, Float, Int, Item, PlaceContext, Placed, Placement, Values
from myriorama.plugins.placements._declared import (
    CENTER,
    NOTHING_UNDER,
    SUPPORT,
    TURN,
    distance,
    resting_pose,
    shortage_note,
    turn_of,
)
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.footprint import Footprint, footprint_of_model, highest, lowest
from myriorama.scenes.placement.standing import TOUCHING_M, Obstacle, Standing

OUTSIDE: Final = "outside the area"
OVERLAPS_MEMBER: Final = "overlaps a member"


class Scatter(Placement):
    """Random places without overlap."""

    name = "scatter"
    label = "Scatter"
    help = "Random places in an area, kept apart by each object's real outline."
    parameters = (
        Choice(
            "shape",
            "rectangle",
            help="rectangle: width_m by depth_m; disc: radius_m.",
            options=("rectangle", "disc"),
            group="Area",
        ),
        distance("width_m", 1.0, "Width of the rectangle, along its x axis."),
        distance("depth_m", 1.0, "Depth of the rectangle, along its y axis."),
        distance("radius_m", 0.5, "Radius of the disc."),
        Float(
            "heading_deg",
            0.0,
            help="Turns the rectangle, counter-clockwise seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Area",
        ),
        CENTER,
        SUPPORT,
        distance("gap_m", 0.005, "Free space between outlines, at least.", group="Spacing"),
        Bool(
            "whole_inside",
            True,
            help="The whole outline must be inside the area; off: the origin is enough.",
            group="Spacing",
        ),
        Int(
            "tries",
            80,
            help="Places tried for each object before it is left out.",
            minimum=1,
            maximum=10000,
            group="Spacing",
        ),
    )
    per_object = TURN

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each item that finds a free place."""
        throw = _Throw(values, items, context)
        poses = tuple(throw.place(item) for item in items)
        placed = sum(p is not None for p in poses)
        return Placed(poses, throw.rejections, shortage_note("scatter", placed, len(items), throw.rejections))


@dataclass(frozen=True, eq=False)
class _Shape:
    """An object's outline about its origin, how high it reaches above its support, and its circle."""

    outline: Footprint
    height_m: float
    radius_m: float


class _Throw:
    """One group on its way to its places."""

    def __init__(self, values: Values, items: Sequence[Item], context: PlaceContext) -> None:
        self._values = values
        self._context = context
        self._standing = Standing(context.standing)
        self._shapes = [_shape(item) for item in items]
        self._shape_of = dict(zip((item.number for item in items), self._shapes, strict=True))
        # One clearance for the whole group: obstacles are then found once for each height of support.
        self._clearance = max((s.height_m for s in self._shapes), default=0.0)
        self._members: list[Footprint] = []
        self._centers = np.empty((len(items), 2))
        self._radii = np.empty(len(items))
        self._gap = float(values["gap_m"])
        self._obstacles: dict[float, tuple[tuple[Obstacle, ...], F64]] = {}
        self.rejections: Counter[str] = Counter()

    def place(self, item: Item) -> F64 | None:
        """Return the item's pose at the first free place, or None after all tries."""
        shape = self._shape_of[item.number]
        tries = int(self._values["tries"])
        places = self._candidates(item.number, tries)
        heights = np.full(tries, float(self._values["center_m"][2]))
        if self._values["support"] == "on_top":
            heights, _ = self._standing.tops_at(places)
        for (x, y), height in zip(places, heights, strict=True):
            outline = shape.outline.moved(float(x), float(y))
            reason = self._fault(shape, outline, float(x), float(y), float(height))
            if reason:
                self.rejections[reason] += 1
                continue
            count = len(self._members)
            self._members.append(outline)
            self._centers[count] = x, y
            self._radii[count] = shape.radius_m
            return resting_pose(item, float(x), float(y), float(height))
        return None

    def _candidates(self, number: int, tries: int) -> F64:
        """Return (tries, 2) world places, even over the area."""
        u = self._context.draws.uniforms("place", number, 2 * tries).reshape(tries, 2)
        if self._values["shape"] == "disc":
            radius = float(self._values["radius_m"]) * np.sqrt(u[:, 0])
            angle = 2.0 * math.pi * u[:, 1]
            local = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        else:
            local = (u - 0.5) * (float(self._values["width_m"]), float(self._values["depth_m"]))
            heading = math.radians(float(self._values["heading_deg"]))
            cos, sin = math.cos(heading), math.sin(heading)
            local = local @ np.array([[cos, sin], [-sin, cos]])
        out: F64 = local + np.array([float(v) for v in self._values["center_m"][:2]])
        return out

    def _fault(self, shape: _Shape, outline: Footprint, x: float, y: float, support_m: float) -> str:
        """Return why the object cannot stand here, or nothing."""
        if math.isinf(support_m):
            return NOTHING_UNDER
        if self._values["whole_inside"] and not self._inside(outline):
            return OUTSIDE
        count = len(self._members)
        away = np.hypot(self._centers[:count, 0] - x, self._centers[:count, 1] - y)
        for near in np.nonzero(away < self._radii[:count] + shape.radius_m + self._gap)[0]:
            if not self._members[near].is_apart(outline, self._gap):
                return OVERLAPS_MEMBER
        for obstacle in self._obstacles_near(outline, support_m):
            if not outline.is_apart(obstacle.outline, self._gap):
                return f"overlaps {obstacle.name}"
        if self._values["support"] == "on_top":
            return self._overhang(outline, support_m)
        return ""

    def _obstacles_near(self, outline: Footprint, support_m: float) -> Iterator[Obstacle]:
        """Yield what stands so near that only the outlines themselves can tell."""
        found = self._obstacles.get(support_m)
        if found is None:
            standing = self._standing.obstacles_between(support_m, support_m + self._clearance)
            boxes = np.array([o.outline.box for o in standing]).reshape(-1, 2, 2)
            found = self._obstacles[support_m] = (standing, boxes)
        standing, boxes = found
        low, high = outline.box
        near = ((boxes[:, 0] <= high + self._gap) & (low <= boxes[:, 1] + self._gap)).all(axis=1)
        return (standing[k] for k in np.nonzero(near)[0])

    def _inside(self, outline: Footprint) -> bool:
        corners = outline.corners - np.array([float(v) for v in self._values["center_m"][:2]])
        if self._values["shape"] == "disc":
            return bool((np.hypot(corners[:, 0], corners[:, 1]) <= float(self._values["radius_m"])).all())
        heading = math.radians(float(self._values["heading_deg"]))
        x = math.cos(heading) * corners[:, 0] + math.sin(heading) * corners[:, 1]
        y = math.cos(heading) * corners[:, 1] - math.sin(heading) * corners[:, 0]
        half_width, half_depth = 0.5 * float(self._values["width_m"]), 0.5 * float(self._values["depth_m"])
        return bool((np.abs(x) <= half_width).all() and (np.abs(y) <= half_depth).all())

    def _overhang(self, outline: Footprint, support_m: float) -> str:
        """Return a reason where some corner of the outline has no support at the same height."""
        heights, _ = self._standing.tops_at(outline.corners)
        low = heights < support_m - TOUCHING_M
        if not low.any():
            return ""
        _, owners = self._standing.tops_at(outline.corners.mean(axis=0, keepdims=True))
        return f"hangs over the edge of {owners[0] or 'its support'}"


def _shape(item: Item) -> _Shape:
    rotation, scale = turn_of(item.values)
    if float(item.values["tilt_deg"]) == 0.0:
        outline = footprint_of_model(item.model).turned(float(item.values["yaw_deg"]), scale)
        height = scale * float(item.model.bounds[1, 2])
    else:
        outline = footprint_of_model(item.model, rotation, scale)
        below = float(item.model.bounds[0, 2])
        height = scale * (highest(item.model, rotation) - lowest(item.model, rotation) + below)
    corners = outline.corners
    return _Shape(outline, height, float(np.hypot(corners[:, 0], corners[:, 1]).max()))
