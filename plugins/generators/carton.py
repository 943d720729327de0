"""A folding carton: printed sides, bare inside, four flaps that stand open or lie shut under tape.

Open flaps are rigid leaves about their hinges; cardboard does not bend here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Bool,
    Choice,
    CollisionPiece,
    Color,
    Float,
    Generator,
    Int,
    Keypoint,
    Mesh,
    ObjectModel,
    Part,
    Values,
)
from myriorama.plugins.generators._declared import block, density, length, placed
from myriorama.scenes.geometry.box import box
from myriorama.scenes.geometry.combine import merge, moved, rotation_about, translation, with_faces
from myriorama.scenes.geometry.lathe import lathe
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import Profile, rounded
from myriorama.scenes.materials.finishes import cardboard, plain, textured
from myriorama.scenes.materials.packaging import carton_texture

TILE_M: Final = 0.12
CORNER_FACETS: Final = 24
TAPE_M: Final = 0.0004
# Each flap stands a little differently; leaves that agree to the degree look drawn.
FLAP_SHARES: Final = (1.0, 0.93, 1.04, 0.97)
RETAIL_PAPER: Final = "#f2f0eb"


class Carton(Generator):
    """A cardboard box with flaps."""

    name = "carton"
    label = "Carton"
    help = "A printed cardboard box with four flaps, open or taped shut; its front faces -Y."
    watertight = True
    parameters = (
        length("size_x_m", 0.3, 0.05, 1.5, "Width of the front.", 0.3),
        length("size_y_m", 0.22, 0.05, 1.5, "Depth.", 0.3),
        length("size_z_m", 0.18, 0.03, 1.5, "Height of the closed carton.", 0.3),
        length("wall_m", 0.004, 0.001, 0.008, "Thickness of the board."),
        Float(
            "open_deg",
            0.0,
            help="How far the flaps stand open: 0 shut, 90 upright, 180 level outside; the two below the seam's two "
            "rise once those are past upright.",
            unit="deg",
            minimum=0.0,
            maximum=210.0,
            group="Flaps",
            suggested={"choice": [0.0, 0.0, 100.0, 150.0]},
        ),
        Bool(
            "tape",
            True,
            help="A strip of tape over the seam of a shut carton; retail cartons are glued instead.",
            group="Flaps",
        ),
        Choice(
            "style",
            "shipping",
            help="Raw board, board with marks in one ink, or a coloured print on white.",
            options=("plain", "shipping", "retail"),
            group="Print",
            suggested={"choice": ["shipping", "retail"]},
        ),
        Color(
            "board_color",
            "#b98d5f",
            help="Colour of the raw board.",
            group="Print",
            suggested={"palette": ["#b98d5f", "#c69c6d", "#a87b4f", "#d9cfc0"]},
        ),
        Color(
            "ink_color",
            "#2d2a33",
            help="Ink of the marks, or main colour of the retail print.",
            group="Print",
            suggested={"hsv": {"h": [0, 360], "s": [0.4, 0.9], "v": [0.2, 0.7]}},
        ),
        Int(
            "print_seed",
            0,
            help="Which of the endless designs.",
            minimum=0,
            maximum=2**31 - 1,
            group="Print",
            suggested={"integers": [0, 50]},
        ),
        density(190.0, "board"),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the carton for these values."""
        size_x, size_y, size_z = (float(values[f"size_{axis}_m"]) for axis in "xyz")
        wall, angle = float(values["wall_m"]), float(values["open_deg"])
        is_shut = angle == 0
        height = size_z - wall
        round_m = min(0.8 * wall, 0.003)
        core = (size_x / 2 - round_m, size_y / 2 - round_m)
        sides = rounded([(0.0, 0.0), (round_m, 0.0), (round_m, height)], [0.0, 0.4 * round_m, 0.0], 2)
        walls = lathe(sides.part(len(sides.points) - 2, len(sides.points) - 1), CORNER_FACETS, core_m=core)
        bottom = lathe(sides.part(0, len(sides.points) - 2), CORNER_FACETS, core_m=core, cap_start=True, tile_m=TILE_M)
        inner = [(round_m, height), (round_m - wall, height), (round_m - wall, wall)]
        inside = lathe(
            Profile(np.array(inner), np.ones(3, dtype=np.bool_)),
            CORNER_FACETS,
            core_m=core,
            cap_end=True,
            tile_m=TILE_M,
        )
        faces, backs = _flaps(size_x, size_y, height, wall, angle)
        board, ink = tuple(values["board_color"]), tuple(values["ink_color"])
        texture = carton_texture(
            str(values["style"]), int(values["print_seed"]), (size_x, size_y, size_x, size_y), height, board, ink
        )
        raw = cardboard(board)
        is_retail = values["style"] == "retail"
        parts = [
            Part("sides", walls, textured(texture, 0.5 if is_retail else 0.8, "printed board")),
            Part("flaps", faces, plain(RETAIL_PAPER, 0.5, "white board") if is_retail else raw),
            Part("inside", merge([bottom, inside, backs]), raw),
        ]
        volume = signed_volume_m3(merge([part.mesh for part in parts]))
        if is_shut and values["tape"] and not is_retail:
            parts.append(Part("tape", _tape(size_x, size_y, size_z), plain("#a9814f", 0.25, "packing tape")))
        mass = volume * float(values["density_kg_m3"])
        # On the rounded corner itself, half way round it.
        blunt = round_m * float(np.sqrt(0.5))
        corners = [
            Keypoint(f"{level}_{y_name}_{x_name}", (x * (core[0] + blunt), y * (core[1] + blunt), z))
            for level, z in (("bottom", 0.4 * round_m), ("top", height))
            for y_name, y in (("front", -1), ("back", 1))
            for x_name, x in (("left", -1), ("right", 1))
        ]
        return ObjectModel(
            parts=tuple(parts),
            keypoints=tuple(corners),
            skeleton=_edges(),
            attributes=MappingProxyType(
                {
                    "mass_g": mass * 1e3,
                    "volume_ml": (size_x - 2 * wall) * (size_y - 2 * wall) * (height - wall) * 1e6,
                    "is_shut": is_shut,
                    "open_deg": angle,
                }
            ),
            collision=_collision(size_x, size_y, size_z, wall, is_shut),
            mass_kg=mass,
            friction=0.5,
        )


def _edges() -> tuple[tuple[str, str], ...]:
    ring = ("front_left", "front_right", "back_right", "back_left")
    out = []
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        out += [(f"bottom_{a}", f"bottom_{b}"), (f"top_{a}", f"top_{b}"), (f"bottom_{a}", f"top_{a}")]
    return tuple(out)


def _flaps(size_x: float, size_y: float, height: float, wall: float, open_deg: float) -> tuple[Mesh, Mesh]:
    """Return the four leaves' outer faces, and their backs with edges; those at the seam lie over the other two."""
    slit = min(0.0015, 0.1 * wall)
    reach = size_y / 2 - slit
    short = min(size_y, size_x) / 2 - slit
    fronts, backs = [], []
    for number, share in enumerate(FLAP_SHARES):
        over = number % 2 == 0
        sign = 1 if number < 2 else -1
        # The lower two would pass through the upper two: they wait until those are upright.
        free = open_deg if over else min(open_deg, max(0.0, 4 * (open_deg - 90)))
        # What would reach through the floor lies on it.
        depth = reach if over else short
        lowest = np.pi + np.arcsin(min(1.0, max(0.0, height - wall) / depth))
        angle = min(float(np.radians(free * share)), float(lowest))
        # A leaf lies along +u from its hinge, which sits in the middle of the wall's top.
        if over:
            width = size_x - 2 * slit
            hinge = (0.0, -sign * (size_y - wall) / 2, height + wall / 2)
            axis, turn = (1.0, 0.0, 0.0), float(sign) * angle
            leaf = box((width, depth, wall), bevel_m=0.3 * wall, bevel_steps=1, tile_m=TILE_M)
            shift = translation(0.0, sign * (depth - wall) / 2, 0.0)
        else:
            width = size_y - 2.2 * wall
            sunk = wall * max(0.0, float(np.cos(angle)))
            hinge = (-sign * (size_x - wall) / 2, 0.0, height + wall / 2 - sunk)
            axis, turn = (0.0, 1.0, 0.0), -float(sign) * angle
            leaf = box((depth, width, wall), bevel_m=0.3 * wall, bevel_steps=1, tile_m=TILE_M)
            shift = translation(sign * (depth - wall) / 2, 0.0, 0.0)
        leaf = placed(leaf, translation(*hinge) @ rotation_about(axis, turn) @ shift)
        sixth = len(leaf.faces) // 6
        is_front = np.arange(len(leaf.faces)) // sixth == 4
        fronts.append(with_faces(leaf, is_front))
        backs.append(with_faces(leaf, ~is_front))
    return merge(fronts), merge(backs)


def _tape(size_x: float, size_y: float, height: float) -> Mesh:
    wide = min(0.048, 0.3 * size_y)
    down = min(0.07, 0.4 * height)
    top = moved(box((size_x + 2 * TAPE_M, wide, TAPE_M)), 0.0, 0.0, height + TAPE_M / 2)
    ends = [
        # Half way into the top strip, so that the two share no edge.
        moved(box((TAPE_M, wide, down)), sign * (size_x + TAPE_M) / 2, 0.0, height + (TAPE_M - down) / 2)
        for sign in (-1.0, 1.0)
    ]
    return merge([top, *ends])


def _collision(size_x: float, size_y: float, size_z: float, wall: float, is_shut: bool) -> tuple[CollisionPiece, ...]:
    x, y = size_x / 2, size_y / 2
    if is_shut:
        return (block((-x, -y, 0.0), (x, y, size_z)),)
    top = size_z - wall
    return (
        block((-x, -y, 0.0), (x, y, wall)),
        block((-x, -y, wall), (-x + wall, y, top)),
        block((x - wall, -y, wall), (x, y, top)),
        block((-x + wall, -y, wall), (x - wall, -y + wall, top)),
        block((-x + wall, y - wall, wall), (x - wall, y, top)),
    )
