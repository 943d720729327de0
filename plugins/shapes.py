"""The tools that the built-in generators are made with, for authors: ``from myriorama.plugins.shapes import ...``.

Shapes, measures, poses, finishes, keyed noise: pure functions of their arguments. Nothing here draws or reads a file.
"""

from __future__ import annotations

from myriorama.scenes.geometry.box import box, icosphere, plane
from myriorama.scenes.geometry.combine import flipped, merge, moved, rotation_about, scaled, transform, translation
from myriorama.scenes.geometry.cylinder import cylinder, frustum
from myriorama.scenes.geometry.lathe import arc, capsule, lathe, sphere, torus
from myriorama.scenes.geometry.measure import area_m2, is_closed, signed_volume_m3, volume_m3, with_normals
from myriorama.scenes.geometry.profile import Profile, rounded, sharp, smooth, turned_volume_m3
from myriorama.scenes.geometry.sweep import bezier, extrude, skin, tube, tube_grid
from myriorama.scenes.materials.finishes import (
    brushed_steel,
    cardboard,
    ceramic,
    cloth,
    painted_metal,
    plain,
    plastic,
    rubber,
    srgb,
    textured,
    timber,
)
from myriorama.scenes.materials.noise import cloud, uniforms
from myriorama.scenes.placement.poses import pose, tilt_rotation, yaw_rotation
from myriorama.scenes.radiometry.color import linear_rgb

__all__ = [
    "Profile",
    "arc",
    "area_m2",
    "bezier",
    "box",
    "brushed_steel",
    "capsule",
    "cardboard",
    "ceramic",
    "cloth",
    "cloud",
    "cylinder",
    "extrude",
    "flipped",
    "frustum",
    "icosphere",
    "is_closed",
    "lathe",
    "linear_rgb",
    "merge",
    "moved",
    "painted_metal",
    "plain",
    "plane",
    "plastic",
    "pose",
    "rotation_about",
    "rounded",
    "rubber",
    "scaled",
    "sharp",
    "signed_volume_m3",
    "skin",
    "smooth",
    "sphere",
    "srgb",
    "textured",
    "tilt_rotation",
    "timber",
    "torus",
    "transform",
    "translation",
    "tube",
    "tube_grid",
    "turned_volume_m3",
    "uniforms",
    "volume_m3",
    "with_normals",
    "yaw_rotation",
]
