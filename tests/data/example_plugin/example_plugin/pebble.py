"""A generator: a pebble, round and uneven, different for every seed."""

from __future__ import annotations

import math

import numpy as np

from myriorama.plugins import CollisionPiece, Float, Generator, Int, Keypoint, Material, Mesh, ObjectModel, Part, Values
from myriorama.plugins.shapes import icosphere, linear_rgb, signed_volume_m3, srgb, uniforms, with_normals

GRANITE_KG_M3 = 2650.0


class Pebble(Generator):
    """A water-worn stone."""

    name = "pebble"
    label = "Pebble"
    help = "A water-worn stone that lies on its flat side."
    watertight = True
    extent_m = (0.005, 0.6)
    parameters = (
        Float("length_m", 0.06, help="Longest side.", unit="m", minimum=0.01, maximum=0.3, group="Shape"),
        Float("flatness", 0.55, help="Height over length.", minimum=0.25, maximum=0.9, group="Shape"),
        Float("unevenness", 0.35, help="How far it is from an ellipsoid.", minimum=0.0, maximum=1.0, group="Shape"),
        Int("seed", 0, help="Which stone of all that have these measures.", minimum=0, maximum=9999, group="Shape"),
        Int("shade", 3, help="Which of six greys and browns.", minimum=0, maximum=5, group="Look"),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the stone, its lowest point at the origin's height."""
        length, flatness = float(values["length_m"]), float(values["flatness"])
        ball = icosphere(1.0, 4)
        unit = ball.positions.astype(np.float64)
        bumps = np.zeros(len(unit))
        for number in range(6):
            x, y, z, phase = uniforms(f"bump {number}", int(values["seed"]), 4) * 2.0 - 1.0
            direction = np.array([x, y, z]) / math.sqrt(x * x + y * y + z * z)
            bumps += np.cos(2.0 + number * 0.4) * np.sin((1.2 + 0.5 * number) * (unit @ direction) + 3.0 * phase)
        radius = 1.0 + 0.06 * float(values["unevenness"]) * bumps
        points = unit * radius[:, None] * np.array([0.5, 0.38, 0.5 * flatness]) * length
        points[:, 2] -= points[:, 2].min()
        mesh = with_normals(points, ball.uv, ball.faces, 180.0)
        mass_kg = signed_volume_m3(mesh) * GRANITE_KG_M3
        top = mesh.positions[int(mesh.positions[:, 2].argmax())]
        return ObjectModel(
            parts=(Part("stone", mesh, _stone(int(values["shade"]))),),
            keypoints=(Keypoint("top", (float(top[0]), float(top[1]), float(top[2]))),),
            attributes={"mass_g": mass_kg * 1e3, "shade": int(values["shade"])},
            collision=(CollisionPiece(_corners(mesh)),),
            mass_kg=mass_kg,
        )


def _stone(shade: int) -> Material:
    code = ("#8c8a86", "#6f6a63", "#a39a8b", "#57565a", "#b3aca0", "#7d6f60")[shade]
    return Material(linear_rgb(srgb(code)), roughness=0.7, name="granite")


def _corners(mesh: Mesh) -> np.ndarray:
    """Return every eighth corner: the hull of these is near enough for physics."""
    return np.unique(mesh.positions, axis=0)[::8]
