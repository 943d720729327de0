"""A patch of tilled soil: ridges along +X, clods, stones, straw, wheel tracks, dry or wet.

It is a block with a real surface; nothing grows on it, and nothing sinks in.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Choice,
    CollisionPiece,
    Color,
    Float,
    Generator,
    Int,
    Material,
    ObjectModel,
    Part,
    Values,
)
from myriorama.plugins.generators._crumbs import lumps, straw
from myriorama.plugins.generators._declared import block, length
from myriorama.plugins.generators._terrain import Terrain, soil_pictures, terrain
from myriorama.scenes.materials.finishes import plain, timber

LEVEL_M: Final = 0.3
"""Mean level of the surface above the block's underside, where the origin is."""
CELLS_PER_STEP: Final = 48
TEXELS_PER_STEP: Final = 256
CLODS_PER_M2: Final = 360.0
STONES_PER_M2: Final = 25.0
STRAW_PER_M2: Final = 120.0
MOST_BODIES: Final = 1600
"""Of clods; on a patch so large that more would lie there, they are spread thinner."""
TILES: Final = 12


def share(name: str, default: float, help_text: str, group: str, suggested: tuple[float, float]) -> Float:
    """Declare a number from 0 to 1."""
    return Float(
        name,
        default,
        help=help_text,
        minimum=0.0,
        maximum=1.0,
        group=group,
        suggested={"uniform": list(suggested)},
    )


class SoilPatch(Generator):
    """Tilled soil."""

    name = "soil_patch"
    label = "Soil patch"
    home = "stage"
    watertight = True
    help = "A block of tilled soil with a real surface; its mean level is 0.3 m over its origin, ridges run along X."
    parameters = (
        length("length_m", 3.0, 0.5, 20.0, "Size along X, the way the ridges run.", 0.2, "Size"),
        length("width_m", 2.0, 0.5, 20.0, "Size along Y.", 0.2, "Size"),
        length(
            "ridge_spacing_m", 0.5, 0.1, 3.0, "From ridge to ridge; one crest is on the middle line.", 0.1, "Ridges"
        ),
        Float(
            "ridge_height_m",
            0.03,
            help="From furrow to crest; 0 is a level seedbed.",
            unit="m",
            minimum=0.0,
            maximum=0.24,
            group="Ridges",
            suggested={"uniform": [0.0, 0.05]},
        ),
        share(
            "roughness", 0.4, "Unevenness of the tilth, from a rolled seedbed to coarse ground.", "Tilth", (0.2, 0.6)
        ),
        length("clod_size_m", 0.018, 0.006, 0.08, "Median size of the clods; some are twice that.", 0.3, "Tilth"),
        share("clods", 0.5, "How many clods lie about.", "Tilth", (0.2, 0.8)),
        share("stones", 0.08, "How many stones lie about.", "Tilth", (0.0, 0.3)),
        share("residue", 0.1, "How much straw of the last crop lies about.", "Residue", (0.0, 0.4)),
        share(
            "moisture",
            0.35,
            "0 is dry and pale, 1 wet and dark; hollows stay moist longest.",
            "Look",
            (0.1, 0.7),
        ),
        Color(
            "color",
            "#94816c",
            help="The soil when dry.",
            group="Look",
            suggested={"palette": ["#94816c", "#8a7460", "#a58a6c", "#94704f", "#7d6a5a"]},
        ),
        Float(
            "track_depth_m",
            0.0,
            help="Depth of two wheel tracks along X; 0 leaves them out.",
            unit="m",
            minimum=0.0,
            maximum=0.06,
            group="Tracks",
            suggested={"uniform": [0.0, 0.04]},
        ),
        length("track_width_m", 0.32, 0.05, 1.0, "Width of a track.", 0.2, "Tracks"),
        length("track_gauge_m", 1.5, 0.3, 4.0, "From the middle of one track to that of the other.", 0.1, "Tracks"),
        Float(
            "track_offset_m",
            0.0,
            help="Where the middle between the tracks is, along Y.",
            unit="m",
            minimum=-10.0,
            maximum=10.0,
            group="Tracks",
        ),
        Choice(
            "support",
            "level",
            help="What things rest on. level: a flat block at the mean level; relief: tiles that follow the surface.",
            options=("level", "relief"),
            group="Physics",
        ),
        Int(
            "variant",
            0,
            help="Which of the endless patches of this kind.",
            minimum=0,
            maximum=2**31 - 1,
            group="Look",
            suggested={"integers": [0, 9999]},
        ),
        Int(
            "detail",
            5,
            help="Fineness: 48 squares and 256 texels along the longer side for each step.",
            minimum=1,
            maximum=8,
            group="Mesh",
        ),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the patch for these values, its underside on z = 0."""
        seed, detail = int(values["variant"]), int(values["detail"])
        ground = terrain(values, CELLS_PER_STEP * detail)
        color, relief, moisture = soil_pictures(ground, values, TEXELS_PER_STEP * detail)
        damp = float(moisture.mean())
        soil = Material(
            base_color=(0.86, 0.86, 0.86),
            roughness=0.97 - 0.38 * damp * damp,
            base_color_texture=color,
            normal_texture=relief,
            name="soil",
        )
        area = float(values["length_m"]) * float(values["width_m"])
        size = float(values["clod_size_m"])
        parts = [Part("soil", ground.mesh(LEVEL_M), soil)]
        clods = min(MOST_BODIES, round(float(values["clods"]) * CLODS_PER_M2 * area))
        found = lumps(
            "clods", seed, clods, size, ground, LEVEL_M, jagged=0.42, flat=0.78, sunk=0.25, loose_only=True
        ) if clods else None  # fmt: skip
        if found is not None:
            # What sticks out has dried.
            parts.append(Part("clods", found, replace(soil, base_color=(1.0, 1.0, 1.0), normal_scale=0.7), "soil"))
        count = min(MOST_BODIES, round(float(values["stones"]) * STONES_PER_M2 * area))
        found = lumps(
            "stones", seed, count, 0.02, ground, LEVEL_M, jagged=0.2, flat=0.62, sunk=0.4, loose_only=False
        ) if count else None  # fmt: skip
        if found is not None:
            parts.append(Part("stones", found, plain("#8f8a80", 0.72, "stone")))
        found = straw(seed, min(MOST_BODIES, round(float(values["residue"]) * STRAW_PER_M2 * area)), ground, LEVEL_M)
        if found is not None:
            parts.append(Part("residue", found, timber("#d9c490", "#a88d58", seed % 16, 0.7)))
        return ObjectModel(
            parts=tuple(parts),
            attributes=MappingProxyType(
                {
                    "surface_height_m": LEVEL_M,
                    "moisture": damp,
                    "ridge_spacing_m": float(values["ridge_spacing_m"]),
                    "clod_count": clods,
                }
            ),
            collision=_level(ground) if values["support"] == "level" else _tiles(ground),
            friction=0.9,
        )


def _level(ground: Terrain) -> tuple[CollisionPiece, ...]:
    half_x, half_y = float(ground.x_m[-1]), float(ground.y_m[-1])
    return (block((-half_x, -half_y, 0.0), (half_x, half_y, LEVEL_M)),)


def _tiles(ground: Terrain) -> tuple[CollisionPiece, ...]:
    """Return convex tiles between the corners of a coarse grid, so that what falls lies on ridges and in furrows."""
    longer = max(float(np.ptp(ground.x_m)), float(np.ptp(ground.y_m)))
    counts = [max(2, round(TILES * float(np.ptp(axis)) / longer)) for axis in (ground.x_m, ground.y_m)]
    # Across the ridges twice as fine as along them.
    x = np.linspace(ground.x_m[0], ground.x_m[-1], counts[0] + 1)
    y = np.linspace(ground.y_m[0], ground.y_m[-1], 2 * counts[1] + 1)
    top = ground.at(*np.meshgrid(x, y)) + LEVEL_M
    out = []
    for i in range(len(y) - 1):
        for j in range(len(x) - 1):
            corners = [(x[j + b], y[i + a], z) for a in (0, 1) for b in (0, 1) for z in (0.0, top[i + a, j + b])]
            out.append(CollisionPiece(np.array(corners, dtype=np.float32)))
    return tuple(out)
