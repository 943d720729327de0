"""Which pixels a polygon fills: those whose centre is inside. Cuts with columns are counted, nothing is painted."""

from __future__ import annotations

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.rle import I64


def centre_cuts(start: F64, end: F64) -> tuple[I64, I64, I64]:
    """Return where lines cut the middles of pixel columns.

    Parameters
    ----------
    start, end : (E, 2) float64
        x, y in continuous pixel coordinates: a pixel's corners are integers.

    Returns
    -------
    line, column, row : (K,) int64
        Which line cuts which column, and the first row whose centre lies behind the cut.
    """
    low = np.ceil(np.minimum(start[:, 0], end[:, 0]) - 0.5).astype(np.int64)
    times = np.ceil(np.maximum(start[:, 0], end[:, 0]) - 0.5).astype(np.int64) - low
    line = np.repeat(np.arange(len(start)), times)
    column = np.arange(len(line)) - np.repeat(np.cumsum(times) - times, times) + low[line]
    x, y, to_x, to_y = start[line, 0], start[line, 1], end[line, 0], end[line, 1]
    cut = y + (column + 0.5 - x) * (to_y - y) / np.where(to_x == x, 1.0, to_x - x)
    return line, column, np.ceil(cut - 0.5).astype(np.int64)


def centre_crossings(ring: F64) -> tuple[I64, I64]:
    """Return column and first row behind each place where a ring, (N, 2), crosses the middle of a pixel column."""
    _, column, row = centre_cuts(ring, np.roll(ring, -1, axis=0))
    return column, row
