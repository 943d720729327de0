"""A belt conveyor to stand things on: endless belt, rollers, frame, guides, legs and drive.

It stands still: no belt moves, and nothing is carried.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import CollisionPiece, Generator, Int, Keypoint, Mesh, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import block, length
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.box import box
from myriorama.scenes.geometry.combine import merge, moved, quarter_turned, uv_turned
from myriorama.scenes.geometry.cylinder import cylinder
from myriorama.scenes.geometry.lathe import arc, lathe
from myriorama.scenes.geometry.profile import Profile
from myriorama.scenes.materials.finishes import brushed_steel, cloth, painted_metal, plain, rubber

BELT_M: Final = 0.005
GAP_M: Final = 0.006
FRAME_M: Final = 0.034
LEG_M: Final = 0.045
GUIDE_M: Final = 0.009
TILE_M: Final = 0.3


class ConveyorBelt(Generator):
    """A belt conveyor."""

    name = "conveyor_belt"
    label = "Conveyor belt"
    home = "stage"
    help = "A belt conveyor along X with rollers, frame, guides and legs; things stand on its belt."
    watertight = True
    parameters = (
        length("length_m", 2.0, 0.4, 20.0, "From end to end, along X.", 0.3),
        length("width_m", 0.5, 0.1, 3.0, "Width of the belt.", 0.3),
        length("height_m", 0.75, 0.3, 1.5, "Height of the belt's upper side over the floor."),
        length("roller_radius_m", 0.045, 0.02, 0.08, "Outer radius of the belt where it turns."),
        length("guide_height_m", 0.05, 0.0, 0.4, "Height of the side guides over the belt; 0 leaves them out."),
        Int(
            "leg_pairs",
            3,
            help="How many pairs of legs.",
            minimum=2,
            maximum=20,
            group="Shape",
            suggested={"integers": [2, 4]},
        ),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the conveyor for these values, its legs on z = 0."""
        reach, width, height, radius, guide = (
            float(values[name]) for name in ("length_m", "width_m", "height_m", "roller_radius_m", "guide_height_m")
        )
        straight = reach / 2 - radius
        axle = height - radius
        side = width / 2 + GAP_M + FRAME_M / 2
        frame_low, frame_high = axle - 0.8 * radius, height + 0.004
        stops = np.linspace(-reach / 2 + 0.12 * reach, reach / 2 - 0.12 * reach, int(values["leg_pairs"]))
        legs, feet = _legs(stops, side, frame_low)
        parts = [
            Part("belt", _belt(straight, radius, width, axle), cloth("#232527", 0.62, "belt")),
            Part("rollers", _rollers(straight, radius, width, side, axle), brushed_steel()),
            Part("frame", _frame(reach, side, frame_low, frame_high), painted_metal("#c9ccd0")),
            Part("legs", legs, painted_metal("#3d4249")),
            Part("feet", feet, rubber()),
            Part("drive", _drive(straight, side, axle, radius), plain("#2f5f8a", 0.4, "painted metal")),
        ]
        if guide > 0:
            parts.append(Part("guides", _guides(reach, side, frame_high, height + guide), brushed_steel()))
        corners = tuple(
            Keypoint(f"belt_{x_name}_{y_name}", (x * straight, y * width / 2, height))
            for x_name, x in (("start", -1), ("end", 1))
            for y_name, y in (("front", -1), ("back", 1))
        )
        return ObjectModel(
            parts=tuple(parts),
            keypoints=corners,
            skeleton=(
                ("belt_start_front", "belt_end_front"),
                ("belt_end_front", "belt_end_back"),
                ("belt_end_back", "belt_start_back"),
                ("belt_start_back", "belt_start_front"),
            ),
            attributes=MappingProxyType(
                {"surface_height_m": height, "belt_length_m": 2 * straight, "belt_width_m": width}
            ),
            collision=_collision(reach, straight, width, height, radius, side, frame_low, guide, stops),
            friction=0.8,
        )


def _lying(mesh: Mesh) -> Mesh:
    """Turn the lathe's axis from z to -y."""
    return quarter_turned(mesh, 0, 1)


def _belt(straight: float, radius: float, width: float, axle: float) -> Mesh:
    """Return the endless belt: a flat band turned about a core that is a line."""
    inner, half = radius - BELT_M, width / 2
    section = np.array([(radius, -half), (radius, half), (inner, half), (inner, -half)])
    band = Profile(section, np.ones(4, dtype=np.bool_), closed=True)
    return moved(_lying(lathe(band, 32, core_m=(straight, 0.0), tile_m=TILE_M)), 0.0, 0.0, axle)


def _rollers(straight: float, radius: float, width: float, side: float, axle: float) -> Mesh:
    """Return the drums under the belt, and the ends of their shafts outside the frame."""
    drum_radius = radius - BELT_M - 0.0005
    count = max(2, round(2 * straight / 0.25) + 1)
    shaft = 2 * side + FRAME_M + 0.016
    drum = _lying(cylinder(drum_radius, width, 24, bevel_m=0.002, bevel_steps=1, tile_m=TILE_M))
    thick, thin = (
        _lying(cylinder(share * radius, shaft, 12, bevel_m=0.0015, bevel_steps=1, tile_m=TILE_M))
        for share in (0.28, 0.2)
    )
    out = []
    for number, x in enumerate(np.linspace(-straight, straight, count)):
        is_end = number in (0, count - 1)
        if is_end:
            out.append(moved(drum, float(x), width / 2, axle))
        out.append(moved(thick if is_end else thin, float(x), shaft / 2, axle))
    return merge(out)


def _frame(reach: float, side: float, low: float, high: float) -> Mesh:
    beam = uv_turned(box((reach - 0.01, FRAME_M, high - low), bevel_m=0.003, bevel_steps=2, tile_m=TILE_M))
    groove = uv_turned(box((reach - 0.011, 0.003, 0.22 * (high - low)), bevel_m=0.001, bevel_steps=1, tile_m=TILE_M))
    out = []
    for sign in (-1.0, 1.0):
        out.append(moved(beam, 0.0, sign * side, (low + high) / 2))
        # A raised strip along the outside catches the light as an extruded profile does.
        out.append(moved(groove, 0.0, sign * (side + FRAME_M / 2), low + 0.78 * (high - low)))
    return merge(out)


def _legs(stops: F64, side: float, top: float) -> tuple[Mesh, Mesh]:
    foot = 0.03
    leg = box((LEG_M, LEG_M * 0.7, top - foot + 0.01), bevel_m=0.003, bevel_steps=1, tile_m=TILE_M)
    brace = uv_turned(box((LEG_M * 0.6, 2 * side, LEG_M * 0.6), bevel_m=0.002, bevel_steps=1, tile_m=TILE_M))
    pad = cylinder(0.036, 0.012, 20, bevel_m=0.003, bevel_steps=2, tile_m=TILE_M)
    stem = cylinder(0.009, foot, 12, tile_m=TILE_M)
    legs, feet = [], []
    for x in stops:
        for sign in (-1.0, 1.0):
            legs.append(moved(leg, float(x), sign * side, (top + 0.01 + foot) / 2))
            feet.append(moved(pad, float(x), sign * side, 0.0))
            feet.append(moved(stem, float(x), sign * side, 0.004))
        legs.append(moved(brace, float(x), 0.0, foot + 0.22 * (top - foot)))
    return merge(legs), merge(feet)


def _drive(straight: float, side: float, axle: float, radius: float) -> Mesh:
    """Return the gear box and motor that hang outside the frame at the far end."""
    gear = box((2.4 * radius, 0.055, 2.4 * radius), bevel_m=0.006, bevel_steps=2, tile_m=TILE_M)
    motor = cylinder(0.8 * radius, 0.16, 24, bevel_m=0.006, bevel_steps=2, tile_m=TILE_M)
    outside = side + FRAME_M / 2
    return merge(
        [
            moved(gear, straight, outside + 0.0275, axle - 0.35 * radius),
            moved(_lying(motor), straight, outside + 0.05 + 0.16, axle - 0.35 * radius),
        ]
    )


def _guides(reach: float, side: float, low: float, top: float) -> Mesh:
    rail = quarter_turned(cylinder(GUIDE_M, reach * 0.96, 16, bevel_m=0.004, bevel_steps=2, tile_m=TILE_M), 1, 1)
    count = max(2, round(reach / 0.6) + 1)
    post = cylinder(0.6 * GUIDE_M, top - low + 0.02, 12, tile_m=TILE_M)
    out = []
    for sign in (-1.0, 1.0):
        out.append(moved(rail, -0.48 * reach, sign * side, top))
        for x in np.linspace(-0.42 * reach, 0.42 * reach, count):
            out.append(moved(post, float(x), sign * side, low - 0.02))
    return merge(out)


def _collision(
    reach: float,
    straight: float,
    width: float,
    height: float,
    radius: float,
    side: float,
    frame_low: float,
    guide: float,
    stops: F64,
) -> tuple[CollisionPiece, ...]:
    half = arc((straight, height - radius), radius, -90.0, 90.0, 8)
    ring = np.concatenate([half, half * (-1.0, 1.0)])
    belt = np.concatenate([np.insert(ring, 1, y, axis=1) for y in (-width / 2, width / 2)])
    pieces = [CollisionPiece(belt.astype(np.float32))]
    for sign in (-1.0, 1.0):
        near, far = sorted((sign * (side - FRAME_M / 2), sign * (side + FRAME_M / 2)))
        pieces.append(block((-reach / 2, near, frame_low), (reach / 2, far, height + 0.004)))
        if guide > 0:
            low, high = sorted((sign * (side - GUIDE_M), sign * (side + GUIDE_M)))
            top = height + guide
            pieces.append(block((-reach / 2, low, top - GUIDE_M), (reach / 2, high, top + GUIDE_M)))
        for x in stops:
            pieces.append(block((x - LEG_M / 2, near, 0.0), (x + LEG_M / 2, far, frame_low)))
    return tuple(pieces)
