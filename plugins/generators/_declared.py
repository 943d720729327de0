"""Parameters that several generators share, and small measures on turned bodies.

Only declarations and arithmetic; no object is built here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.plugins.api import CollisionPiece, Float, Int, Mesh
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import transform
from myriorama.scenes.geometry.measure import signed_volume_m3

FACETS_PER_STEP: Final = 16
DETAIL: Final = Int(
    "detail",
    3,
    help="Smoothness: round parts get 16 facets around for each step.",
    minimum=1,
    maximum=8,
    group="Mesh",
)


def length(
    name: str, default: float, low: float, high: float, help_text: str, spread: float = 0.2, group: str = "Shape"
) -> Float:
    """Declare a length in metres; `spread` is the share by which a new node may vary it."""
    return Float(
        name,
        default,
        help=help_text,
        unit="m",
        minimum=low,
        maximum=high,
        group=group,
        suggested={
            "uniform": [max(low, round(default * (1 - spread), 6)), min(high, round(default * (1 + spread), 6))]
        },
    )


def ratio(name: str, default: float, low: float, high: float, help_text: str, group: str = "Shape") -> Float:
    """Declare a share of another size."""
    reach = (high - low) * 0.2
    return Float(
        name,
        default,
        help=help_text,
        minimum=low,
        maximum=high,
        group=group,
        suggested={"uniform": [round(max(low, default - reach), 6), round(min(high, default + reach), 6)]},
    )


def density(default: float, what: str) -> Float:
    """Declare the density that a mass comes from."""
    return Float(
        "density_kg_m3",
        default,
        help=f"Density of the {what}; mass is its volume times this.",
        unit="kg/m3",
        minimum=50.0,
        maximum=20000.0,
        group="Physics",
    )


def mass_kg(mesh: Mesh, density_kg_m3: float) -> float:
    """Return the mass of a closed mesh."""
    return signed_volume_m3(mesh) * density_kg_m3


def block(low: tuple[float, float, float], high: tuple[float, float, float]) -> CollisionPiece:
    """Return a collision box between two corners, metres."""
    corners = [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    return CollisionPiece(np.array(corners, dtype=np.float32))


def turned_points(rings: list[tuple[float, float]], count: int) -> F64:
    """Return (len(rings) * count, 3) points of circles given by radius and z, metres."""
    angle = np.arange(count) * (2 * np.pi / count)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.concatenate([np.column_stack([circle * r, np.full(count, z)]) for r, z in rings])


def turned_piece(rings: list[tuple[float, float]], count: int = 24) -> CollisionPiece:
    """Return the hull of circles about the z axis as a collision piece."""
    return CollisionPiece(turned_points(rings, count).astype(np.float32))


def wall_pieces(
    outer: list[tuple[float, float]], inner: list[tuple[float, float]], sectors: int
) -> tuple[CollisionPiece, ...]:
    """Return the convex pieces of a round wall: sectors between an outer and an inner line of (radius, z).

    Both lines hold the same number of points, from bottom to top; each stretch between two of them is a ring of
    sectors. The outer face has a point in mid sector, so that the body rolls evenly.
    """
    step = 2 * np.pi / sectors
    shares = (0.0, 0.5, 1.0)
    pieces = []
    for level in range(len(outer) - 1):
        for sector in range(sectors):
            start = sector * step
            turns = [(float(np.cos(start + share * step)), float(np.sin(start + share * step))) for share in shares]
            points = [
                (radius * cos, radius * sin, z)
                for line, seen in ((outer, turns), (inner, turns[::2]))
                for radius, z in line[level : level + 2]
                for cos, sin in seen
            ]
            pieces.append(CollisionPiece(np.array(points, dtype=np.float32)))
    return tuple(pieces)


def placed(mesh: Mesh, object_from_mesh: F64) -> Mesh:
    """Return the mesh under a rigid map, (4, 4) float64."""
    return transform(mesh, object_from_mesh)
