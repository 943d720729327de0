"""Simple solids: box, sphere, cylinder, cone, torus, capsule, each filling the box of its three sizes.

It has no keypoints and no parts of its own: one surface, one slot.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from myriorama.plugins.api import Choice, CollisionPiece, Generator, Mesh, ObjectModel, Part, Values
from myriorama.plugins.generators._declared import DETAIL, FACETS_PER_STEP, density, length, ratio
from myriorama.scenes.geometry.box import box
from myriorama.scenes.geometry.combine import moved, scaled
from myriorama.scenes.geometry.cylinder import frustum, largest_bevel_m
from myriorama.scenes.geometry.lathe import arc as arc_points
from myriorama.scenes.geometry.lathe import lathe, sphere, torus
from myriorama.scenes.geometry.measure import signed_volume_m3
from myriorama.scenes.geometry.profile import smooth
from myriorama.scenes.materials.finishes import plastic

Size = tuple[float, float, float]


class Primitive(Generator):
    """One of six simple solids."""

    name = "primitive"
    label = "Primitive"
    help = "A box, sphere, cylinder, cone, torus or capsule of given size."
    watertight = True
    parameters = (
        Choice(
            "shape",
            "box",
            help="Which solid.",
            options=("box", "sphere", "cylinder", "cone", "torus", "capsule"),
            group="Shape",
            suggested={"choice": ["box", "sphere", "cylinder", "cone", "torus", "capsule"]},
        ),
        length("size_x_m", 0.1, 0.001, 100.0, "Full width along x.", 0.4),
        length("size_y_m", 0.1, 0.001, 100.0, "Full depth along y.", 0.4),
        length("size_z_m", 0.1, 0.001, 100.0, "Full height along z.", 0.4),
        ratio("bevel", 0.06, 0.0, 1.0, "Rounding of the edges of box, cylinder and cone; 1 is as round as can be."),
        ratio("top_ratio", 0.0, 0.0, 1.0, "Cone: radius at the top over that at the base; 0 is a tip."),
        ratio("tube_ratio", 0.3, 0.05, 0.95, "Torus: how much of the radius the tube takes; the rest is hole."),
        density(1100.0, "solid"),
        DETAIL,
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the solid for these values, standing on z = 0."""
        shape = str(values["shape"])
        size = (float(values["size_x_m"]), float(values["size_y_m"]), float(values["size_z_m"]))
        segments = FACETS_PER_STEP * int(values["detail"])
        mesh = _SHAPES[shape](size, segments, values)
        mass = signed_volume_m3(mesh) * float(values["density_kg_m3"])
        return ObjectModel(
            parts=(Part("solid", mesh, plastic("#8fa3b8", 0.45)),),
            attributes=MappingProxyType({"shape": shape, "mass_g": mass * 1e3}),
            collision=_ring_pieces(mesh, size, float(values["tube_ratio"])) if shape == "torus" else (),
            mass_kg=mass,
        )


def _visible(bevel_m: float, size: Size) -> float:
    """Return the bevel, or 0 where it is under a ten-thousandth of the size: single precision cannot carry it."""
    return bevel_m if bevel_m >= 1e-4 * max(size) else 0.0


def _box(size: Size, segments: int, values: Values) -> Mesh:
    bevel = _visible(float(values["bevel"]) * min(size) / 2, size)
    steps = max(1, segments // FACETS_PER_STEP) + (2 if values["bevel"] > 0.5 else 0)
    return moved(box(size, bevel_m=bevel, bevel_steps=steps, tile_m=max(size)), 0.0, 0.0, size[2] / 2)


def _fitted(mesh: Mesh, size: Size) -> Mesh:
    """Return the mesh stretched to exactly fill the box of `size`, standing on z = 0."""
    low, high = mesh.bounds
    x, y, z = (s / float(h - w) for s, w, h in zip(size, low, high, strict=True))
    stretched = scaled(mesh, x, y, z)
    return moved(stretched, 0.0, 0.0, -float(stretched.bounds[0, 2]))


def _sphere(size: Size, segments: int, values: Values) -> Mesh:
    radius = max(size) / 2
    return _fitted(sphere(radius, segments, tile_m=2 * radius), size)


def _cylinder(size: Size, segments: int, values: Values) -> Mesh:
    return _frustum(size, segments, float(values["bevel"]), 1.0)


def _cone(size: Size, segments: int, values: Values) -> Mesh:
    return _frustum(size, segments, float(values["bevel"]), float(values["top_ratio"]))


def _frustum(size: Size, segments: int, bevel: float, top_ratio: float) -> Mesh:
    radius = max(size[0], size[1]) / 2
    top = radius * top_ratio if top_ratio > 1e-3 else 0.0
    # A little flat stays in the middle, so that the rings there do not fall together.
    rounding = _visible(0.98 * bevel * largest_bevel_m(radius, top, size[2]), size)
    steps = max(4, segments // 8)
    return _fitted(frustum(radius, top, size[2], segments, bevel_m=rounding, bevel_steps=steps, tile_m=max(size)), size)


def _torus(size: Size, segments: int, values: Values) -> Mesh:
    radius = max(size[0], size[1]) / 2
    tube = radius * float(values["tube_ratio"]) / 2
    return _fitted(torus(radius - tube, tube, segments, tile_m=radius), size)


def _capsule(size: Size, segments: int, values: Values) -> Mesh:
    radius = max(size[0], size[1]) / 2
    # A capsule flatter than wide gets squashed ends that meet.
    cap = min(radius, size[2] / 2)
    straight = size[2] - 2 * cap
    steps = max(4, segments // 4)
    low = arc_points((0.0, 0.0), radius, -90.0, 0.0, steps) * (1.0, cap / radius)
    high = arc_points((0.0, 0.0), radius, 0.0, 90.0, steps) * (1.0, cap / radius) + (0.0, straight)
    points = np.concatenate([low, high if straight > 1e-9 * size[2] else high[1:]])
    return _fitted(lathe(smooth(points), segments, tile_m=max(size)), size)


def _ring_pieces(mesh: Mesh, size: Size, tube_ratio: float) -> tuple[CollisionPiece, ...]:
    """Return the torus as twelve convex pieces, so that things fall through its hole."""
    tube = tube_ratio / 4
    section = np.arange(8) * (2 * np.pi / 8)
    radius, height = 0.5 - tube + tube * np.cos(section), 0.5 + 0.5 * np.sin(section)
    pieces = []
    for start in np.arange(12) * (2 * np.pi / 12):
        rings = [
            np.column_stack([radius * np.cos(a), radius * np.sin(a), height])
            for a in (start, start + np.pi / 12, start + np.pi / 6)
        ]
        pieces.append(CollisionPiece((np.concatenate(rings) * size).astype(np.float32)))
    return tuple(pieces)


_SHAPES: dict[str, Callable[[Size, int, Values], Mesh]] = {
    "box": _box,
    "sphere": _sphere,
    "cylinder": _cylinder,
    "cone": _cone,
    "torus": _torus,
    "capsule": _capsule,
}
