"""Exact distances from points to meshes, for the few points that a ray cannot settle.

It measures triangles near the point alone, and never approximates a surface by its vertices.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh


def distance_to_mesh(point: F64, mesh: Mesh, limit: float) -> float:
    """Return the distance from a point (3,), object frame, to a mesh; inf where it exceeds `limit`.

    Only triangles whose own box, grown by `limit`, holds the point are measured.
    """
    corners = mesh.positions[mesh.faces].astype(np.float64) - point
    near = (corners.min(axis=1) <= limit).all(axis=1) & (corners.max(axis=1) >= -limit).all(axis=1)
    found = corners[near]
    if len(found) == 0:
        return math.inf
    distance = float(np.sqrt(_squared_distances_from_origin(found).min()))
    return distance if distance <= limit else math.inf


def _squared_distances_from_origin(triangles: F64) -> F64:
    """Return squared distances from the origin to triangles (T, 3, 3): the face's plane, or its three edges."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    out = np.minimum(_edge(a, b), np.minimum(_edge(b, c), _edge(c, a)))
    normal = np.cross(b - a, c - a)
    area = np.einsum("ij,ij->i", normal, normal)
    inside = area > 0
    for p, q in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(q - p, -p), normal) >= 0
    height = np.einsum("ij,ij->i", a, normal)
    return np.where(inside, height**2 / np.where(area > 0, area, 1.0), out)


def _edge(p: F64, q: F64) -> F64:
    """Return squared distances from the origin to segments p q, (T, 3) each."""
    along = q - p
    length = np.einsum("ij,ij->i", along, along)
    t = np.clip(-np.einsum("ij,ij->i", p, along) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    closest = p + t[:, None] * along
    squared: F64 = np.einsum("ij,ij->i", closest, closest)
    return squared
