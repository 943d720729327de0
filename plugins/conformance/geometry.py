"""Distances from a mesh, and its convex hull, for the laws on objects. Exact, small, and slow enough to say so:
it prepares nothing for many questions.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.geometry.mesh import Mesh


def whole(model: ObjectModel) -> Mesh:
    """Return all parts of an object as one mesh."""
    return merge([part.mesh for part in model.parts])


def distances_m(mesh: Mesh, points: F64) -> F64:
    """Return (N,) float64: how far each point is from the nearest triangle, metres.

    Parameters
    ----------
    points : (N, 3) float64
        Metres, in the mesh's frame.
    """
    corners = mesh.positions.astype(np.float64)[mesh.faces]
    centres = corners.mean(axis=1)
    radii = np.sqrt(((corners - centres[:, None]) ** 2).sum(axis=2).max(axis=1))
    out = np.empty(len(points))
    for i, point in enumerate(points):
        away = np.linalg.norm(centres - point, axis=1)
        # A triangle farther than another's farthest corner cannot be the nearest.
        near = away - radii <= float((away + radii).min())
        out[i] = _to_triangles(corners[near], point)
    return out


def _to_triangles(corners: F64, point: F64) -> float:
    """Return the distance to the nearest of (T, 3, 3) triangles: to their planes where it falls inside, else edges."""
    best = np.inf
    for k in range(3):
        a, b = corners[:, k], corners[:, (k + 1) % 3]
        along = b - a
        length = np.einsum("ij,ij->i", along, along)
        share = np.einsum("ij,ij->i", point - a, along) / np.where(length > 0, length, 1.0)
        foot = a + np.clip(share, 0.0, 1.0)[:, None] * along
        best = min(best, float(np.linalg.norm(foot - point, axis=1).min()))
    a, ab, ac = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(ab, ac)
    square = np.einsum("ij,ij->i", normal, normal)
    flat = square > 0
    safe = np.where(flat, square, 1.0)
    to = point - a
    # Barycentric coordinates of the foot on the plane (Ericson, Real-Time Collision Detection, 3.4).
    v = np.einsum("ij,ij->i", np.cross(to, ac), normal) / safe
    w = np.einsum("ij,ij->i", np.cross(ab, to), normal) / safe
    inside = flat & (v >= 0) & (w >= 0) & (v + w <= 1)
    if inside.any():
        heights = np.abs(np.einsum("ij,ij->i", to, normal)) / np.sqrt(safe)
        best = min(best, float(heights[inside].min()))
    return best


def outside_hull_m(mesh: Mesh, points: F64) -> F64:
    """Return (N,) float64: how far each point is outside of the mesh's convex hull, metres; 0 inside.

    For a mesh in one plane the hull has no inside: the distance from the mesh itself is returned.
    """
    from scipy.spatial import ConvexHull, QhullError

    try:
        planes = ConvexHull(mesh.positions.astype(np.float64)[np.unique(mesh.faces)]).equations
    except QhullError:
        return distances_m(mesh, points)
    return np.asarray(np.maximum((points @ planes[:, :3].T + planes[:, 3]).max(axis=1), 0.0))


def is_solid(points: F64) -> bool:
    """Return whether the hull of (N, 3) points has an inside: four of them or more, not all in one plane.

    Flat is judged against float32, in which pieces are stored: seven digits of the longest extent.
    """
    if len(points) < 4:
        return False
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[2] > 1e-7 * spread[0])
