"""Several closed outlines as one: joined by lines that are walked both ways, so that they enclose nothing.

It moves no corner. Filled by either usual rule, the joined outline covers what its rings cover: the outer ones run one
way and holes the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.rle import I64

_MOST_DISTANCES: Final = 2**20


def joined(rings: Sequence[F64]) -> F64:
    """Return one ring that goes round all of them.

    Each ring is joined at its corner nearest to what is joined already, the nearest ring first (Prim 1957).

    Parameters
    ----------
    rings : sequence of (N, 2) float64
        At least one; the last corner of each is joined to its first.

    Returns
    -------
    (M, 2) float64
    """
    if len(rings) == 1:
        return rings[0]
    order, joints = _tree(rings)
    hanging: list[dict[int, list[F64]]] = [{} for _ in rings]
    # A ring is joined later than the one that it hangs on; from the last one back each is whole when it is needed.
    for ring in reversed(order[1:]):
        parent, at, own = joints[ring]
        hanging[parent].setdefault(at, []).append(_walk(rings[ring], own, hanging[ring], closed=True))
    return _walk(rings[0], 0, hanging[0], closed=False)


def _tree(rings: Sequence[F64]) -> tuple[list[int], dict[int, tuple[int, int, int]]]:
    """Return in what order rings are joined, and for each on which ring, at which corner of it, and at which own."""
    order, joints = [0], {}
    corners = np.concatenate(rings)
    first = np.cumsum([0, *(len(ring) for ring in rings)])
    ring_of = np.repeat(np.arange(len(rings)), np.diff(first))
    nearest = np.full(len(corners), np.inf)  # of every corner: how near what is joined is, and where
    joint = np.zeros(len(corners), dtype=np.int64)
    apart = np.arange(first[1], len(corners))
    while len(apart):
        newest = order[-1]
        _come_nearer(corners, range(first[newest], first[newest + 1]), apart, nearest, joint)
        own = int(apart[nearest[apart].argmin()])
        at, ring = int(joint[own]), int(ring_of[own])
        joints[ring] = (int(ring_of[at]), at - int(first[ring_of[at]]), own - int(first[ring]))
        order.append(ring)
        apart = apart[ring_of[apart] != ring]
    return order, joints


def _come_nearer(corners: F64, new: range, apart: I64, nearest: F64, joint: I64) -> None:
    """Take newly joined corners into account, so many at once that their distances stay small in memory."""
    x, y = corners[apart, 0], corners[apart, 1]
    step = max(1, _MOST_DISTANCES // len(apart))
    for low in range(new.start, new.stop, step):
        block = corners[low : min(low + step, new.stop)]
        squared = (block[:, :1] - x) ** 2 + (block[:, 1:] - y) ** 2
        which = squared.argmin(axis=0)
        least = squared[which, np.arange(len(apart))]
        nearer = least < nearest[apart]
        nearest[apart[nearer]] = least[nearer]
        joint[apart[nearer]] = which[nearer] + low


def _walk(ring: F64, start: int, hanging: dict[int, list[F64]], *, closed: bool) -> F64:
    """Return a ring's corners from one on, with a detour through each that hangs on it, back to the first if closed."""
    pieces: list[F64] = []
    for k in range(len(ring)):
        at = (start + k) % len(ring)
        corner = ring[at : at + 1]
        pieces.append(corner)
        for loop in hanging.get(at, ()):
            pieces += [loop, corner]
    if closed:
        pieces.append(ring[start : start + 1])
    return np.concatenate(pieces)
