"""A camera path: points written as text, and the place and heading at a share of its length.

It holds no time: a path says where, never when.
"""

from __future__ import annotations

import math

import numpy as np

from myriorama.scenes.conventions import F64

_STEPS_PER_SEGMENT = 64
_MAX_POINTS = 1000


class PathError(ValueError):
    """The text gives no usable path."""


def parse_points(text: str) -> F64:
    """Return (N, 3) float64 metres from ``"x y z; x y z; ..."``; commas between numbers are accepted.

    Raises
    ------
    PathError
        Fewer than two points, more than 1000, not three finite numbers in one, or all in one place.
    """
    rows = []
    for number, piece in enumerate(p for p in text.split(";") if p.strip()):
        try:
            row = [float(word) for word in piece.replace(",", " ").split()]
        except ValueError as error:
            raise PathError(f"point {number + 1} of the path is not made of numbers: {piece.strip()!r}") from error
        if len(row) != 3 or not all(math.isfinite(v) for v in row):
            raise PathError(f"point {number + 1} of the path must be three finite numbers, not {piece.strip()!r}")
        rows.append(row)
        if len(rows) > _MAX_POINTS:
            raise PathError(f"a path may have {_MAX_POINTS} points at most")
    if len(rows) < 2:
        raise PathError(f"a path needs at least two points, not {len(rows)}")
    points: F64 = np.array(rows, dtype=np.float64)
    kept = np.concatenate([[True], np.linalg.norm(np.diff(points, axis=0), axis=1) > 0])
    if int(kept.sum()) < 2:
        raise PathError("all points of the path are the same")
    distinct: F64 = points[kept]
    return distinct


def along(points: F64, progress: float, *, smooth: bool) -> tuple[F64, F64]:
    """Return the place and the unit heading at `progress` of the path's length.

    Parameters
    ----------
    points : (N, 3) float64
        N >= 2, neighbours differ.
    progress : float
        In [0, 1].
    smooth : bool
        Follow a centripetal Catmull-Rom curve through the points (Yuksel, Schaefer and Keyser 2011: no loops or
        cusps within a segment) instead of straight lines.

    Returns
    -------
    position, heading : (3,) float64
    """
    line = _catmull_rom(points) if smooth and len(points) > 2 else points
    steps = np.diff(line, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    reached = np.concatenate([[0.0], np.cumsum(lengths)])
    wanted = progress * reached[-1]
    segment = int(np.clip(np.searchsorted(reached, wanted, side="right") - 1, 0, len(steps) - 1))
    heading = steps[segment] / lengths[segment]
    return line[segment] + (wanted - reached[segment]) * heading, heading


def _catmull_rom(points: F64) -> F64:
    """Return the curve through `points` as a fine polyline."""
    padded = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    pieces = []
    for i in range(len(points) - 1):
        p0, p1, p2, p3 = padded[i : i + 4]
        knots = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(padded[i : i + 4], axis=0), axis=1) ** 0.5)])
        t0, t1, t2, t3 = knots
        t = np.linspace(t1, t2, _STEPS_PER_SEGMENT, endpoint=False)[:, None]
        a1 = (t1 - t) / (t1 - t0) * p0 + (t - t0) / (t1 - t0) * p1
        a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
        a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
        b1 = (t2 - t) / (t2 - t0) * a1 + (t - t0) / (t2 - t0) * a2
        b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
        pieces.append((t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2)
    return np.concatenate([*pieces, points[-1:]])
