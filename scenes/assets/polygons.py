"""Cuts polygons of foreign meshes into triangles that lie inside them.

Quads are cut along the diagonal that keeps both halves facing the same way; larger concave polygons are
clipped ear by ear. No vertex is added or moved.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64

Corners = npt.NDArray[np.int64]


def triangulate(points: F64, polygons: Corners) -> Corners:
    """Return triangles for polygons that all have the same number of corners.

    Parameters
    ----------
    points : (V, 3) float64
    polygons : (P, n) int64
        Indices into `points`, n >= 3, counter-clockwise seen from outside.

    Returns
    -------
    (P * (n - 2), 3) int64
        Column indices into the polygon's row: 0 to n - 1. Triangles of a polygon stay together, in order.
    """
    count, sides = polygons.shape
    fan = np.array([[0, k, k + 1] for k in range(1, sides - 1)], dtype=np.int64)
    out = np.repeat(fan[np.newaxis], count, axis=0)
    if sides == 3 or count == 0:
        return out.reshape(-1, 3)
    corners = points[polygons]
    corners = corners - corners.mean(axis=1, keepdims=True)
    following = np.roll(corners, -1, axis=1)
    normal = np.cross(corners, following).sum(axis=1)
    turns = np.cross(corners - np.roll(corners, 1, axis=1), following - corners)
    concave = (turns * normal[:, np.newaxis, :]).sum(axis=2) < 0.0
    if sides == 4:
        # A concave corner must be an end of the diagonal; a fan starts at corner 0, so start it there.
        first_or_third = concave[:, 1] | concave[:, 3]
        out[first_or_third] = np.array([[1, 2, 3], [1, 3, 0]])
        return out.reshape(-1, 3)
    for row in np.flatnonzero(concave.any(axis=1)):
        out[row] = _clip_ears(corners[row], normal[row])
    return out.reshape(-1, 3)


def _clip_ears(corners: F64, normal: F64) -> Corners:
    """Return (n - 2, 3) triangles of one polygon, (n, 3), by ear clipping in its own plane."""
    drop = int(np.abs(normal).argmax())
    axes = [(drop + 1) % 3, (drop + 2) % 3]
    flat = corners[:, axes] * (1.0 if normal[drop] > 0 else np.array([1.0, -1.0]))
    left = list(range(len(flat)))
    triangles: list[tuple[int, int, int]] = []
    while len(left) > 3:
        for i in range(len(left)):
            a, b, c = left[i - 1], left[i], left[(i + 1) % len(left)]
            if _is_ear(flat, a, b, c, left):
                break
        else:
            i = 1  # crossing or collinear outline: any cut is as good as another
            a, b, c = left[0], left[1], left[2]
        triangles.append((a, b, c))
        del left[i]
    triangles.append((left[0], left[1], left[2]))
    return np.array(triangles, dtype=np.int64)


def _is_ear(flat: F64, a: int, b: int, c: int, left: list[int]) -> bool:
    pa, pb, pc = flat[a], flat[b], flat[c]
    if _side(pa, pb, pc[np.newaxis])[0] <= 0:
        return False
    others = flat[[k for k in left if k not in (a, b, c)]]
    inside = (_side(pa, pb, others) >= 0) & (_side(pb, pc, others) >= 0) & (_side(pc, pa, others) >= 0)
    # A vertex that repeats a corner's position (a bridge to a hole) does not block the ear.
    same = ((others == pa).all(axis=1)) | ((others == pb).all(axis=1)) | ((others == pc).all(axis=1))
    return not bool((inside & ~same).any())


def _side(a: F64, b: F64, points: F64) -> F64:
    """Return for (N, 2) points: positive to the left of the line a -> b."""
    return np.asarray((b[0] - a[0]) * (points[:, 1] - a[1]) - (b[1] - a[1]) * (points[:, 0] - a[0]))
