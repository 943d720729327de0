"""Tells whether a mesh is closed with its front outside: then its back faces can be left out, with no pixel changed.

A ray that meets such a mesh enters by a front face; and since rasterisation gives every pixel centre to
exactly one side of a shared edge, front faces cover the very pixels that all faces cover.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.geometry.vectors import cross

_STEPS: Final = 32768.0
_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def is_closed(mesh: Mesh) -> bool:
    """Return whether every edge is crossed as often one way as the other, and the front faces outwards.

    Vertices are the same where their positions are, to 1/32768 of the mesh's size, so seams of normals
    and texture do not count as holes, nor does a seam whose two sides were rounded differently. Edges are
    counted by a sum of 64-bit hashes, which is zero for a closed mesh and, but for a chance of 2**-64, for no
    other. Outwards is what the mesh's own normals and its signed volume say.
    """
    low, high = mesh.bounds
    step = float((high - low).max()) / _STEPS or 1.0
    bits = np.rint((mesh.positions - low) / step).astype(np.int64).view(np.uint64)
    point = _mixed(_mixed(_mixed(bits[:, 0]) ^ bits[:, 1]) ^ bits[:, 2])
    # Mixed once for each vertex, not for each edge that leaves it.
    corner, mixed = point[mesh.faces], _mixed(point)[mesh.faces]
    following, mixed_following = corner[:, [1, 2, 0]], mixed[:, [1, 2, 0]]
    with np.errstate(over="ignore"):
        balance = (_mixed(mixed ^ following) - _mixed(mixed_following ^ corner)).sum(dtype=np.uint64)
    if balance != 0:
        return False
    a, b, c = (mesh.positions[mesh.faces[:, k]] for k in range(3))
    normal = cross(b - a, c - a)
    declared = mesh.normals[mesh.faces[:, 0]] + mesh.normals[mesh.faces[:, 1]] + mesh.normals[mesh.faces[:, 2]]
    agrees = np.einsum("ij,ij->i", normal, declared)
    size = np.einsum("ij,ij->i", normal, normal)
    if bool((agrees < -1e-3 * np.sqrt(size)).any()):
        return False
    middle = mesh.positions.mean(axis=0)
    return float(np.einsum("ij,ij->", a - middle, normal)) > 0.0


def _mixed(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return each word scrambled so that every input bit moves every output bit (the splitmix64 finaliser)."""
    with np.errstate(over="ignore"):
        words = words + _MIX[0]
        words = (words ^ (words >> np.uint64(30))) * _MIX[1]
        words = (words ^ (words >> np.uint64(27))) * _MIX[2]
        return np.asarray(words ^ (words >> np.uint64(31)))
