"""Meshes that rays can be asked about: Embree for the search, float64 for the place.

A tracer belongs to one mesh, in the mesh's own frame, and is kept by content key. It knows no material.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from embreex import rtcore, rtcore_scene
from embreex.mesh_construction import TriangleMesh

from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.rendering.raster.bounded import BoundedStore

_BYTES_PER_FACE: Final = 160
"""What Embree keeps for a triangle, nodes and vertices, about; measured on meshes of 10,000."""
_TRUSTED: Final = 1e-4
"""Share of the distance by which a face's plane may differ from Embree's answer before that answer is kept."""
_LIMIT_BYTES: Final = 96 * 2**20


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays met a mesh first; K of the rays that were cast.

    Attributes
    ----------
    ray : (K,) intp
        Which rays; ascending.
    face : (K,) int32
    t : (K,) float64
        In units of the rays' directions.
    u, v : (K,) float32
        Weights of the face's second and third corner.
    """

    ray: npt.NDArray[np.intp]
    face: npt.NDArray[np.int32]
    t: F64
    u: F32
    v: F32


@lru_cache(maxsize=1)
def _device() -> Any:
    """Return the one Embree device of this process."""
    return rtcore.EmbreeDevice()


def _narrow(origins: F64, directions: F64) -> tuple[F32, F32]:
    """Return rays as Embree takes them."""
    narrow = directions.astype(np.float32)
    start = np.empty_like(narrow)
    start[:] = origins
    return start, narrow


class MeshTracer:
    """One mesh under Embree."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self._scene = rtcore_scene.EmbreeScene(_device(), robust=True)
        self._faces = TriangleMesh(self._scene, np.array(mesh.positions), mesh.faces.astype(np.int32))
        corners = mesh.positions.astype(np.float64)[mesh.faces]
        self.normals: F64 = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        self._offsets: F64 = np.einsum("ij,ij->i", self.normals, corners[:, 0])
        self.nbytes = len(mesh.faces) * (_BYTES_PER_FACE + 32)

    def first_hits(self, origins: F64, directions: F64) -> Hits:
        """Return where rays first meet the mesh, from either side.

        Parameters
        ----------
        origins : (3,) or (R, 3) float64
            Mesh frame.
        directions : (R, 3) float64
            Not normalised.
        """
        if len(directions) == 0:
            none = np.zeros(0)
            return Hits(none.astype(np.intp), none.astype("i4"), none, none.astype("f4"), none.astype("f4"))
        found = self._scene.run(*_narrow(origins, directions), output=1)
        face = found["primID"]
        ray = np.flatnonzero(face >= 0)
        face = face[ray]
        near = found["tfar"][ray].astype(np.float64)
        normals = self.normals[face]
        own = origins if origins.ndim == 1 else origins[ray]
        above = self._offsets[face] - np.einsum("ij,j->i" if own.ndim == 1 else "ij,ij->i", normals, own)
        slope = np.einsum("ij,ij->i", normals, directions[ray])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = above / slope
        # At a face seen edge-on the plane runs away from it with the last bit of the ray.
        t = np.where(np.abs(t - near) <= _TRUSTED * near, t, near)
        return Hits(ray, face, t, found["u"][ray], found["v"][ray])

    def meets(self, origins: F64, directions: F64) -> npt.NDArray[np.intp]:
        """Return which rays meet the mesh at all, ascending."""
        if len(directions) == 0:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(self._scene.run(*_narrow(origins, directions)) >= 0)

    def release(self) -> None:
        """Nothing is held outside this object; Embree frees with it."""


class TracerStore:
    """Tracers by the content key of their mesh, bounded in bytes."""

    def __init__(self, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._store: BoundedStore[MeshTracer] = BoundedStore(limit_bytes)

    def begin_frame(self) -> None:
        """From here on, what is asked for stays at least until the next call."""
        self._store.begin_frame()

    def get(self, mesh: Mesh) -> MeshTracer:
        """Return the tracer of a mesh."""
        return self._store.get(mesh.key, lambda: self._build(mesh))

    @staticmethod
    def _build(mesh: Mesh) -> tuple[MeshTracer, int]:
        tracer = MeshTracer(mesh)
        return tracer, tracer.nbytes

    @property
    def nbytes(self) -> int:
        """Bytes held now, about."""
        return self._store.nbytes

    def release(self) -> None:
        """Let every tracer go."""
        self._store.clear()
