"""A standing shelf as a placement sees it: its levels, and what is free on each of them.

Levels come from the attributes that a shelf tells, never from its name or looks: `levels`, `level_left_m`,
`level_width_m`, `level_front_m`, `level_depth_m`, `level_1_height_m`, and for the others `level_spacing_m`, or for each
its own `level_2_height_m` ...; `level_clear_m` and `top_level_clear_m`, or `level_2_clear_m` ..., limit what stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.scenes.assembly.model import Attribute
from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.footprint import Footprint
from myriorama.scenes.placement.poses import pose, scale_of, yaw_rotation
from myriorama.scenes.placement.standing import Standing

_UPRIGHT_COS: Final = 1.0 - 1e-9
_NEEDED: Final = ("levels", "level_left_m", "level_width_m", "level_front_m", "level_depth_m", "level_1_height_m")


@dataclass(frozen=True, eq=False)
class Level:
    """One board: world z of its surface, and the free height over it, metres."""

    height_m: float
    clear_m: float


@dataclass(frozen=True, eq=False)
class Shelf:
    """A shelf's own plan: x from its left end, y from its front edge inwards, both in world metres.

    Attributes
    ----------
    corner : (3,) float64
        World place of the plan's origin; its z is the shelf's own.
    yaw_deg : float
        How the plan is turned in the world.
    """

    instance: Instance
    corner: F64
    yaw_deg: float
    width_m: float
    depth_m: float
    levels: tuple[Level, ...]

    def pose_at(self, x: float, y: float, z: float, rotation: F64, scale: float) -> F64:
        """Return world_from_object of an object whose origin is at plan (x, y), world z."""
        place = self.corner + yaw_rotation(self.yaw_deg) @ np.array([x, y, 0.0])
        return pose((place[0], place[1], z), yaw_rotation(self.yaw_deg) @ rotation, scale)

    def on_plan(self, outline: Footprint) -> Footprint:
        """Return a world outline as one of the plan."""
        return outline.moved(-float(self.corner[0]), -float(self.corner[1])).turned(-self.yaw_deg)


class Board:
    """What stands on one level, and whether something more can.

    Parameters
    ----------
    shelf : Shelf
    level : Level
    standing : Standing
        Everything but the shelf itself.
    """

    def __init__(self, shelf: Shelf, level: Level, standing: Standing) -> None:
        self.shelf, self.level = shelf, level
        found = standing.obstacles_between(level.height_m, level.height_m + level.clear_m)
        outlines = [shelf.on_plan(obstacle.outline) for obstacle in found]
        self._outlines: dict[int, Footprint] = {-1 - k: o for k, o in enumerate(outlines) if self._is_near(o)}

    def _is_near(self, outline: Footprint) -> bool:
        low, high = outline.box
        inside = low[0] < self.shelf.width_m and high[0] > 0 and low[1] < self.shelf.depth_m and high[1] > 0
        return bool(inside)

    def add(self, number: int, outline: Footprint) -> None:
        """Note that object `number` takes this outline; a number that is known is moved."""
        self._outlines[number] = outline

    def remove(self, number: int) -> None:
        """Note that object `number` is gone."""
        del self._outlines[number]

    @property
    def extent(self) -> tuple[float, float] | None:
        """From where to where along the level something stands; None where nothing does."""
        if not self._outlines:
            return None
        boxes = np.stack([o.box for o in self._outlines.values()])
        return float(boxes[:, 0, 0].min()), float(boxes[:, 1, 0].max())

    def first_after(self, x: float, width: float, depth: float) -> float:
        """Return `x`, or how far it must move right so that a strip `depth` deep from the front edge is free there."""
        boxes = sorted((o.box for o in self._outlines.values()), key=lambda b: float(b[1, 0]))
        moved = True
        while moved:
            moved = False
            for low, high in boxes:
                if low[0] < x + width and high[0] > x and low[1] < depth:
                    x, moved = float(high[0]), True
        return x

    def takes(self, outline: Footprint, top_m: float, gap_m: float) -> bool:
        """Return whether an outline lies on the board, apart from all others by a gap, below what is above it."""
        low, high = outline.box
        if top_m > self.level.clear_m or low.min() < 0:
            return False
        if high[0] > self.shelf.width_m or high[1] > self.shelf.depth_m:
            return False
        for other in self._outlines.values():
            near = (other.box[0] <= high + gap_m).all() and (low <= other.box[1] + gap_m).all()
            if near and not other.is_apart(outline, gap_m):
                return False
        return True


def shelves_among(standing: Sequence[Instance]) -> tuple[Shelf, ...]:
    """Return the upright standing shelves, in the order in which they stand."""
    return tuple(s for s in map(_shelf, standing) if s is not None)


def _shelf(instance: Instance) -> Shelf | None:
    told = instance.attributes
    if not all(name in told for name in _NEEDED):
        return None
    place = instance.world_from_object
    scale = scale_of(place)
    rotation = place[:3, :3] / scale
    if rotation[2, 2] < _UPRIGHT_COS:
        return None
    left, front = scale * float(told["level_left_m"]), scale * float(told["level_front_m"])
    yaw_deg = math.degrees(math.atan2(rotation[1, 0], rotation[0, 0]))
    levels = tuple(
        Level(float(place[2, 3]) + scale * height, scale * clear)
        for height, clear in (_level(told, k) for k in range(1, int(told["levels"]) + 1))
    )
    return Shelf(
        instance,
        place[:3, 3] + rotation @ np.array([left, front, 0.0]),
        yaw_deg,
        scale * float(told["level_width_m"]),
        scale * float(told["level_depth_m"]),
        levels,
    )


def _level(told: Mapping[str, Attribute], number: int) -> tuple[float, float]:
    """Return height and free height of a level: its own where they are told, else by the even spacing."""
    even = float(told["level_1_height_m"]) + (number - 1) * float(told.get("level_spacing_m", 0.0))
    usual = float(told.get("level_clear_m", math.inf))
    if number == int(told["levels"]):
        usual = float(told.get("top_level_clear_m", usual))
    return float(told.get(f"level_{number}_height_m", even)), float(told.get(f"level_{number}_clear_m", usual))
