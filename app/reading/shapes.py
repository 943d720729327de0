"""Boxes, outlines and run lengths of foreign labels: checked, and filled as pixels.

A number that is none, an empty box and a code that does not fit are told; they never become a shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from myriorama.app.reading.limits import MAX_CROSSINGS, MAX_POINTS
from myriorama.app.reading.neutral import ForeignObject, MaskCode, Tell
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.filling import centre_crossings
from myriorama.scenes.labels.rle import crop_of_counts, decode_counts

Box = tuple[float, float, float, float]
_SLACK_PX: Final = 1.0
"""So far a box may reach out: rounding."""

NO_NUMBER: Final = "a box has something else than finite numbers; the object is left out"
EMPTY: Final = "a box without width or height; the object is left out"
OUTSIDE: Final = "a box lies outside its picture; the object is left out"
OVER: Final = "a box reaches out of its picture; it is shown as it is"
BAD_OUTLINE: Final = "an outline is no list of finite x, y pairs, three or more; only the box is shown"
BAD_CODE: Final = "a run-length code is broken or has another size than its picture; only the box is shown"


def numbers(values: Any, count: int) -> tuple[float, ...] | None:
    """Return `count` finite numbers, or None."""
    if not isinstance(values, list | tuple) or len(values) != count:
        return None
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return None
    try:
        found = tuple(float(v) for v in values)
    except OverflowError:
        return None
    return found if all(map(math.isfinite, found)) else None


def checked_box(box: Sequence[float] | None, width: int, height: int, tell: Tell) -> Box | None:
    """Return a box that touches its picture, or None; a picture of unknown size (0) has no borders.

    Parameters
    ----------
    box : x, y, w, h
        Or None: no numbers.
    """
    if box is None or not all(map(math.isfinite, box)):
        tell(NO_NUMBER)
        return None
    x, y, w, h = box
    told = f"{x:.6g}, {y:.6g}, {w:.6g}, {h:.6g}"
    if w <= 0 or h <= 0:
        tell(EMPTY, told)
        return None
    if width and height:
        if x >= width or y >= height or x + w <= 0 or y + h <= 0:
            tell(OUTSIDE, f"{told} in {width} x {height}")
            return None
        if min(x, y) < -_SLACK_PX or x + w > width + _SLACK_PX or y + h > height + _SLACK_PX:
            tell(OVER, f"{told} in {width} x {height}")
    return x, y, w, h


def ring_of(values: Any) -> F64 | None:
    """Return a flat list x, y, x, y ... as (N, 2), or None where it is no outline."""
    if not isinstance(values, list | tuple) or len(values) < 6 or len(values) % 2 or len(values) > 2 * MAX_POINTS:
        return None
    if not all(isinstance(v, int | float) for v in values):
        return None
    try:
        found = np.array(values, dtype=np.float64).reshape(-1, 2)
    except (OverflowError, ValueError):
        return None
    return found if np.isfinite(found).all() else None


def extent(rings: Sequence[F64]) -> Box:
    """Return the box around outlines."""
    points = np.concatenate(rings)
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x0, y0, x1 - x0, y1 - y0


def code_of(found: Any, width: int, height: int) -> MaskCode | None:
    """Return COCO's run lengths, compressed or not; None where they are broken or of another size.

    A picture of unknown size (0) takes the code's own.
    """
    size = numbers(found.get("size"), 2) if isinstance(found, dict) else None
    if size is None or (height and size != (height, width)):
        return None
    own_height, own_width = int(size[0]), int(size[1])
    if own_height < 1 or own_width < 1 or own_height * own_width > 2**31:
        return None
    counts = found.get("counts")
    try:
        if isinstance(counts, str):
            (runs,) = decode_counts([counts.encode("ascii")])
        elif isinstance(counts, list) and all(type(c) is int and 0 <= c < 2**31 for c in counts):
            runs = np.array(counts, dtype=np.int64)
        else:
            return None
    except (ValueError, IndexError, OverflowError):
        return None
    if len(runs) == 0 or (runs < 0).any() or int(runs.sum()) != own_height * own_width:
        return None
    return MaskCode(runs, own_height, own_width)


def code_of_mask(mask: Mask) -> MaskCode:
    """Return the run lengths of a mask of a whole picture."""
    down = mask.T.ravel()
    edges = np.flatnonzero(down[1:] != down[:-1]) + 1
    counts = np.diff(np.concatenate(([0], edges, [down.size])))
    if down.size and down[0]:
        counts = np.concatenate(([0], counts))
    return MaskCode(counts.astype(np.int64), *mask.shape)


def filled(rings: Sequence[F64], x: int, y: int, width: int, height: int) -> Mask | None:
    """Return the pixels of a window whose centres are inside one of the outlines, each by the even-odd rule.

    Returns
    -------
    (height, width) bool or None
        None where an outline goes to and fro so often that filling it would be a burden.
    """
    out = np.zeros((height, width), dtype=np.bool_)
    for ring in rings:
        moved = ring - (x, y)
        # Far away corners are brought near: nothing of them is seen, and their edges would cross too many columns.
        moved = np.clip(moved, -2.0 * max(width, height), 3.0 * max(width, height))
        spans = np.abs(np.diff(np.append(moved[:, 0], moved[0, 0])))
        if float(spans.sum()) + len(spans) > MAX_CROSSINGS:
            return None
        column, row = centre_crossings(moved)
        inside = (column >= 0) & (column < width)
        column, row = column[inside], np.clip(row[inside], 0, height)
        turns = np.bincount(column * (height + 1) + row, minlength=width * (height + 1)).reshape(width, height + 1)
        out |= (np.cumsum(turns, axis=1)[:, :height] % 2 == 1).T
    return out


def mask_in(item: ForeignObject, x: int, y: int, width: int, height: int) -> Mask | None:
    """Return an object's pixels in a window of its picture, (height, width) bool; None where there is only a box."""
    if item.rle is not None:
        left, right = max(0, x), min(item.rle.width, x + width)
        top, bottom = max(0, y), min(item.rle.height, y + height)
        out = np.zeros((height, width), dtype=np.bool_)
        if right > left and bottom > top:
            columns = crop_of_counts(item.rle.counts, item.rle.height, item.rle.width, left, right - left)
            out[top - y : bottom - y, left - x : right - x] = columns[top:bottom]
        return out
    return filled(item.polygons, x, y, width, height) if item.polygons else None
