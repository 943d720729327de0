"""A plain room: floor, four walls and, if wanted, a ceiling, seen from inside.

It brings no light. It takes the class of its node.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Bool,
    CollisionPiece,
    Color,
    Environment,
    EnvironmentParts,
    Float,
    Material,
    Mesh,
    ObjectModel,
    Part,
    SetPiece,
    Values,
)
from myriorama.plugins.environments._declared import point, vector
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.lights import Rgb
from myriorama.scenes.placement.poses import pose, yaw_rotation
from myriorama.scenes.radiometry.color import linear_rgb

_THICKNESS_M: Final = 0.2


class Room(Environment):
    """A box around the scene."""

    name = "room"
    label = "Room"
    help = "Floor and walls around the scene, seen from inside, with an optional ceiling."
    parameters = (
        *(
            Float(
                name,
                default,
                help=text,
                unit="m",
                minimum=0.01,
                maximum=1000.0,
                group="Size",
                suggested={"uniform": [low, high]},
            )
            for name, default, text, low, high in (
                ("width_m", 4.0, "Inner size along X.", 3.0, 6.0),
                ("depth_m", 4.0, "Inner size along Y.", 3.0, 6.0),
                ("height_m", 2.6, "Inner height.", 2.3, 3.0),
            )
        ),
        point("center_m", (0.0, 0.0, 0.0), "Middle of the floor."),
        Float(
            "yaw_deg",
            0.0,
            help="Turns the room, counter-clockwise seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Size",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Color("wall_color", "#d8d2c8", help="Colour of the walls.", group="Look"),
        Color("floor_color", "#8a7460", help="Colour of the floor.", group="Look"),
        Color("ceiling_color", "#efefec", help="Colour of the ceiling.", group="Look"),
        Float(
            "roughness",
            0.8,
            help="Of all surfaces: 0 mirror, 1 matt.",
            minimum=0.0,
            maximum=1.0,
            group="Look",
            suggested={"uniform": [0.4, 1.0]},
        ),
        Bool("ceiling", False, help="Whether there is a ceiling; it keeps sun and sky out.", group="Size"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return the room as one set piece."""
        width, depth, height = (float(values[n]) for n in ("width_m", "depth_m", "height_m"))
        sheets = _sheets(width, depth, height)
        colors = {
            "floor": linear_rgb(values["floor_color"]),
            "ceiling": linear_rgb(values["ceiling_color"]),
        }
        wall = linear_rgb(values["wall_color"])
        roughness = float(values["roughness"])
        wanted = [name for name in sheets if name != "ceiling" or values["ceiling"]]
        parts = tuple(Part(n, sheets[n][0], _paint(n, colors.get(n, wall), roughness)) for n in wanted)
        model = ObjectModel(parts=parts, collision=tuple(CollisionPiece(sheets[n][1]) for n in wanted))
        place = pose(vector(values, "center_m"), yaw_rotation(float(values["yaw_deg"])))
        return EnvironmentParts(pieces=(SetPiece("room", model, place),))


def _paint(name: str, color: Rgb, roughness: float) -> Material:
    return Material(base_color=color, roughness=roughness, name=name)


@lru_cache(maxsize=4)
def _sheets(width_m: float, depth_m: float, height_m: float) -> dict[str, tuple[Mesh, F32]]:
    """Return, by name, each surface as a mesh that faces inwards and the corners of the solid behind it."""
    x, y, z = 0.5 * width_m, 0.5 * depth_m, height_m
    outlines = {
        "floor": [(-x, -y, 0.0), (x, -y, 0.0), (x, y, 0.0), (-x, y, 0.0)],
        "wall_east": [(x, y, 0.0), (x, -y, 0.0), (x, -y, z), (x, y, z)],
        "wall_north": [(-x, y, 0.0), (x, y, 0.0), (x, y, z), (-x, y, z)],
        "wall_west": [(-x, -y, 0.0), (-x, y, 0.0), (-x, y, z), (-x, -y, z)],
        "wall_south": [(x, -y, 0.0), (-x, -y, 0.0), (-x, -y, z), (x, -y, z)],
        "ceiling": [(-x, y, z), (x, y, z), (x, -y, z), (-x, -y, z)],
    }
    return {name: _sheet(np.array(corners)) for name, corners in outlines.items()}


def _sheet(corners: F64) -> tuple[Mesh, F32]:
    """Return the mesh and solid of a rectangle whose corners, (4, 3), run counter-clockwise seen from inside."""
    right, up = corners[1] - corners[0], corners[3] - corners[0]
    across, along = float(np.linalg.norm(right)), float(np.linalg.norm(up))
    normal = np.cross(right, up) / (across * along)
    mesh = Mesh(
        positions=corners.astype(np.float32),
        normals=np.broadcast_to(normal, (4, 3)).astype(np.float32),
        uv=np.array([[0.0, 0.0], [across, 0.0], [across, along], [0.0, along]], dtype=np.float32),
        faces=np.array([[0, 1, 2], [0, 2, 3]], dtype=np.uint32),
    )
    return mesh, np.concatenate([corners, corners - _THICKNESS_M * normal]).astype(np.float32)
