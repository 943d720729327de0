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
_FLAT: Final = 1e-5
"""A piece whose volume is a smaller share of its faces' areas times distances is a sheet with two sides."""
_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def is_closed(mesh: Mesh) -> bool:
    """Return whether every edge is crossed as often one way as the other, and the front faces outwards.

    Vertices are the same where their positions are, to 1/32768 of the mesh's size, so seams of normals
    and texture do not count as holes, nor does a seam whose two sides were rounded differently. Edges are
    counted by a sum of 64-bit hashes, which is zero for a closed mesh and, but for a chance of 2**-64, for no
    other. Outwards is what the mesh's own normals and the signed volume of every connected piece say: seen from
    outside, a piece that is inside out would show its far side.
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
    away = a - mesh.positions.mean(axis=0)
    volume = np.einsum("ij,ij->i", away, normal)
    if not float(volume.sum()) > 0.0:
        return False
    if float(volume.min()) >= 0.0:
        return True  # all of it faces away from its middle: no piece is inside out
    _, place = np.unique(point, return_inverse=True)
    piece = _pieces(place[mesh.faces])
    most = np.sqrt(size * np.einsum("ij,ij->i", away, away))
    return bool((np.bincount(piece, volume) >= -_FLAT * np.bincount(piece, most)).all())


def _pieces(faces: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the connected piece of each face, (F,), numbered by its lowest vertex; faces (F, 3) name vertices.

    Each vertex takes the lowest number that a face of its own has, and its number takes that one's in turn, until none
    changes: as often as the logarithm of the longest chain, about.
    """
    lowest = np.arange(int(faces.max()) + 1)
    while True:
        own = lowest[faces]
        least = np.repeat(own.min(axis=1), 3)
        following = lowest.copy()
        np.minimum.at(following, faces.ravel(), least)
        np.minimum.at(following, own.ravel(), least)
        following = following[following]
        if np.array_equal(following, lowest):
            return np.asarray(lowest[faces[:, 0]])
        lowest = following


def _mixed(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return each word scrambled so that every input bit moves every output bit (the splitmix64 finaliser)."""
    with np.errstate(over="ignore"):
        words = words + _MIX[0]
        words = (words ^ (words >> np.uint64(30))) * _MIX[1]
        words = (words ^ (words >> np.uint64(27))) * _MIX[2]
        return np.asarray(words ^ (words >> np.uint64(31)))
