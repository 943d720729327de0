"""Normals for meshes that bring none.

Corners of faces that meet at a sharp edge get normals of their own; nothing else about the mesh changes.
Time and memory grow with the number of faces, however many share a vertex: these meshes are foreign.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.geometry.mesh import Mesh

CREASE_DEG = 40.0
"""Edges that bend more than this are drawn hard: between an 8-sided prism (45) and a 10-sided one (36)."""


def unit(vectors: F64) -> F64:
    """Return (N, 3) vectors at length 1; a zero vector stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-30))


def face_normals(positions: F64, faces: U32) -> F64:
    """Return (F, 3) unit normals, counter-clockwise seen from outside; zero for a face without area."""
    a, b, c = (positions[faces[:, k]] for k in range(3))
    return unit(np.cross(b - a, c - a))


def _corner_angles(positions: F64, faces: U32) -> F64:
    """Return (F, 3) inner angles in radians."""
    corners = positions[faces]
    angles = np.empty(faces.shape)
    for k in range(3):
        u = unit(corners[:, (k + 1) % 3] - corners[:, k])
        v = unit(corners[:, (k + 2) % 3] - corners[:, k])
        angles[:, k] = np.arccos(np.clip((u * v).sum(axis=1), -1.0, 1.0))
    return angles


def _smooth_groups(welded: npt.NDArray[np.int64], flat: F64, cos_crease: float) -> npt.NDArray[np.int64]:
    """Return (3F,) group of every corner: corners across a soft edge, at the same point, share a group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(welded)
    start = np.arange(3 * count, dtype=np.int64)
    end = start - start % 3 + (start + 1) % 3
    a, b = welded.reshape(-1), welded.reshape(-1)[end]
    swap = a > b
    low, high = np.where(swap, b, a), np.where(swap, a, b)
    at_low, at_high = np.where(swap, end, start), np.where(swap, start, end)
    order = np.lexsort((high, low))
    same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    one, two = order[:-1][same], order[1:][same]
    soft = (flat[one // 3] * flat[two // 3]).sum(axis=1) >= cos_crease
    one, two = one[soft], two[soft]
    rows = np.concatenate([at_low[one], at_high[one]])
    columns = np.concatenate([at_low[two], at_high[two]])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(3 * count, 3 * count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def with_smooth_normals(positions: F32, uv: F32, faces: U32, crease_deg: float = CREASE_DEG) -> Mesh:
    """Return a mesh whose normals are smooth across soft edges and split along hard ones.

    A corner's normal is the mean of the face normals of its group, weighted by the corner's angle
    (Thurmer and Wuthrich, "Computing Vertex Normals from Polygonal Facets", 1998), so that it does not
    depend on how a flat area was cut into triangles. Vertices at exactly the same point count as one.

    Parameters
    ----------
    positions : (V, 3) float32
    uv : (V, 2) float32
    faces : (F, 3) uint32
    """
    exact = positions.astype(np.float64)
    if crease_deg <= 0.0:
        corners = faces.reshape(-1)
        flat = np.repeat(face_normals(exact, faces), 3, axis=0)
        own = np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)
        return Mesh(positions[corners], _never_zero(flat).astype(np.float32), uv[corners], own)
    _, weld = np.unique(positions + np.float32(0), axis=0, return_inverse=True)
    flat = face_normals(exact, faces)
    groups = _smooth_groups(weld.reshape(-1)[faces], flat, float(np.cos(np.radians(crease_deg))))
    weighted = (flat[:, np.newaxis, :] * _corner_angles(exact, faces)[:, :, np.newaxis]).reshape(-1, 3)
    sums = np.stack([np.bincount(groups, weighted[:, k]) for k in range(3)], axis=1).astype(np.float64)
    normals = _never_zero(unit(sums))
    corner_vertex = faces.reshape(-1).astype(np.int64)
    key = corner_vertex * (int(groups.max()) + 1) + groups
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    chosen = corner_vertex[first]
    return Mesh(
        positions[chosen],
        normals[groups[first]].astype(np.float32),
        uv[chosen],
        inverse.reshape(-1, 3).astype(np.uint32),
    )


def _never_zero(normals: F64) -> F64:
    """Point the normal of a corner that has only faces without area upwards: it covers no pixel."""
    out = normals.copy()
    out[np.abs(out).sum(axis=1) == 0.0] = (0.0, 0.0, 1.0)
    return out
