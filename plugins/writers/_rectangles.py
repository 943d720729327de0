"""The rectangle of least area around a mask, at whatever angle it lies.

It compares areas as whole numbers, so that equal ones are equal; it fits nothing and estimates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.rle import crop_of_counts, decode_counts

Point: TypeAlias = tuple[int, int]


def smallest_rectangle(rle: str, height: int, width: int, box: Sequence[int]) -> F64:
    """Return the rectangle of least area that holds every pixel of a mask, corners of the pixels included.

    Parameters
    ----------
    rle : str
        COCO compressed counts of the full-size mask.
    box : (x, y, w, h)
        Its tight box.

    Returns
    -------
    (4, 2) float64
        Corners in continuous pixel coordinates, clockwise as one sees them (row 0 at the top), from the topmost one,
        of two the left one. A corner may lie outside the image. Of rectangles of one area the upright one is taken,
        else the one along the first side of the hull.

    Raises
    ------
    ValueError
        The code is broken.
    """
    x, y, w, h = box
    (counts,) = decode_counts([rle.encode()])
    crop = crop_of_counts(counts, height, width, x, w)[y : y + h]
    return rectangle_around(hull_of(crop)) + np.array((x, y), dtype=np.float64)


def hull_of(mask: Mask) -> list[Point]:
    """Return the corners of the convex hull of a mask's pixels, clockwise as one sees them.

    Parameters
    ----------
    mask : (H, W) bool
        At least one pixel is set.
    """
    columns = np.flatnonzero(mask.any(axis=0))
    tops = mask.argmax(axis=0)[columns]
    bottoms = mask.shape[0] - mask[::-1].argmax(axis=0)[columns]
    # Both sides of a column count: at each whole x the highest and the lowest of the columns that meet there.
    places = np.concatenate((columns, columns + 1))
    high = np.full(mask.shape[1] + 1, mask.shape[0], dtype=np.int64)
    low = np.full(mask.shape[1] + 1, -1, dtype=np.int64)
    np.minimum.at(high, places, np.tile(tops, 2))
    np.maximum.at(low, places, np.tile(bottoms, 2))
    lattice = np.flatnonzero(low >= 0).tolist()
    upper = _chain(zip(lattice, high[lattice].tolist(), strict=True))
    lower = _chain(zip(lattice[::-1], low[lattice[::-1]].tolist(), strict=True))
    return upper + lower


def _chain(points: Iterable[Point]) -> list[Point]:
    """Return the corners of one half of a hull (Andrew 1979), points sorted along it, all turns to the right."""
    out: list[Point] = []
    for x, y in points:
        while len(out) > 1:
            (ax, ay), (bx, by) = out[-2], out[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            out.pop()
        out.append((x, y))
    return out


def rectangle_around(hull: Sequence[Point]) -> F64:
    """Return the rectangle of least area around a convex hull; one side lies on a side of the hull.

    That it does is the theorem of Freeman and Shapira (1975); see `smallest_rectangle` for the order of the corners.
    """
    points = np.array(hull, dtype=np.int64)
    sides = np.roll(points, -1, axis=0) - points
    sides = np.concatenate((np.array([[1, 0]]), sides[np.abs(sides).sum(axis=1) > 0]))
    along = points @ sides.T
    across = points @ np.stack((-sides[:, 1], sides[:, 0]))
    a0, a1, c0, c1 = (m.tolist() for m in (along.min(0), along.max(0), across.min(0), across.max(0)))
    squared = (sides * sides).sum(axis=1).tolist()
    best = 0
    for k in range(1, len(squared)):
        # Area is (a1 - a0) (c1 - c0) / squared; multiplied out, in numbers without end, nothing is rounded.
        area, least = (a1[k] - a0[k]) * (c1[k] - c0[k]), (a1[best] - a0[best]) * (c1[best] - c0[best])
        if area * squared[best] < least * squared[k]:
            best = k
    dx, dy = sides[best].tolist()
    corners = [
        ((a * dx - c * dy) / squared[best], (a * dy + c * dx) / squared[best])
        for a, c in ((a0[best], c0[best]), (a1[best], c0[best]), (a1[best], c1[best]), (a0[best], c1[best]))
    ]
    first = min(range(4), key=lambda k: (corners[k][1], corners[k][0]))
    return np.array(corners[first:] + corners[:first])
