"""Brings an imported model into the object frame: metres, Z up, resting on its origin.

It moves, joins and measures; shapes and materials stay as they were read.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from myriorama.scenes.assembly.model import CollisionPiece, Part
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.mesh import Mesh

_Z_UP_FROM: Final = {
    "x": np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
    "y": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
    "z": np.eye(3),
}
_THINNEST: Final = 1e-3
"""Of the largest extent: a flatter cloud of points gets a slab of this thickness as its collision piece."""
_CHUNK: Final = 65_536


def placed(
    model: ImportedModel, up_axis: str, scale: float, size_m: float, yaw_deg: float, centre: bool
) -> tuple[Part, ...]:
    """Return the parts in the object frame.

    Parameters
    ----------
    up_axis : {"x", "y", "z"}
        The model's axis that points up.
    scale : float
        Metres per unit of the file; passed over where `size_m` is given.
    size_m : float
        The largest extent is brought to this; 0 keeps `scale`.
    yaw_deg : float
        Turned about the vertical, counter-clockwise seen from above.
    centre : bool
        Put the origin under the middle, at the lowest point; else keep the file's own origin.
    """
    yaw = math.radians(yaw_deg)
    turn = np.array([[math.cos(yaw), -math.sin(yaw), 0.0], [math.sin(yaw), math.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
    rotation = turn @ _Z_UP_FROM[up_axis]
    low, high = bounds(model.parts, rotation)
    factor = size_m / float((high - low).max()) if size_m > 0.0 else scale
    offset = -factor * np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]) if centre else np.zeros(3)
    return tuple(replace(part, mesh=_moved(part.mesh, rotation, factor, offset)) for part in model.parts)


def bounds(parts: tuple[Part, ...], rotation: F64) -> tuple[F64, F64]:
    """Return the lowest and highest corner of the used vertices after a rotation, (3,) float64 each."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for part in parts:
        turned = part.mesh.positions[np.unique(part.mesh.faces)].astype(np.float64) @ rotation.T
        low, high = np.minimum(low, turned.min(axis=0)), np.maximum(high, turned.max(axis=0))
    return low, high


def _moved(mesh: Mesh, rotation: F64, factor: float, offset: F64) -> Mesh:
    positions = mesh.positions.astype(np.float64) @ (factor * rotation).T + offset
    normals = mesh.normals.astype(np.float64) @ rotation.T
    return Mesh(positions.astype(np.float32), normals.astype(np.float32), mesh.uv, mesh.faces)


def joined_by_slot(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return one part per material slot, in order of first appearance, named after the slot."""
    groups: dict[str, list[Part]] = {}
    for part in parts:
        groups.setdefault(part.slot, []).append(part)
    return tuple(Part(slot, merge([p.mesh for p in group]), group[0].material, slot) for slot, group in groups.items())


def collision_piece(parts: tuple[Part, ...], most_points: int = 64) -> CollisionPiece:
    """Return a convex piece around all parts, from at most `most_points` of their own vertices.

    The points are the farthest ones along directions spread over the sphere, the six axes among them, so the
    piece has the model's exact extents and lies inside its convex hull. A flat model gets a thin slab.
    """
    directions = _directions(most_points)
    best = np.full(len(directions), -np.inf)
    points = np.zeros((len(directions), 3))
    for part in parts:
        used = part.mesh.positions[np.unique(part.mesh.faces)].astype(np.float64)
        for start in range(0, len(used), _CHUNK):
            chunk = used[start : start + _CHUNK]
            reach = chunk @ directions.T
            first = reach.argmax(axis=0)
            farther = reach[first, np.arange(len(directions))] > best
            best[farther] = reach[first, np.arange(len(directions))][farther]
            points[farther] = chunk[first[farther]]
    return CollisionPiece(_with_thickness(np.unique(points, axis=0)))


def _directions(count: int) -> F64:
    """Return (count, 3) unit vectors: the six axes, then a Fibonacci lattice."""
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    k = np.arange(count - len(axes)) + 0.5
    z = 1.0 - 2.0 * k / (count - len(axes))
    angle = math.pi * (3.0 - math.sqrt(5.0)) * k
    radius = np.sqrt(1.0 - z * z)
    return np.concatenate([axes, np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)])


def _with_thickness(points: F64) -> F32:
    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle, full_matrices=True)
    largest = float(np.ptp(points, axis=0).max())
    for axis in axes[::-1]:
        if float(np.ptp(points @ axis)) < _THINNEST * largest:
            half = 0.5 * _THINNEST * largest * axis
            points = np.concatenate([points - half, points + half])
    return points.astype(np.float32)
