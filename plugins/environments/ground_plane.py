"""A flat ground with a material, at a height.

It ends: a horizon comes from the background. It takes the class of its node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from myriorama.plugins.api import (
    CollisionPiece,
    Color,
    Environment,
    EnvironmentParts,
    File,
    Float,
    Material,
    ObjectModel,
    Part,
    SetPiece,
    Values,
)
from myriorama.plugins.environments._declared import point, vector
from myriorama.scenes.conventions import F32, Json
from myriorama.scenes.geometry.box import plane
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS, material_from_values
from myriorama.scenes.placement.poses import pose, yaw_rotation
from myriorama.scenes.radiometry.color import linear_rgb

_THICKNESS_M: Final = 0.2


_COLOR: Final = "#a39f97"
_ROUGHNESS: Final = 0.8
_DEFAULTS: Final[dict[str, Json]] = {"base_color": _COLOR, "roughness": _ROUGHNESS}
_MATERIAL: Final = tuple(replace(p, default=_DEFAULTS.get(p.name, p.default)) for p in MATERIAL_PARAMETERS)
_PLAIN: Final = Material(
    base_color=linear_rgb([int(_COLOR[i : i + 2], 16) / 255 for i in (1, 3, 5)]), roughness=_ROUGHNESS, name="ground"
)


class GroundPlane(Environment):
    """A rectangle of ground."""

    name = "ground_plane"
    label = "Ground plane"
    help = "A flat rectangular ground with a material; things rest and fall on it."
    parameters = (
        Float(
            "width_m",
            8.0,
            help="Size along X.",
            unit="m",
            minimum=0.001,
            maximum=10000.0,
            group="Size",
        ),
        Float(
            "depth_m",
            8.0,
            help="Size along Y.",
            unit="m",
            minimum=0.001,
            maximum=10000.0,
            group="Size",
        ),
        point("center_m", (0.0, 0.0, 0.0), "Middle of the ground; its z is the height of the surface."),
        Float(
            "yaw_deg",
            0.0,
            help="Turns the ground and its texture, counter-clockwise seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Size",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "tile_m",
            1.0,
            help="How many metres of ground one repeat of the texture covers.",
            unit="m",
            minimum=0.001,
            maximum=10000.0,
            group="Size",
            suggested={"uniform": [0.5, 2.0]},
        ),
        Float(
            "friction",
            0.6,
            help="Sliding friction, for piles.",
            minimum=0.0,
            maximum=10.0,
            group="Physics",
        ),
        *_MATERIAL,
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return the ground as a set piece whose texture repeats every tile_m metres."""
        width, depth = float(values["width_m"]), float(values["depth_m"])
        material = material_from_values(_said(values), _PLAIN)
        part = Part("ground", plane(width, depth, tile_m=float(values["tile_m"])), replace(material, double_sided=True))
        model = ObjectModel(
            parts=(part,),
            collision=(CollisionPiece(_slab(width, depth)),),
            friction=float(values["friction"]),
        )
        place = pose(vector(values, "center_m"), yaw_rotation(float(values["yaw_deg"])))
        return EnvironmentParts(pieces=(SetPiece("ground", model, place),))


def _said(values: Values) -> dict[str, Any]:
    """Return the material's values that differ from their defaults.

    A sample holds every value, said or not; a default colour, said to a texture set, would tint it.
    """
    out = {}
    for parameter in _MATERIAL:
        default: Any = parameter.default
        if isinstance(parameter, Color):
            default = tuple(int(str(default)[i : i + 2], 16) / 255 for i in (1, 3, 5))
        elif isinstance(parameter, File):
            default = None
        if parameter.name in values and values[parameter.name] != default:
            out[parameter.name] = values[parameter.name]
    return out


def _slab(width_m: float, depth_m: float) -> F32:
    """Return the corners of the solid under the surface, (8, 3) float32: a sheet would let fast bodies through."""
    signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-1.0, 0.0)])
    return (signs * (width_m, depth_m, _THICKNESS_M)).astype(np.float32)
