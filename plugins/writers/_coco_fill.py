"""How pycocotools fills a polygon: on a grid of fifths of a pixel, so a little otherwise than by pixel centres.

For outlines inside the image only; nothing is clipped at the sides.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.conventions import F64
from myriorama.scenes.labels.rle import I64

_FINE: Final = 5
_MIDDLE: Final = 2
"""A column is crossed where the outline steps from its third fifth to its fourth."""


def coco_cuts(start: F64, end: F64) -> tuple[I64, I64, I64]:
    """Return which lines cut columns, which columns, and the first row behind, by the rule of COCO's reference reader.

    Corners are rounded to fifths of a pixel and joined by lines of one point for each fifth along their longer side.
    Between two neighbouring points on both sides of a column's middle the upper one tells the row.
    """
    begin, stop = (np.floor(p * _FINE + 0.5).astype(np.int64) for p in (start, end))
    flat = np.abs(stop[:, 0] - begin[:, 0]) >= np.abs(stop[:, 1] - begin[:, 1])
    wide, high = np.flatnonzero(flat), np.flatnonzero(~flat)
    first, second = _along_columns(begin[wide], stop[wide]), _along_rows(begin[high], stop[high])
    line = np.concatenate((wide[first[0]], high[second[0]]))
    column, fine_row = (np.concatenate(pair) for pair in zip(first[1:], second[1:], strict=True))
    return line, column, -((_MIDDLE - fine_row) // _FINE)


def _along_columns(start: I64, end: I64) -> tuple[I64, I64, I64]:
    """Lines that are at least as wide as high: one point for each fifth of a column."""
    (x, y), steps, slope = _ordered(start, end, 0)
    begin = -((x - _MIDDLE) // -_FINE)  # the first column whose third fifth is not before the line
    times = np.maximum(-((x + steps - _MIDDLE) // -_FINE) - begin, 0)
    line = np.repeat(np.arange(len(x)), times)
    column = np.arange(len(line)) - np.repeat(np.cumsum(times) - times, times) + begin[line]
    place = column * _FINE + _MIDDLE - x[line]
    here = np.floor(y[line] + slope[line] * place + 0.5)
    there = np.floor(y[line] + slope[line] * (place + 1) + 0.5)
    return line, column, np.minimum(here, there).astype(np.int64)


def _along_rows(start: I64, end: I64) -> tuple[I64, I64, I64]:
    """Lines that are higher than wide: one point for each fifth of a row."""
    (x, y), steps, slope = _ordered(start, end, 1)
    line = np.repeat(np.arange(len(x)), steps)
    place = np.arange(len(line)) - np.repeat(np.cumsum(steps) - steps, steps)
    here = np.floor(x[line] + slope[line] * place + 0.5).astype(np.int64)
    there = np.floor(x[line] + slope[line] * (place + 1) + 0.5).astype(np.int64)
    low = np.minimum(here, there)
    crossed = (here != there) & (low % _FINE == _MIDDLE)
    return line[crossed], low[crossed] // _FINE, (y[line] + place)[crossed]


def _ordered(start: I64, end: I64, axis: int) -> tuple[tuple[I64, I64], I64, F64]:
    """Return where lines begin, read towards growing `axis`, their steps along it, and the slope of the other."""
    turned = (start[:, axis] > end[:, axis])[:, None]
    first, last = np.where(turned, end, start), np.where(turned, start, end)
    steps = last[:, axis] - first[:, axis]
    slope = (last[:, 1 - axis] - first[:, 1 - axis]) / np.maximum(steps, 1)
    return (first[:, 0], first[:, 1]), steps, slope
