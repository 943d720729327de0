"""Several closed outlines as one: joined by lines that are walked both ways, so that they enclose nothing.

It moves no corner. Filled by either usual rule, the joined outline covers what its rings cover: the outer ones run one
way and holes the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64


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
    best = dict.fromkeys(range(1, len(rings)), (np.inf, 0, 0, 0))
    while best:
        newest = order[-1]
        for ring, known in best.items():
            squared, at, own = _nearest(rings[newest], rings[ring])
            if squared < known[0]:
                best[ring] = (squared, newest, at, own)
        ring = min(best, key=lambda r: (best[r][0], r))
        joints[ring] = best.pop(ring)[1:]
        order.append(ring)
    return order, joints


def _nearest(first: F64, second: F64) -> tuple[float, int, int]:
    """Return the least squared distance of two rings' corners, and which they are; the first of equals."""
    apart: npt.NDArray[np.float64] = first[:, None, :] - second[None, :, :]
    squared = (apart * apart).sum(axis=2)
    at, own = divmod(int(squared.argmin()), len(second))
    return float(squared[at, own]), at, own


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
