"""A table to stand things on: a top with rounded corners, an apron, and four tapered legs.

It has nothing on it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Generator, Keypoint, Mesh, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import block, density, length, ratio
from myriorama.scenes.geometry.box import box
from myriorama.scenes.geometry.combine import merge, moved, uv_turned
from myriorama.scenes.geometry.lathe import lathe
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import rounded
from myriorama.scenes.materials.finishes import timber

TILE_M: Final = 0.5
CORNER_FACETS: Final = 48


class Table(Generator):
    """A four-legged table."""

    name = "table"
    label = "Table"
    home = "stage"
    help = "A wooden table; things stand on its top."
    watertight = True
    parameters = (
        length("size_x_m", 1.2, 0.3, 6.0, "Width of the top.", 0.3),
        length("size_y_m", 0.75, 0.3, 6.0, "Depth of the top.", 0.3),
        length("height_m", 0.74, 0.2, 1.5, "Height of the upper side over the floor."),
        length("thickness_m", 0.028, 0.012, 0.08, "Thickness of the top."),
        length("leg_m", 0.055, 0.02, 0.1, "Width of a leg at its upper end."),
        ratio("leg_taper", 0.7, 0.4, 1.0, "Width of a leg at the floor over that above."),
        ratio("corner", 0.06, 0.0, 0.5, "Radius of the top's corners over its shorter side; 0.5 is a round end."),
        density(680.0, "wood"),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the table for these values, its legs on z = 0."""
        size_x, size_y, height = (float(values[n]) for n in ("size_x_m", "size_y_m", "height_m"))
        thick, leg = float(values["thickness_m"]), float(values["leg_m"])
        corner = max(float(values["corner"]) * min(size_x, size_y), 0.3 * thick)
        top = moved(_top(size_x, size_y, thick, corner), 0.0, 0.0, height - thick)
        # The legs stand inside the rounded corners.
        inset = 0.05 * min(size_x, size_y) + leg / 2 + corner * (1 - float(np.sqrt(0.5)))
        reach_x, reach_y = size_x / 2 - inset, size_y / 2 - inset
        under = height - thick
        legs = _legs(reach_x, reach_y, leg, float(values["leg_taper"]), under)
        apron = _apron(reach_x, reach_y, leg, under)
        mass = sum(signed_volume_m3(m) for m in (top, legs, apron)) * float(values["density_kg_m3"])
        sides = (("front", -1), ("back", 1)), (("left", -1), ("right", 1))
        blunt = corner * (1 - float(np.sqrt(0.5)))
        keypoints = tuple(
            Keypoint(f"top_{y_name}_{x_name}", (x * (size_x / 2 - blunt), y * (size_y / 2 - blunt), height - thick / 2))
            for y_name, y in sides[0]
            for x_name, x in sides[1]
        )
        half = leg / 2
        feet = [(x * reach_x, y * reach_y) for x in (-1, 1) for y in (-1, 1)]
        return ObjectModel(
            parts=(
                Part("top", top, timber()),
                Part("legs", legs, timber(seed=1), slot="legs"),
                Part("apron", apron, timber(seed=1), slot="legs"),
            ),
            keypoints=keypoints,
            skeleton=(
                ("top_front_left", "top_front_right"),
                ("top_front_right", "top_back_right"),
                ("top_back_right", "top_back_left"),
                ("top_back_left", "top_front_left"),
            ),
            attributes=MappingProxyType({"surface_height_m": height, "mass_g": mass * 1e3}),
            collision=(
                block((-size_x / 2, -size_y / 2, under), (size_x / 2, size_y / 2, height)),
                *(block((x - half, y - half, 0.0), (x + half, y + half, under)) for x, y in feet),
            ),
            mass_kg=mass,
            friction=0.5,
        )


def _top(size_x: float, size_y: float, thick: float, corner: float) -> Mesh:
    edge = min(0.25 * thick, 0.5 * corner)
    # Caps end short of the core, which is a mere line where the ends are round.
    line = rounded(
        [(0.5 * corner, 0.0), (corner, 0.0), (corner, thick), (0.5 * corner, thick)], [0.0, edge, edge, 0.0], 3
    )
    core = (size_x / 2 - corner, size_y / 2 - corner)
    # Grain along the length.
    return uv_turned(lathe(line, CORNER_FACETS, core_m=core, cap_start=True, cap_end=True, tile_m=TILE_M))


def _legs(reach_x: float, reach_y: float, leg: float, taper: float, height: float) -> Mesh:
    """Return four legs, square above and slimmer at the floor."""
    one = moved(box((leg, leg, height), bevel_m=0.08 * leg, bevel_steps=1, tile_m=TILE_M), 0.0, 0.0, height / 2)
    share = taper + (1 - taper) * np.clip(one.positions[:, 2:] / np.float32(height), 0, 1)
    positions = one.positions * np.concatenate([share, share, np.ones_like(share)], axis=1)
    # The sides lean outwards by the taper over the height.
    lean = np.float32((1 - taper) * leg / 2 / height)
    outward = np.sqrt((one.normals[:, :2] ** 2).sum(axis=1))
    normals = np.column_stack([one.normals[:, :2], one.normals[:, 2] - lean * outward])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    slim = Mesh(positions.astype(np.float32), normals.astype(np.float32), one.uv, one.faces)
    return merge([moved(slim, x * reach_x, y * reach_y, 0.0) for x in (-1, 1) for y in (-1, 1)])


def _apron(reach_x: float, reach_y: float, leg: float, under: float) -> Mesh:
    """Return the four boards below the top, from leg to leg."""
    board, deep = 0.4 * leg, min(0.09, 0.25 * under)
    z = under - deep / 2
    along = uv_turned(box((2 * reach_x - 0.5 * leg, board, deep), bevel_m=0.1 * board, bevel_steps=1, tile_m=TILE_M))
    across = uv_turned(box((board, 2 * reach_y - 0.5 * leg, deep), bevel_m=0.1 * board, bevel_steps=1, tile_m=TILE_M))
    return merge(
        [moved(along, 0.0, sign * reach_y, z) for sign in (-1, 1)]
        + [moved(across, sign * reach_x, 0.0, z) for sign in (-1, 1)]
    )
