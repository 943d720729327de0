"""A mug: turned body with wall, floor, foot ring and rounded lip, and a handle that grows out of the wall.

It pours nothing: capacity is the volume inside up to the lip.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from myriorama.plugins.api import (
    Bool,
    CollisionPiece,
    Generator,
    Keypoint,
    ObjectModel,
    Part,
    Values,
)
from myriorama.plugins.generators._declared import (
    DETAIL,
    FACETS_PER_STEP,
    density,
    length,
    ratio,
    turned_piece,
    wall_pieces,
)
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.lathe import lathe
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import Profile, rounded, turned_volume_m3
from myriorama.scenes.geometry.sweep import bezier, skin, tube_grid
from myriorama.scenes.materials.finishes import ceramic

TILE_M = 0.08
HANDLE_RINGS = 26
HANDLE_FACETS_PER_STEP = 5


class Mug(Generator):
    """A mug with or without a handle."""

    name = "mug"
    label = "Mug"
    help = "A ceramic mug, open at the top; its handle points along +X."
    watertight = True
    parameters = (
        length("height_m", 0.095, 0.05, 0.25, "Height from the table to the lip."),
        length("diameter_m", 0.082, 0.04, 0.14, "Outer diameter at the lip."),
        ratio("base_ratio", 0.92, 0.7, 1.15, "Diameter at the foot over that at the lip."),
        ratio("belly", 0.0, -0.06, 0.2, "How far the wall swells at half height, over the lip's radius."),
        length("wall_m", 0.0038, 0.0015, 0.006, "Thickness of the wall."),
        Bool("handle", True, help="Whether it has a handle.", group="Handle"),
        ratio("handle_reach", 0.34, 0.28, 0.6, "How far the handle stands off the wall, over the height.", "Handle"),
        ratio("handle_height", 0.85, 0.5, 1.0, "Height of the handle over what the wall has room for.", "Handle"),
        ratio(
            "handle_thickness",
            0.095,
            0.05,
            0.115,
            "Thickness of the handle over height or diameter, whichever is less; it is wider than thick.",
            "Handle",
        ),
        density(2350.0, "ceramic"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the mug for these values."""
        form = _Form.of(values)
        segments = FACETS_PER_STEP * int(values["detail"])
        profile = form.profile()
        crest = int(np.argmax(profile.points[:, 1]))
        outside = lathe(profile.part(0, crest), segments, tile_m=TILE_M)
        inside = lathe(profile.part(crest, len(profile.points) - 1), segments, tile_m=TILE_M)
        glaze = ceramic()
        parts = [Part("body", outside, glaze), Part("inside", inside, glaze)]
        volume = signed_volume_m3(merge([outside, inside]))
        keypoints = [Keypoint("base_centre", (0.0, 0.0, form.recess_m))]
        crest_radius, crest_z = profile.points[crest]
        for name, x, y in (("right", 1, 0), ("back", 0, 1), ("left", -1, 0), ("front", 0, -1)):
            keypoints.append(Keypoint(f"rim_{name}", (x * crest_radius, y * crest_radius, crest_z)))
        skeleton = [("rim_right", "rim_back"), ("rim_back", "rim_left"), ("rim_left", "rim_front")]
        skeleton.append(("rim_front", "rim_right"))
        collision = list(form.collision())
        if values["handle"]:
            facets = HANDLE_FACETS_PER_STEP * (int(values["detail"]) + 1)
            grid = form.handle_grid(facets, form.wall_m * 0.4)
            parts.append(Part("handle", skin(grid, tile_m=TILE_M), glaze, slot="body"))
            # Its own volume counts from the outside of the wall on, so that the joint is weighed once.
            volume += signed_volume_m3(skin(form.handle_grid(facets, 0.0)))
            keypoints.extend(_handle_keypoints(grid))
            skeleton += [("rim_right", "handle_top"), ("handle_top", "handle_outer"), ("handle_outer", "handle_bottom")]
            collision.extend(_handle_collision(grid))
        mass = volume * float(values["density_kg_m3"])
        inner = profile.points[crest:][::-1]
        attributes = {
            "mass_g": mass * 1e3,
            "volume_ml": turned_volume_m3(inner) * 1e6,
            "height_m": form.height_m,
            "has_handle": bool(values["handle"]),
        }
        return ObjectModel(
            parts=tuple(parts),
            keypoints=tuple(keypoints),
            skeleton=tuple(skeleton),
            attributes=MappingProxyType(attributes),
            collision=tuple(collision),
            mass_kg=mass,
            friction=0.45,
        )


def _handle_keypoints(grid: F64) -> list[Keypoint]:
    outer = grid.reshape(-1, 3)[np.argmax(grid[..., 0])]
    top = grid[HANDLE_RINGS // 6, np.argmax(grid[HANDLE_RINGS // 6, :, 2])]
    bottom = grid[-1 - HANDLE_RINGS // 6, np.argmin(grid[-1 - HANDLE_RINGS // 6, :, 2])]
    places = {"handle_top": top, "handle_outer": outer, "handle_bottom": bottom}
    return [Keypoint(name, (float(p[0]), float(p[1]), float(p[2]))) for name, p in places.items()]


def _handle_collision(grid: F64) -> list[CollisionPiece]:
    stops = np.linspace(0, HANDLE_RINGS - 1, 6).round().astype(int)
    thin = max(1, (grid.shape[1] - 1) // 8)
    return [
        CollisionPiece(grid[[a, b], :-1:thin].reshape(-1, 3).astype(np.float32))
        for a, b in zip(stops[:-1], stops[1:], strict=True)
    ]


def _lean(low: F64, high: F64) -> float:
    """Return how far a piece of wall leans outwards from upright, radians."""
    return float(np.arctan2(high[0] - low[0], high[1] - low[1]))


@dataclass(frozen=True)
class _Form:
    """The mug's measures, metres, and the lines that follow from them."""

    height_m: float
    lip_radius_m: float
    base_radius_m: float
    belly_m: float
    wall_m: float
    reach_m: float
    handle_height: float
    thickness_m: float

    @staticmethod
    def of(values: Values) -> _Form:
        """Read the values."""
        radius = float(values["diameter_m"]) / 2
        return _Form(
            height_m=float(values["height_m"]),
            lip_radius_m=radius,
            base_radius_m=radius * float(values["base_ratio"]),
            belly_m=radius * float(values["belly"]),
            wall_m=float(values["wall_m"]),
            reach_m=float(values["handle_reach"]) * float(values["height_m"]),
            handle_height=float(values["handle_height"]),
            thickness_m=float(values["handle_thickness"]) * min(float(values["height_m"]), 2 * radius),
        )

    @property
    def recess_m(self) -> float:
        """How far the bottom lies above the foot ring."""
        return min(0.002, 0.5 * self.wall_m)

    @property
    def floor_m(self) -> float:
        """Height of the floor inside."""
        return self.recess_m + 1.25 * self.wall_m

    def radius_at(self, z: F64 | float) -> F64:
        """Return the outer radius at a height."""
        share = np.asarray(z, dtype=np.float64) / self.height_m
        straight = self.base_radius_m + (self.lip_radius_m - self.base_radius_m) * share
        return np.asarray(straight + self.belly_m * np.sin(np.pi * share))

    def profile(self) -> Profile:
        """Return the outline from the middle of the bottom round the lip to the middle of the floor."""
        pieces = 10 if self.belly_m else 1
        up = np.linspace(0.0, self.height_m, pieces + 1)
        down = np.linspace(self.height_m, self.floor_m, pieces + 1)
        outer = np.column_stack([self.radius_at(up), up])
        inner = np.column_stack([self.radius_at(down) - self.wall_m, down])
        foot = min(2.2 * self.wall_m, 0.35 * self.base_radius_m)
        lean_low, lean_high = _lean(outer[0], outer[1]), _lean(outer[-2], outer[-1])
        inner_low, inner_high = _lean(inner[-1], inner[-2]), _lean(inner[1], inner[0])
        # An arc needs its radius times the tangent of half its turn on both sides.
        piece = (self.height_m - self.floor_m) / pieces
        base_reach = np.tan((np.pi / 2 - lean_low) / 2)
        floor_reach = np.tan((np.pi / 2 + inner_low) / 2)
        base = min(0.006, 0.42 * piece / base_reach, 0.6 * foot / base_reach)
        floor = min(0.007, 0.42 * piece / floor_reach, 0.45 * float(inner[-1, 0]) / floor_reach)
        lip = 0.98 * self.wall_m / (np.tan((np.pi / 2 + lean_high) / 2) + np.tan((np.pi / 2 - inner_high) / 2))
        chamfer = 0.45 * self.recess_m
        ring = self.base_radius_m - foot
        points = [(0.0, self.recess_m), (ring - self.recess_m, self.recess_m), (ring, 0.0)]
        radii = [0.0, chamfer, chamfer]
        points += [(float(r), float(z)) for r, z in outer]
        radii += [base] + [0.0] * (pieces - 1) + [lip]
        points += [(float(r), float(z)) for r, z in inner] + [(0.0, self.floor_m)]
        radii += [lip] + [0.0] * (pieces - 1) + [floor, 0.0]
        return rounded(points, radii, 5, soft=range(len(points)))

    def handle_grid(self, facets: int, embedded_m: float) -> F64:
        """Return (rings, facets + 1, 3) points of the handle; its ends lie `embedded_m` inside the wall's outside."""
        flare = 0.45
        half_in, half_out = self.thickness_m / 2, self.thickness_m * 0.72
        margin = half_in * (1 + flare) + 0.06 * self.height_m
        span = (self.height_m - 2 * margin) * self.handle_height
        high, low = (self.height_m + span) / 2, (self.height_m - span) / 2
        start, finish = float(self.radius_at(high)), float(self.radius_at(low))
        # A cubic's middle takes three quarters of its inner control points and one of its ends.
        widest = float(self.radius_at(np.linspace(low, high, 9)).max())
        out = (widest + self.reach_m - half_in - 0.125 * (start + finish)) / 0.75
        control = [
            (start - embedded_m, 0.0, high),
            (out, 0.0, high + 0.12 * span),
            (out, 0.0, low + 0.02 * span),
            (finish - embedded_m, 0.0, low),
        ]
        curve = bezier(np.array(control), HANDLE_RINGS)
        steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        near = np.minimum(along, along[-1] - along) / (1.1 * self.thickness_m)
        grow = 1 + flare * np.exp(-near * near)
        widths = np.column_stack([half_in * grow, half_out * grow])
        grid = tube_grid(curve, widths, facets, (0.0, 0.0, 1.0))
        for end in (0, -1):
            target = self.radius_at(grid[end, :, 2]) - embedded_m
            grid[end, :, 0] = np.sqrt(target**2 - grid[end, :, 1] ** 2)
        return grid

    def collision(self) -> tuple[CollisionPiece, ...]:
        """Return the wall as sectors and the floor as a disc, so that small things fall in.

        The cove between the two is left out: it would double the pieces for less than 3 mm.
        """
        stops = np.linspace(0.0, self.height_m, 4 if self.belly_m else 2)
        outer = [(float(self.radius_at(z)), float(z)) for z in stops]
        inner = [(r - self.wall_m, z) for r, z in outer]
        inside = float(self.radius_at(self.floor_m)) - self.wall_m
        floor = turned_piece([(self.base_radius_m - self.wall_m, 0.0), (inside, self.floor_m)], 16)
        return (*wall_pieces(outer, inner, 12), floor)
