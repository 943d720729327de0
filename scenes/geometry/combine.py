"""Join, move and bend meshes as values: merge, transform, rotate, re-lay texture coordinates.

It refuses to weld or repair: parts that touch keep their own vertices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from myriorama.scenes.conventions import F32, F64, U32, Mask
from myriorama.scenes.geometry.mesh import Mesh


def merge(meshes: Sequence[Mesh]) -> Mesh:
    """Return one mesh that holds all triangles of `meshes`, in order.

    Raises
    ------
    ValueError
        There is no mesh.
    """
    if not meshes:
        raise ValueError("merge needs at least one mesh")
    if len(meshes) == 1:
        return meshes[0]
    starts = np.cumsum([0] + [len(m.positions) for m in meshes[:-1]])
    return Mesh(
        positions=np.concatenate([m.positions for m in meshes]),
        normals=np.concatenate([m.normals for m in meshes]),
        uv=np.concatenate([m.uv for m in meshes]),
        faces=np.concatenate([m.faces + np.uint32(s) for m, s in zip(meshes, starts, strict=True)]).astype(np.uint32),
    )


def transform(mesh: Mesh, target_from_mesh: F64) -> Mesh:
    """Return the mesh under an affine map; a mirror turns the winding round so that outside stays outside.

    Parameters
    ----------
    target_from_mesh : (4, 4) float64
        Last row 0, 0, 0, 1.

    Raises
    ------
    ValueError
        The map flattens the mesh.
    """
    linear = np.asarray(target_from_mesh, dtype=np.float64)[:3, :3]
    determinant = float(np.linalg.det(linear))
    if abs(determinant) < 1e-18:
        raise ValueError("the transform flattens the mesh: its determinant is 0")
    positions = mesh.positions @ linear.T + np.asarray(target_from_mesh, dtype=np.float64)[:3, 3]
    # The inverse transpose keeps outward normals outward, mirrors included.
    normals = mesh.normals @ np.linalg.inv(linear)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    faces = mesh.faces if determinant > 0 else mesh.faces[:, ::-1]
    return Mesh(positions.astype(np.float32), normals.astype(np.float32), mesh.uv, faces)


def moved(mesh: Mesh, x_m: float, y_m: float, z_m: float) -> Mesh:
    """Return the mesh shifted, metres."""
    positions = mesh.positions.astype(np.float64) + np.array([x_m, y_m, z_m])
    return Mesh(positions.astype(np.float32), mesh.normals, mesh.uv, mesh.faces)


def scaled(mesh: Mesh, x: float, y: float, z: float) -> Mesh:
    """Return the mesh stretched about the origin."""
    return transform(mesh, np.diag([x, y, z, 1.0]))


def quarter_turned(mesh: Mesh, axis: int, turns: int) -> Mesh:
    """Return the mesh turned by `turns` quarter turns about an axis (0 x, 1 y, 2 z), exact to the bit."""
    a, b = ((1, 2), (2, 0), (0, 1))[axis]
    positions, normals = mesh.positions.copy(), mesh.normals.copy()
    for _ in range(turns % 4):
        for array in (positions, normals):
            array[:, [a, b]] = np.stack([-array[:, b], array[:, a]], axis=1)
    return Mesh(positions, normals, mesh.uv, mesh.faces)


def flipped(mesh: Mesh) -> Mesh:
    """Return the mesh inside out: winding and normals turned round."""
    return Mesh(mesh.positions, -mesh.normals, mesh.uv, mesh.faces[:, ::-1])


def rotation_about(axis: tuple[float, float, float], angle_rad: float) -> F64:
    """Return the (4, 4) float64 rotation about an axis through the origin, right-handed (Rodrigues' formula).

    Raises
    ------
    ValueError
        The axis has no length.
    """
    a = np.asarray(axis, dtype=np.float64)
    length = float(np.linalg.norm(a))
    if length == 0:
        raise ValueError("a rotation axis needs a length")
    x, y, z = a / length
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    out = np.eye(4)
    out[:3, :3] += np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * (cross @ cross)
    return out


def translation(x_m: float, y_m: float, z_m: float) -> F64:
    """Return the (4, 4) float64 shift, metres."""
    out = np.eye(4)
    out[:3, 3] = (x_m, y_m, z_m)
    return out


def uv_turned(mesh: Mesh) -> Mesh:
    """Return the mesh with its texture turned by a quarter turn: what ran up runs to the right."""
    return Mesh(mesh.positions, mesh.normals, np.stack([-mesh.uv[:, 1], mesh.uv[:, 0]], axis=1), mesh.faces)


def with_faces(mesh: Mesh, keep: Mask) -> Mesh:
    """Return the mesh with only the faces where `keep`, (F,) bool, is true, and no vertex that none of them uses.

    Raises
    ------
    ValueError
        No face is kept.
    """
    faces = mesh.faces[keep]
    used, index = np.unique(faces, return_inverse=True)
    return Mesh(mesh.positions[used], mesh.normals[used], mesh.uv[used], index.reshape(faces.shape).astype(np.uint32))


def without_slivers(positions: F32 | F64, faces: U32) -> U32:
    """Return the faces whose three corners lie at three different places.

    Parameters
    ----------
    positions : (V, 3) float
    faces : (F, 3) uint32
    """
    x, y, z = (np.ascontiguousarray(positions[:, k]).take(faces.T) for k in range(3))  # (3, F): corner by corner
    equal = np.zeros(len(faces), dtype=np.bool_)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        equal |= (x[i] == x[j]) & (y[i] == y[j]) & (z[i] == z[j])
    kept: U32 = faces[~equal] if equal.any() else faces
    return kept
