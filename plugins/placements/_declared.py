"""Parameters and steps that several placements share: where the area is, what it stands on, how each object turns.

Only declarations and how they are read; no place is chosen here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.plugins.api import Choice, Float, Item, PlaceContext, Values, Vector
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.footprint import lowest
from myriorama.scenes.placement.poses import pose, tilt_rotation, yaw_rotation
from myriorama.scenes.placement.standing import Standing

FURTHEST_M: Final = 1e5
NOTHING_UNDER: Final = "nothing to stand on"

CENTER: Final = Vector(
    "center_m",
    [0.0, 0.0, 0.0],
    help="Middle of the area; its z is the height of the support.",
    unit="m",
    size=3,
    minimum=-FURTHEST_M,
    maximum=FURTHEST_M,
    group="Area",
)
SUPPORT: Final = Choice(
    "support",
    "height",
    help="height: everything stands at the centre's z; on_top: on whatever stands under it.",
    options=("height", "on_top"),
    group="Area",
)
YAW: Final = Float(
    "yaw_deg",
    0.0,
    help="Turn about the vertical, counter-clockwise seen from above.",
    unit="deg",
    minimum=-3600.0,
    maximum=3600.0,
    group="Pose",
    suggested={"uniform": [0.0, 360.0]},
)
SCALE: Final = Float(
    "scale",
    1.0,
    help="Uniform size factor.",
    minimum=1e-4,
    maximum=1e4,
    group="Pose",
    suggested={"uniform": [0.9, 1.1]},
)
TILT: Final = Float(
    "tilt_deg",
    0.0,
    help="Tips the object over; its lowest point stays on the support.",
    unit="deg",
    minimum=-180.0,
    maximum=180.0,
    group="Pose",
    suggested={"normal": {"mean": 0.0, "std": 3.0, "low": -8.0, "high": 8.0}},
)
TILT_AZIMUTH: Final = Float(
    "tilt_azimuth_deg",
    0.0,
    help="Which way it tips, counter-clockwise from +X seen from above.",
    unit="deg",
    minimum=-3600.0,
    maximum=3600.0,
    group="Pose",
    suggested={"uniform": [0.0, 360.0]},
)
TURN: Final = (YAW, SCALE, TILT, TILT_AZIMUTH)


def jitter(name: str, along: str) -> Float:
    """Declare a per-object shift away from the regular place."""
    return Float(
        name,
        0.0,
        help=f"Shift {along}, away from the regular place.",
        unit="m",
        minimum=-FURTHEST_M,
        maximum=FURTHEST_M,
        group="Jitter",
        suggested={"normal": {"mean": 0.0, "std": 0.01, "low": -0.03, "high": 0.03}},
    )


def distance(name: str, default: float, help_text: str, minimum: float = 0.0, group: str = "Area") -> Float:
    """Declare a length in metres."""
    return Float(name, default, help=help_text, unit="m", minimum=minimum, maximum=FURTHEST_M, group=group)


def turn_of(values: Values) -> tuple[F64, float]:
    """Return the rotation, (3, 3) float64, and the scale of an object from TURN's values: yaw first, then tilt."""
    rotation = yaw_rotation(float(values["yaw_deg"]))
    tilt_deg = float(values["tilt_deg"])
    if tilt_deg != 0.0:
        rotation = tilt_rotation(tilt_deg, float(values["tilt_azimuth_deg"])) @ rotation
    return rotation, float(values["scale"])


def resting_pose(item: Item, x: float, y: float, support_m: float) -> F64:
    """Return world_from_object of an item that stands at (x, y) on a support, turned by its own values.

    Upright, its origin is on the support. Tilted, it is lifted so that its lowest point is as deep in or above the
    support as it was upright.
    """
    rotation, scale = turn_of(item.values)
    lift = 0.0
    if float(item.values["tilt_deg"]) != 0.0:
        lift = scale * (float(item.model.bounds[0, 2]) - lowest(item.model, rotation))
    return pose((x, y, support_m + lift), rotation, scale)


def stand_at(
    places: Sequence[tuple[float, float]],
    items: Sequence[Item],
    values: Values,
    context: PlaceContext,
    rejections: Counter[str],
) -> list[F64 | None]:
    """Return the pose of each item at its place, world x, y; None, counted, where nothing is under it."""
    heights = np.full(len(places), float(values["center_m"][2]))
    if values["support"] == "on_top" and places:
        heights, _ = Standing(context.standing).tops_at(np.array(places, dtype=np.float64))
    poses: list[F64 | None] = []
    for item, (x, y), height in zip(items, places, heights, strict=True):
        if math.isinf(height):
            rejections[NOTHING_UNDER] += 1
            poses.append(None)
        else:
            poses.append(resting_pose(item, x, y, float(height)))
    return poses


def turned(x: float, y: float, heading_deg: float) -> tuple[float, float]:
    """Return (x, y) turned counter-clockwise about the origin."""
    cos, sin = math.cos(math.radians(heading_deg)), math.sin(math.radians(heading_deg))
    return cos * x - sin * y, sin * x + cos * y


def shortage_note(what: str, placed: int, asked: int, rejections: Counter[str]) -> tuple[str, ...]:
    """Return the sentence that says how many were not placed and the commonest reason; none where all were."""
    if placed == asked:
        return ()
    # Most frequent first, by name where equal: the order of a Counter is the order of first use.
    reasons = sorted(rejections.items(), key=lambda pair: (-pair[1], pair[0]))
    why = f"; most often: {reasons[0][0]} ({reasons[0][1]} times)" if reasons else ""
    return (f"{what} placed {placed} of {asked} objects{why}",)
