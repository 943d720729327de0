"""What the nearest hit says of its surface: the facing normal and the object coordinates, as the truth shaders say it.

One item at a time; it knows no image.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.rendering.optics.bvh import MeshTracer
from myriorama.scenes.rendering.optics.item import Item

_HORIZON: Final = 1e-3
"""As in facing.glsl: how far a normal stays in front of the horizon."""


def facing_normals(
    item: Item, tracer: MeshTracer, face: np.ndarray, u: F32, v: F32, camera_from_object: F64, rays: F64
) -> F32:
    """Return interpolated normals in the camera frame on the side that the eye sees, unit, (K, 3).

    Parameters
    ----------
    face, u, v : (K,)
        Hits, as `Hits` has them.
    camera_from_object : (3, 3) or (K, 3, 3) float64
        At each hit's instant.
    rays : (K, 3) float64
        Camera frame, from the eye.
    """
    corners = item.mesh.normals[item.mesh.faces[face]]
    own = (1.0 - u - v)[:, None] * corners[:, 0] + u[:, None] * corners[:, 1] + v[:, None] * corners[:, 2]
    # A pose is rigid with one scale, so its own turn brings normals along; their length is taken out.
    facet = _turned(tracer.normals[face], camera_from_object)
    normal = _unit(_turned(own.astype(np.float64), camera_from_object))
    ray = _unit(rays)
    facet[np.einsum("ij,ij->i", facet, ray) > 0] *= -1.0
    degenerate = ~(np.einsum("ij,ij->i", normal, normal) > 0.5)
    if degenerate.any():
        normal[degenerate] = _unit(facet[degenerate])
    normal[np.einsum("ij,ij->i", normal, facet) < 0] *= -1.0
    behind = np.einsum("ij,ij->i", normal, ray)
    over = behind > -_HORIZON
    normal[over] -= (behind[over] + _HORIZON)[:, None] * ray[over]
    return _unit(normal).astype(np.float32)


def object_coordinates(low: F64, high: F64, points: F64) -> F32:
    """Return object coordinates (K, 3) of points in the object frame, by the object's own box."""
    diagonal = max(float(np.linalg.norm(high - low)), 1e-12)
    return np.asarray((points - (low + high) / 2) / diagonal + 0.5, dtype=np.float32)


def _turned(vectors: F64, turn: F64) -> F64:
    if turn.ndim == 2:
        return np.asarray(np.einsum("kj,ij->ki", vectors, turn))
    return np.asarray(np.einsum("kij,kj->ki", turn, vectors))


def _unit(vectors: F64) -> F64:
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(length, 1e-30)[:, None])
