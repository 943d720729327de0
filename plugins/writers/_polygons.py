"""Outlines of masks: the borders of their pixels, and polygons with fewer corners that still fill the same pixels.

Coordinates are continuous: a pixel's corners are integers. A polygon is never returned on trust: it is filled again,
and the share of the mask that it keeps is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.rle import I64, crop_of_counts, decode_counts

Ring: TypeAlias = F64
"""(N, 2) corners x, y in continuous pixel coordinates; the last is joined to the first."""

Crossings: TypeAlias = Callable[[Ring], tuple[I64, I64]]
"""How a reader fills a ring: the column and the first row behind each place where the ring crosses a column."""

DEFAULT_IOU: Final = 0.98
_COARSEST_PX: Final = 1.0
_FINEST_PX: Final = 0.2
_PX_PER_LOSS: Final = 4.0
"""A border that is off by up to t pixels costs about t / 4 of a pixel for each pixel of its length."""
_NEVER_SIMPLER: Final = 8
"""Rings of so few corners stay as they are."""


@dataclass(frozen=True, eq=False)
class Polygons:
    """The outline of a mask.

    Attributes
    ----------
    rings : tuple of (N, 2) float64
        One outer border for each 4-connected component, clockwise as one sees it (row 0 at the top), N >= 3.
    holes : tuple of (N, 2) float64
        Borders of holes, anticlockwise.
    iou : float
        Intersection over union of the filled rings with the mask: with the holes cut out where that was asked for.
    """

    rings: tuple[Ring, ...]
    holes: tuple[Ring, ...]
    iou: float

    @property
    def has_holes(self) -> bool:
        """Whether a format without holes fills pixels that are not the mask's."""
        return bool(self.holes)


def outlines(mask: Mask) -> tuple[Ring, ...]:
    """Return the exact borders of a mask, by their corners.

    Parameters
    ----------
    mask : (H, W) bool

    Returns
    -------
    tuple of (N, 2) float64
        Whole numbers. Outer borders run clockwise as one sees it and have a positive `signed_area`, holes run
        anticlockwise and have a negative one; all of them add up to the number of pixels. Pixels that touch at a
        corner only are apart. In the order of their topmost, leftmost corner.
    """
    x, y, follows = _corners(mask)
    if len(x) == 0:
        return ()
    points = np.stack((x, y), axis=1).astype(np.float64)
    after = follows.tolist()
    seen = bytearray(len(after))
    rings = []
    for first in range(len(after)):
        if seen[first]:
            continue
        order, at = [], first
        while not seen[at]:
            seen[at] = 1
            order.append(at)
            at = after[at]
        rings.append(points[order])
    return tuple(rings)


def _corners(mask: Mask) -> tuple[I64, I64, I64]:
    """Return the corners of all borders, sorted by row, then by column, and which corner follows which."""
    h, w = mask.shape
    padded = np.zeros((h + 2, w + 2), dtype=np.uint8)
    padded[1:-1, 1:-1] = mask
    # Which of the four pixels around each lattice point are set: 1 is north-west, 2 north-east, 4 and 8 south of them.
    code = padded[:-1, :-1] | padded[:-1, 1:] << 1 | padded[1:, :-1] << 2 | padded[1:, 1:] << 3
    flat = code.ravel()
    places = np.flatnonzero(_IS_CORNER[flat])
    codes = flat[places]
    # Where two pixels touch at a corner there are two corners: the one with an edge to its left comes first.
    times = _TIMES[codes]
    second = np.zeros(int(times.sum()), dtype=np.intp)
    second[np.cumsum(times)[times == 2] - 1] = 1
    places, codes = np.repeat(places, times), np.repeat(codes, times)
    y, x = np.divmod(places, w + 1)
    # Along a row the corners are ends of edges two by two; so they are along a column, sorted the other way.
    count = len(places)
    beside = np.arange(count) ^ 1
    upper = np.where(_LEFT_GOES_UP[codes], second, 1 - second)  # 0: its edge goes up, so it ends a pair
    order = np.lexsort((upper, y, x))
    above = np.empty(count, dtype=np.intp)
    above[order] = order[np.arange(count) ^ 1]
    # The mask lies on the right hand: an edge with the mask below it runs to the right.
    left_end = np.arange(count) % 2 == 0
    rightwards = np.repeat(_SOUTH_EAST[codes[0::2]] & ~_NORTH_EAST[codes[0::2]], 2)
    return x, y, np.where(left_end == rightwards, beside, above)


_CODES: Final = np.arange(16)
_DIAGONAL: Final = (_CODES == 6) | (_CODES == 9)
_TIMES: Final = np.where(_DIAGONAL, 2, 1)
_IS_CORNER: Final = ~np.isin(_CODES, (0, 15, 3, 12, 5, 10))
_LEFT_GOES_UP: Final = _CODES == 9
_NORTH_EAST: Final = (_CODES & 2) > 0
_SOUTH_EAST: Final = (_CODES & 8) > 0


def signed_area(ring: Ring) -> float:
    """Return the area of a ring by the shoelace formula: positive where it runs clockwise as one sees it."""
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y))


def polygons_of(
    rle: str | bytes,
    height: int,
    width: int,
    min_iou: float = DEFAULT_IOU,
    *,
    holes: bool = False,
    crossings: Crossings | None = None,
) -> Polygons:
    """Return polygons of a mask with few corners that fill nearly the same pixels.

    No point of the outline moves by more than a pixel (Douglas and Peucker 1973, through the middles of the steps), and
    less where `min_iou` asks for it; where only the exact outline will do, that is returned.

    Parameters
    ----------
    rle : str or bytes
        COCO compressed counts, as a stored record has them.
    min_iou : float
        Wanted of the filled polygons and the mask. A mask with holes may fall short of it where `holes` is False,
        whatever the outline: look at `Polygons.iou`.
    holes : bool
        Whether the format can cut holes out.
    crossings : callable or None
        How the format's reader fills a polygon; None fills the pixels whose centre is inside.

    Raises
    ------
    ValueError
        The code is broken, or its mask is empty.
    """
    (counts,) = decode_counts([rle.encode() if isinstance(rle, str) else rle])
    stops = np.cumsum(counts)
    ones = stops[1::2]
    if len(ones) == 0 or not counts[1::2].any():
        raise ValueError("an empty mask has no outline")
    left, right = int(stops[0] // height), int((ones[-1] - 1) // height) + 1
    mask = crop_of_counts(counts, height, width, left, right - left)
    rows = np.flatnonzero(mask.any(axis=1))
    top = int(rows[0])
    corner = np.array((left, top), dtype=np.float64)
    exact = [ring + corner for ring in outlines(mask[top : int(rows[-1]) + 1])]
    areas = [signed_area(ring) for ring in exact]
    measure = _Measure(counts, stops, height, width, [a > 0 for a in areas], holes, crossings or centre_crossings)

    around = sum(float(np.abs(np.diff(ring, axis=0)).sum()) for ring in exact)
    fine_px = min(_COARSEST_PX, _PX_PER_LOSS * (1.0 - min_iou) * sum(areas) / around)
    while fine_px >= _FINEST_PX:
        simple = simplified(exact, fine_px)
        iou = measure.iou(simple)
        if iou >= min_iou:
            return _sorted(simple, areas, iou)
        fine_px *= 0.5
    return _sorted(exact, areas, measure.iou(exact))


def _sorted(rings: Sequence[Ring], areas: Sequence[float], iou: float) -> Polygons:
    outer = tuple(ring for ring, area in zip(rings, areas, strict=True) if area > 0)
    return Polygons(outer, tuple(ring for ring, area in zip(rings, areas, strict=True) if area < 0), iou)


def simplified(rings: Sequence[Ring], tolerance_px: float) -> list[Ring]:
    """Return exact outlines with fewer corners: none of theirs is further than about the tolerance from the new border.

    A border that is not along the rows or columns goes through the middles of its steps, so that it gains as many
    pixels as it loses. Very small rings stay as they are.
    """
    large = [k for k, ring in enumerate(rings) if len(ring) > _NEVER_SIMPLER]
    out = list(rings)
    if large:
        for k, ring in zip(large, _reduced([_through_steps(rings[k]) for k in large], tolerance_px), strict=True):
            if len(ring) >= 3:
                out[k] = ring
    return out


def _through_steps(ring: Ring) -> Ring:
    """Return a ring whose short steps are cut at their middles; a corner between two longer edges stays."""
    step = np.roll(ring, -1, axis=0) - ring
    length = np.abs(step).sum(axis=1)
    unit = step / length[:, None]
    before = np.roll(unit, 1, axis=0)
    # Each corner becomes three points: half a pixel before it, itself, half a pixel behind it.
    three = np.stack((ring - 0.5 * before, ring, ring + 0.5 * unit), axis=1)
    kept = np.ones((len(ring), 3), dtype=np.bool_)
    kept[:, 1] = (length > 1) & (np.roll(length, 1) > 1)
    kept[:, 0] = np.roll(length, 1) > 1  # the middle of a step of one pixel is told once
    return three.reshape(-1, 2)[kept.ravel()]


def _reduced(rings: Sequence[Ring], tolerance_px: float) -> list[Ring]:
    """Drop points that are near the line between those kept: all rings and all of their stretches at once."""
    sizes = np.array([len(r) for r in rings])
    points = np.concatenate([np.concatenate((r, r[:1])) for r in rings])
    first = np.concatenate(([0], np.cumsum(sizes + 1)))
    kept = np.zeros(len(points), dtype=np.bool_)
    kept[first[:-1]] = True
    kept[first[1:] - 1] = True
    for k, ring in enumerate(rings):  # a closed ring is two stretches: to the point farthest away, and back
        apart = ring - ring[0]
        kept[first[k] + int(np.argmax(apart[:, 0] ** 2 + apart[:, 1] ** 2))] = True
    limit = tolerance_px * tolerance_px
    active = np.ones(len(points), dtype=np.bool_)
    while True:
        ends = np.flatnonzero(kept)
        low, high = ends[:-1], ends[1:]
        wide = (high - low > 1) & active[low]
        low, high = low[wide], high[wide]
        if len(low) == 0:
            break
        inner = high - low - 1
        offsets = np.concatenate(([0], np.cumsum(inner)[:-1]))
        which = np.repeat(np.arange(len(low)), inner)
        at = np.arange(len(which)) - offsets[which] + low[which] + 1
        squared = _squared_distances(points[at], points[low][which], points[high][which])
        farthest = np.maximum.reduceat(squared, offsets)
        split = farthest > limit
        active[low[~split]] = False
        if not split.any():
            break
        hits = np.flatnonzero(squared == farthest[which])
        one = np.flatnonzero(np.diff(which[hits], prepend=-1))  # of several that are equally far the first
        kept[at[hits[one]][split]] = True
    return [points[a : b - 1][kept[a : b - 1]] for a, b in zip(first[:-1], first[1:], strict=True)]


def _squared_distances(points: F64, starts: F64, ends: F64) -> F64:
    """Return the squared distance of each point to its segment."""
    along, apart = ends - starts, points - starts
    squared = np.maximum((along * along).sum(axis=1), 1e-12)
    place = np.clip((apart * along).sum(axis=1) / squared, 0.0, 1.0)
    apart = apart - place[:, None] * along
    total: F64 = (apart * apart).sum(axis=1)
    return total


def centre_crossings(ring: Ring) -> tuple[I64, I64]:
    """Return where a ring crosses the middles of pixel columns: it fills the pixels whose centre is inside."""
    x, y = ring[:, 0], ring[:, 1]
    to_x, to_y = np.roll(x, -1), np.roll(y, -1)
    low = np.ceil(np.minimum(x, to_x) - 0.5).astype(np.int64)
    high = np.ceil(np.maximum(x, to_x) - 0.5).astype(np.int64)
    times = high - low
    edge = np.repeat(np.arange(len(x)), times)
    column = np.arange(len(edge)) - np.repeat(np.cumsum(times) - times, times) + low[edge]
    x, y, to_x, to_y = x[edge], y[edge], to_x[edge], to_y[edge]
    cut = y + (column + 0.5 - x) * (to_y - y) / np.where(to_x == x, 1.0, to_x - x)
    return column, np.ceil(cut - 0.5).astype(np.int64)


class _Measure:
    """Fills rings as runs down the columns, and holds them against the runs of a mask."""

    def __init__(
        self,
        counts: I64,
        stops: I64,
        height: int,
        width: int,
        outer: Sequence[bool],
        holes: bool,
        crossings: Crossings,
    ) -> None:
        self._stops = np.concatenate(([0], stops))
        self._before = np.concatenate(([0], np.cumsum(np.where(np.arange(len(counts)) % 2 == 1, counts, 0))))
        self._height = height
        self._size = height * width
        self._outer = outer
        self._holes = holes
        self._crossings = crossings

    def iou(self, rings: Sequence[Ring]) -> float:
        """Return the intersection over union of the mask with all rings together."""
        places: list[npt.NDArray[np.int64]] = []
        turns: list[npt.NDArray[np.int64]] = []
        for ring, is_outer in zip(rings, self._outer, strict=True):
            if not (is_outer or self._holes):
                continue
            column, row = self._crossings(ring)
            place = np.sort(column * self._height + np.clip(row, 0, self._height))
            places.append(place)
            turn = np.ones(len(place), dtype=np.int64)
            turn[1::2] = -1
            turns.append(turn if is_outer else -turn)
        at = np.concatenate(places)
        order = np.argsort(at, kind="stable")
        at = at[order]
        inside = np.cumsum(np.concatenate(turns)[order])[:-1] > 0
        filled = int(np.diff(at)[inside].sum())
        both = int(np.diff(self._ones_before(at))[inside].sum())
        union = filled + int(self._before[-1]) - both
        return both / union

    def _ones_before(self, places: I64) -> I64:
        """Return how many pixels of the mask come before each place."""
        run = np.searchsorted(self._stops[1:], places, side="right")
        odd = (run % 2 == 1) & (places < self._size)
        ones: I64 = self._before[run] + np.where(odd, places - self._stops[run], 0)
        return ones
