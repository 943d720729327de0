"""Exact measures of a triangle mesh: volume, area, centre, closedness, and normals from faces alone.

It refuses to guess: a volume of an open mesh is an error, not a number.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.vectors import cross


def welded_faces(mesh: Mesh) -> U32:
    """Return (F, 3) uint32 faces over places instead of vertices: equal positions share one index."""
    _, place = np.unique(mesh.positions + np.zeros(3, dtype=np.float32), axis=0, return_inverse=True)
    welded: U32 = place.reshape(-1).astype(np.uint32)[mesh.faces]
    return welded


def is_closed(mesh: Mesh) -> bool:
    """Return whether each directed edge between two places is met by exactly one in the other direction."""
    faces = welded_faces(mesh).astype(np.int64)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    size = int(faces.max()) + 1
    forward = np.sort(edges[:, 0] * size + edges[:, 1])
    backward = np.sort(edges[:, 1] * size + edges[:, 0])
    return bool(np.array_equal(forward, backward) and (np.diff(forward) > 0).all())


def signed_volume_m3(mesh: Mesh) -> float:
    """Return the sum of signed tetrahedra to the origin (divergence theorem); the volume where the mesh is closed."""
    p = mesh.positions.astype(np.float64)
    a, b, c = (p[mesh.faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->", a, cross(b, c)) / 6.0)


def volume_m3(mesh: Mesh) -> float:
    """Return the enclosed volume, cubic metres.

    Raises
    ------
    ValueError
        The mesh is not closed.
    """
    if not is_closed(mesh):
        raise ValueError("only a closed mesh has a volume")
    return signed_volume_m3(mesh)


def area_m2(mesh: Mesh) -> float:
    """Return the sum of the triangles' areas, square metres."""
    return float(np.linalg.norm(face_vectors(mesh.positions, mesh.faces), axis=1).sum() / 2.0)


def face_vectors(positions: F32 | F64, faces: U32) -> F64:
    """Return (F, 3) float64: each face's normal times twice its area."""
    p = np.asarray(positions, dtype=np.float64)
    a, b, c = (p[faces[:, i]] for i in range(3))
    return cross(b - a, c - a)


def corner_normals(positions: F32 | F64, faces: U32, crease_deg: float = 180.0) -> F64:
    """Return a unit normal for every corner of every face, smooth across edges flatter than a crease.

    A corner's normal is the area-weighted mean over the faces at the same place that turn away from its own
    face by less than `crease_deg`.

    Parameters
    ----------
    positions : (V, 3) float
        Equal rows count as one place.
    faces : (F, 3) uint32

    Returns
    -------
    (F, 3, 3) float64
        Zero only where a face has no area and no neighbour with one.
    """
    vectors = face_vectors(positions, faces)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    _, place = np.unique(np.asarray(positions, dtype=np.float64) + 0.0, axis=0, return_inverse=True)
    corner_place = place.reshape(-1)[faces].reshape(-1)
    if crease_deg >= 180.0:
        totals = [np.bincount(corner_place, np.repeat(vectors[:, k], 3), int(place.max()) + 1) for k in range(3)]
        mean: F64 = np.stack(totals, axis=1).astype(np.float64)[corner_place]
    else:
        mean = _creased_sums(vectors, units, corner_place, float(np.cos(np.radians(crease_deg))))
    size = np.linalg.norm(mean, axis=1, keepdims=True)
    out: F64 = np.divide(mean, size, out=np.repeat(units, 3, axis=0), where=size > 1e-30)
    return out.reshape(-1, 3, 3)


def _creased_sums(vectors: F64, units: F64, corner_place: np.ndarray, cosine: float) -> F64:
    order = np.argsort(corner_place, kind="stable")
    counts = np.bincount(corner_place)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    valence = counts[corner_place]
    # One row per ordered pair of corners that share a place.
    first = np.repeat(np.arange(len(corner_place)), valence)
    within = np.arange(len(first)) - np.repeat(np.cumsum(valence) - valence, valence)
    second = order[starts[corner_place[first]] + within]
    near = np.einsum("ij,ij->i", units[first // 3], units[second // 3]) >= cosine
    first, second = first[near], second[near]
    return np.stack(
        [np.bincount(first, vectors[second // 3, k], len(corner_place)) for k in range(3)],
        axis=1,
    )


def with_normals(positions: F32 | F64, uv: F32 | F64, faces: U32, crease_deg: float) -> Mesh:
    """Return a mesh with normals from the faces; vertices are split only where corners disagree.

    Parameters
    ----------
    positions : (V, 3) float
        Metres.
    uv : (V, 2) float
    faces : (F, 3) uint32
    """
    normals = corner_normals(positions, faces, crease_deg).reshape(-1, 3).astype(np.float32)
    corners = faces.reshape(-1)
    rows = np.concatenate([corners[:, None].astype(np.float64), np.round(normals, 5)], axis=1) + 0.0
    _, first, index = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return Mesh(
        positions=np.asarray(positions, dtype=np.float32)[corners[first]],
        normals=normals[first],
        uv=np.asarray(uv, dtype=np.float32)[corners[first]],
        faces=index.reshape(-1, 3).astype(np.uint32),
    )
