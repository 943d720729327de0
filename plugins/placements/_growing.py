"""What placements of plants share: a stem leaves the surface itself, upright or leaning with the slope.

Places are found elsewhere; here they only get their height and their lean.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from myriorama.plugins.api import Float, Item, PlaceContext
from myriorama.plugins.placements._declared import NOTHING_UNDER, SCALE, TILT, TILT_AZIMUTH, YAW, turn_of
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import rotation_about
from myriorama.scenes.placement.poses import pose
from myriorama.scenes.placement.surface import ground_of, slopes_under, surface_under

SLOPE_REACH_M: Final = 0.04
"""The slope that a plant feels is that of a hand's breadth of soil, not of the crumb beneath it."""

LEAN: Final = Float(
    "lean_with_slope",
    0.0,
    help="0: plants stand plumb; 1: square to the slope beneath them.",
    minimum=0.0,
    maximum=1.0,
    group="Pose",
    suggested={"uniform": [0.0, 0.5]},
)


GROWN: Final = (YAW, SCALE, replace(TILT, help="Tips the plant over, about its own foot."), TILT_AZIMUTH)


def grow_at(
    places_m: F64, items: Sequence[Item], lean: float, context: PlaceContext, rejections: Counter[str]
) -> list[F64 | None]:
    """Return the pose of each item at its place, (N, 2) world metres, its origin on the surface of the ground.

    None, counted, where a plumb line meets no ground.
    """
    if not len(items):
        return []
    ground = ground_of(context.standing)
    heights = surface_under(ground, places_m)
    slopes = slopes_under(ground, places_m, SLOPE_REACH_M) if lean > 0 else np.zeros((len(items), 2))
    poses: list[F64 | None] = []
    for item, (x, y), height, slope in zip(items, places_m.tolist(), heights.tolist(), slopes, strict=True):
        if math.isinf(height):
            rejections[NOTHING_UNDER] += 1
            poses.append(None)
            continue
        # Not lifted where it leans, as a box is that must not sink in: a plant is rooted in its foot.
        rotation, scale = turn_of(item.values)
        steep = float(np.hypot(*slope))
        if steep > 0:
            turn = rotation_about((float(slope[1]), -float(slope[0]), 0.0), lean * math.atan(steep))
            # The normal of the surface is (-dz/dx, -dz/dy, 1): the plant tips downhill, about its own foot.
            rotation = turn[:3, :3] @ rotation
        poses.append(pose((x, y, height), rotation, scale))
    return poses
