"""A shallow tray with rounded corners and a soft lining, as dice are thrown into.

Its collision pieces leave the inside free: a floor, straight walls, and wedges around the corners.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, CollisionPiece, Generator, Keypoint, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import block, density, length
from myriorama.scenes.geometry.combine import moved, uv_turned
from myriorama.scenes.geometry.lathe import lathe, outline_points
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import rounded
from myriorama.scenes.materials.finishes import cloth, timber

TILE_M: Final = 0.18
CORNER_FACETS: Final = 48
LINING_M: Final = 0.0015
COLLISION_FACETS: Final = 16


class Tray(Generator):
    """A tray with walls."""

    name = "tray"
    label = "Tray"
    home = "stage"
    help = "A shallow tray with walls and a felt lining; things lie in it."
    watertight = True
    parameters = (
        length("size_x_m", 0.32, 0.06, 2.0, "Outer width.", 0.3),
        length("size_y_m", 0.24, 0.06, 2.0, "Outer depth.", 0.3),
        length("height_m", 0.038, 0.02, 0.3, "Outer height of the walls."),
        length("wall_m", 0.009, 0.002, 0.012, "Thickness of the walls."),
        length("floor_m", 0.006, 0.002, 0.01, "Thickness of the floor."),
        length("corner_m", 0.022, 0.001, 0.024, "Radius of the outer corners."),
        Bool("lining", True, help="Whether felt covers the floor.", group="Shape"),
        density(650.0, "wood"),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the tray for these values."""
        size_x, size_y, height, wall, floor, corner = (
            float(values[n]) for n in ("size_x_m", "size_y_m", "height_m", "wall_m", "floor_m", "corner_m")
        )
        core = (size_x / 2 - corner, size_y / 2 - corner)
        foot = min(0.15 * corner, 0.15 * wall, 0.2 * floor)
        lip, cove = 0.48 * wall, min(0.3 * max(corner - wall, 0.0), 0.4 * (height - floor))
        line = rounded(
            [
                (0.5 * corner, 0.0),
                (corner, 0.0),
                (corner, height),
                (corner - wall, height),
                (corner - wall, floor),
                (corner - wall - 2 * cove - 1e-4, floor),
            ],
            [0.0, foot, min(lip, 0.9 * corner), lip, cove, 0.0],
            4,
        )
        body = uv_turned(lathe(line, CORNER_FACETS, core_m=core, cap_start=True, cap_end=True, tile_m=TILE_M))
        mass = signed_volume_m3(body) * float(values["density_kg_m3"])
        parts = [Part("body", body, timber("#8a5a35", "#4a2c18", seed=2, roughness=0.42))]
        inside = floor
        if values["lining"]:
            offset = corner - wall - 0.0005
            felt = rounded(
                [(min(0.5 * offset, offset - 1e-4), 0.0), (offset, 0.0), (offset, LINING_M)], [0.0, 0.0, 0.0], 1
            )
            sheet = lathe(felt, CORNER_FACETS, core_m=core, cap_start=True, cap_end=True, tile_m=TILE_M / 2)
            parts.append(Part("lining", moved(sheet, 0.0, 0.0, floor), cloth("#1d5c42", 0.95, "felt")))
            inside = floor + LINING_M
        crest = int(np.argmax(line.points[:, 1]))
        rim = float(line.points[crest, 0])
        keypoints = tuple(
            Keypoint(name, (x * (core[0] + rim), y * (core[1] + rim), height))
            for name, x, y in (("rim_right", 1, 0), ("rim_back", 0, 1), ("rim_left", -1, 0), ("rim_front", 0, -1))
        )
        return ObjectModel(
            parts=tuple(parts),
            keypoints=keypoints,
            attributes=MappingProxyType(
                {"surface_height_m": inside, "mass_g": mass * 1e3, "has_lining": bool(values["lining"])}
            ),
            collision=_collision(core, corner, wall, height, inside),
            mass_kg=mass,
            friction=0.7,
        )


def _collision(
    core: tuple[float, float], corner: float, wall: float, height: float, inside: float
) -> tuple[CollisionPiece, ...]:
    outer = outline_points(core, corner, COLLISION_FACETS)
    inner = outline_points(core, corner - wall, COLLISION_FACETS)
    x, y = core[0] + corner, core[1] + corner
    pieces = [block((-x + wall / 2, -y + wall / 2, 0.0), (x - wall / 2, y - wall / 2, inside))]
    for a in range(len(outer) - 1):
        plan = np.stack([outer[a], outer[a + 1], inner[a], inner[a + 1]])
        points = np.concatenate([np.column_stack([plan, np.full(4, z)]) for z in (0.0, height)])
        pieces.append(CollisionPiece(points.astype(np.float32)))
    return tuple(pieces)
