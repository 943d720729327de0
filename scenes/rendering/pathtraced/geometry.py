"""All surfaces of a scene as one list of triangles in world axes, for one acceleration structure.

Every part of every instance stands in it at its pose; a triangle knows its part, a part its surface id and material.
It talks to no device and decides no look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.materials.model import Material

_ORIGIN_STEP_M = 1.0 / 16.0


@dataclass(frozen=True, eq=False)
class Triangles:
    """The triangles of a scene; F of them on V corners, of P parts in the order of surface ids.

    Attributes
    ----------
    origin : (3,) float64
        World point that positions are relative to, so that a scene far from the world's origin loses nothing.
    positions : (V, 3) float32
        World axes, metres from `origin`.
    normals : (V, 3) float32
        Unit, world axes.
    uv : (V, 2) float32
        As the mesh has them, unscaled.
    faces : (F, 3) uint32
    part_of_face : (F,) uint32
        Surface id - 1.
    materials : tuple of Material
        Each once, by content, in the order of first use.
    material_of_part : (P,) uint32
    key : str
        Content hash of meshes, poses and origin; equal keys mean equal arrays but for the materials.
    """

    origin: F64
    positions: F32
    normals: F32
    uv: F32
    faces: U32
    part_of_face: U32
    materials: tuple[Material, ...]
    material_of_part: U32
    key: str

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = (self.positions, self.normals, self.uv, self.faces, self.part_of_face, self.material_of_part)
        return sum(a.nbytes for a in arrays)


def middle_of(scene: Scene) -> F64:
    """Return a world point amid the scene's things, (3,) float64, on a grid so that small moves do not change it."""
    bounds = [i.world_bounds for i in scene.instances if i.kind != "stuff"] or [i.world_bounds for i in scene.instances]
    if not bounds:
        return np.zeros(3)
    every = np.stack(bounds)
    middle = (every[:, 0].min(axis=0) + every[:, 1].max(axis=0)) / 2
    return np.asarray(np.round(middle / _ORIGIN_STEP_M) * _ORIGIN_STEP_M)


def triangles_of(scene: Scene, held: Callable[[str], Triangles | None] = lambda key: None) -> Triangles:
    """Return the scene's triangles.

    Parameters
    ----------
    held : callable
        Given a content key, returns triangles that were made before under it, or None.
    """
    origin = middle_of(scene)
    materials: dict[str, int] = {}
    unique: list[Material] = []
    of_part: list[int] = []
    digest = blake2b(origin.tobytes(), digest_size=16)
    for instance in scene.instances:
        digest.update(instance.world_from_object.tobytes())
        for part in instance.model.parts:
            if part.material.key not in materials:
                materials[part.material.key] = len(unique)
                unique.append(part.material)
            of_part.append(materials[part.material.key])
            digest.update(part.mesh.key.encode())
    key = digest.hexdigest()
    material_of_part = np.asarray(of_part, dtype=np.uint32)
    known = held(key)
    if known is not None:
        return Triangles(
            origin, known.positions, known.normals, known.uv, known.faces, known.part_of_face, tuple(unique),
            material_of_part, key,
        )  # fmt: skip
    return _made(scene, origin, tuple(unique), material_of_part, key)


def _made(scene: Scene, origin: F64, materials: tuple[Material, ...], material_of_part: U32, key: str) -> Triangles:
    meshes = [part.mesh for instance in scene.instances for part in instance.model.parts]
    corners = np.cumsum([0] + [len(m.positions) for m in meshes])
    rows = np.cumsum([0] + [len(m.faces) for m in meshes])
    positions = np.empty((corners[-1], 3), dtype=np.float32)
    normals = np.empty((corners[-1], 3), dtype=np.float32)
    uv = np.empty((corners[-1], 2), dtype=np.float32)
    faces = np.empty((rows[-1], 3), dtype=np.uint32)
    part_of_face = np.empty(rows[-1], dtype=np.uint32)
    k = 0
    for instance in scene.instances:
        pose = instance.world_from_object
        turn = pose[:3, :3]
        scale = np.cbrt(np.linalg.det(turn))
        shift = pose[:3, 3] - origin
        for part in instance.model.parts:
            mesh, here, there = part.mesh, slice(corners[k], corners[k + 1]), slice(rows[k], rows[k + 1])
            positions[here] = mesh.positions.astype(np.float64) @ turn.T + shift
            normals[here] = mesh.normals @ (turn.T / scale).astype(np.float32)
            uv[here] = mesh.uv
            faces[there] = mesh.faces + np.uint32(corners[k])
            part_of_face[there] = k
            k += 1
    return Triangles(origin, positions, normals, uv, faces, part_of_face, materials, material_of_part, key)
