"""A traffic cone: a heavy square foot, a tapered shell, and reflecting sleeves around it.

It stands or is laid by a placement; it never folds or dents.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, Generator, Int, Keypoint, Mesh, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import (
    DETAIL,
    FACETS_PER_STEP,
    block,
    density,
    length,
    ratio,
    turned_piece,
)
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.lathe import bridge, lathe
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import Profile, rounded
from myriorama.scenes.materials.finishes import plain, plastic, rubber

TILE_M: Final = 0.25
SLEEVE_M: Final = 0.0009
BASE_DENSITY_KG_M3: Final = 1450.0
SLEEVE_DENSITY_KG_M3: Final = 1200.0


class ConeMarker(Generator):
    """A traffic cone."""

    name = "cone_marker"
    label = "Traffic cone"
    help = "A traffic cone with a square foot and reflecting stripes."
    watertight = True
    parameters = (
        length("height_m", 0.5, 0.1, 1.2, "Height with its foot."),
        ratio("base_ratio", 0.56, 0.4, 0.9, "Width of the square foot over the height."),
        ratio("cone_ratio", 0.72, 0.45, 0.85, "Diameter of the cone at its foot over the foot's width."),
        ratio("top_ratio", 0.2, 0.08, 0.4, "Diameter at the top over that at the foot."),
        Int(
            "stripes",
            2,
            help="How many reflecting sleeves.",
            minimum=0,
            maximum=3,
            group="Stripes",
            suggested={"integers": [0, 2]},
        ),
        ratio("stripe_height", 0.16, 0.06, 0.2, "Height of a sleeve over that of the cone.", "Stripes"),
        Bool("hollow", True, help="Whether it is an open shell, as real ones are.", group="Shape"),
        density(1300.0, "cone"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the cone for these values."""
        height = float(values["height_m"])
        side = height * float(values["base_ratio"])
        foot = 0.055 * height
        low_radius = side * float(values["cone_ratio"]) / 2
        high_radius = low_radius * float(values["top_ratio"])
        wall = 0.18 * high_radius
        segments = FACETS_PER_STEP * int(values["detail"])
        hollow = bool(values["hollow"])
        base = _base(side, foot, low_radius, wall, segments, hollow)
        cone = _shell(height, foot, low_radius, high_radius, wall, segments, hollow)
        mass = signed_volume_m3(base) * BASE_DENSITY_KG_M3 + signed_volume_m3(cone) * float(values["density_kg_m3"])
        parts = [Part("cone", cone, plastic("#f0561d", 0.46)), Part("base", base, rubber())]
        white = plain("#eef0f2", 0.32, "reflecting sleeve")
        slant = (high_radius - low_radius) / (height - foot)
        for number, (start, finish) in enumerate(_bands(values, height, foot)):
            radii = [low_radius + slant * (z - foot) for z in (start, finish)]
            sleeve = _sleeve(radii[0], radii[1], start, finish, wall, segments)
            mass += signed_volume_m3(sleeve) * SLEEVE_DENSITY_KG_M3
            parts.append(Part(f"stripe_{number + 1}", sleeve, white, slot="stripe"))
        half = side / 2
        corner = half - 0.12 * side * (1 - float(np.sqrt(0.5)))
        keypoints = [
            # The middle of the open top belongs to no surface.
            Keypoint("tip", (0.0, 0.0, height), kind="interior" if hollow else "surface"),
            *(
                Keypoint(f"base_{y_name}_{x_name}", (x * corner, y * corner, 0.3 * foot))
                for y_name, y in (("front", -1), ("back", 1))
                for x_name, x in (("left", -1), ("right", 1))
            ),
        ]
        return ObjectModel(
            parts=tuple(parts),
            keypoints=tuple(keypoints),
            skeleton=tuple(("tip", k.name) for k in keypoints[1:]),
            attributes=MappingProxyType(
                {"mass_g": mass * 1e3, "height_m": height, "stripes": int(values["stripes"]), "is_hollow": hollow}
            ),
            collision=(
                block((-half, -half, 0.0), (half, half, foot)),
                turned_piece([(low_radius, foot), (high_radius, height)]),
            ),
            mass_kg=mass,
            friction=0.7,
        )


def _bands(values: Values, height: float, foot: float) -> list[tuple[float, float]]:
    """Return the lower and upper edge of each sleeve, metres; the top one is the widest apart from the tip."""
    count, share = int(values["stripes"]), float(values["stripe_height"])
    room = height - foot
    middles = {0: (), 1: (0.62,), 2: (0.43, 0.74), 3: (0.25, 0.51, 0.77)}[count]
    return [(foot + room * (m - share / 2), foot + room * (m + share / 2)) for m in middles]


def _base(side: float, foot: float, radius: float, wall: float, segments: int, hollow: bool) -> Mesh:
    """Return the foot: a rounded square plate with sloping edge; hollow, a hole under the cone."""
    corner = 0.12 * side
    core = (side / 2 - corner, side / 2 - corner)
    edge = rounded(
        [(0.0, 0.0), (corner, 0.0), (corner, 0.55 * foot), (corner - 0.3 * foot, foot), (0.0, foot)],
        [0.0, 0.12 * foot, 0.1 * foot, 0.15 * foot, 0.0],
        3,
    )
    if not hollow:
        return lathe(edge, segments, core_m=core, cap_start=True, cap_end=True, tile_m=TILE_M)
    last = len(edge.points) - 2
    rim = lathe(edge.part(1, last), segments, core_m=core, tile_m=TILE_M)
    hole = radius - wall
    ends = [(float(edge.points[i, 0]), float(edge.points[i, 1])) for i in (1, last)]
    below = bridge(hole, ends[0][0], ends[0][1], segments, core_m=core, up=False, tile_m=TILE_M)
    above = bridge(hole, ends[1][0], ends[1][1], segments, core_m=core, up=True, tile_m=TILE_M)
    bore = lathe(Profile(np.array([(hole, foot), (hole, 0.0)]), np.array([True, True])), segments, tile_m=TILE_M)
    return merge([rim, below, above, bore])


def _shell(height: float, foot: float, low: float, high: float, wall: float, segments: int, hollow: bool) -> Mesh:
    """Return the cone above the foot, with a collar at its bottom and a rounded rim at its top."""
    sunk = 0.25 * foot
    collar = 0.05 * low
    outer: list[tuple[float, float]] = [
        (low + collar, foot - sunk),
        (low + collar, foot + 0.02 * height),
        (low + (high - low) * 0.045, foot + 0.045 * (height - foot)),
        (high, height),
    ]
    radii = [0.0, 0.6 * collar, 0.6 * collar, 0.45 * wall]
    soft = 0.45 * wall
    if hollow:
        inner: list[tuple[float, float]] = [(high - wall, height), (low - wall, foot - sunk)]
        line = rounded([*outer, *inner, outer[0]], [*radii, soft, 0.0, 0.0], 3)
        return lathe(Profile(line.points[:-1], line.hard[:-1], closed=True), segments, tile_m=TILE_M)
    line = rounded([(0.0, foot - sunk), *outer, (0.0, height)], [0.0, *radii, 0.0], 3)
    return lathe(line, segments, tile_m=TILE_M)


def _sleeve(low: float, high: float, start: float, finish: float, wall: float, segments: int) -> Mesh:
    inset = 0.4 * wall
    points: F64 = np.array(
        [
            (low - inset, start),
            (low + SLEEVE_M, start),
            (high + SLEEVE_M, finish),
            (high - inset, finish),
        ]
    )
    return lathe(Profile(points, np.ones(4, dtype=np.bool_), closed=True), segments, tile_m=TILE_M)
