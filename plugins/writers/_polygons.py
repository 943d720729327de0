"""Outlines of masks: the borders of their pixels, and polygons with fewer corners that still fill the same pixels.

Coordinates are continuous: a pixel's corners are integers. A polygon is never returned on trust: it is filled again,
and the share of the mask that it keeps is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from myriorama.plugins.writers._filling import Cuts, Flags, Measure, Rings
from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.labels.filling import centre_cuts
from myriorama.scenes.labels.rle import I64, crop_of_counts, decode_counts

Ring: TypeAlias = F64
"""(N, 2) corners x, y in continuous pixel coordinates; the last is joined to the first."""

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
    points, sizes = _borders(mask)
    return tuple(np.split(points, np.cumsum(sizes)[:-1])) if sizes else ()


def _borders(mask: Mask) -> tuple[F64, list[int]]:
    """Return the corners of all borders, one border behind the other, and how many each has."""
    x, y, follows = _corners(mask)
    after: list[int] = follows.tolist()
    seen = bytearray(len(after))
    order: list[int] = []
    sizes = []
    for first in range(len(after)):
        if seen[first]:
            continue
        before, at = len(order), first
        while not seen[at]:
            seen[at] = 1
            order.append(at)
            at = after[at]
        sizes.append(len(order) - before)
    return np.stack((x, y), axis=1)[order].astype(np.float64), sizes


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
    """Return the area of a ring: above 0 where it runs clockwise as one sees it."""
    return float(_as_rings([ring]).areas()[0])


def polygons_of(
    rle: str | bytes,
    height: int,
    width: int,
    min_iou: float = DEFAULT_IOU,
    *,
    holes: bool = False,
    cuts: Cuts = centre_cuts,
) -> Polygons:
    """Return polygons of one mask; see `polygons_of_all`, which is faster for several."""
    (found,) = polygons_of_all([rle], height, width, min_iou, holes=holes, cuts=cuts)
    return found


def polygons_of_all(
    rles: Sequence[str | bytes],
    height: int,
    width: int,
    min_iou: float = DEFAULT_IOU,
    *,
    holes: bool = False,
    cuts: Cuts = centre_cuts,
) -> list[Polygons]:
    """Return polygons of masks with few corners that fill nearly the same pixels.

    Lines go through the middles of the border's steps, half a pixel from it at most, and leave these by a pixel at most
    (Douglas and Peucker 1973), less where `min_iou` asks for it. Where only the exact outline will do, it is
    returned.

    Parameters
    ----------
    rles : sequence of str or bytes
        COCO compressed counts, as stored records have them.
    min_iou : float
        Wanted of the filled polygons and each mask. A mask with holes may fall short of it where `holes` is False,
        whatever the outline: look at `Polygons.iou`.
    holes : bool
        Whether the format can cut holes out.
    cuts : callable
        How the format's reader fills a polygon.

    Raises
    ------
    ValueError
        A code is broken, or its mask is empty.
    """
    if not rles:
        return []
    counts = decode_counts([rle.encode() if isinstance(rle, str) else rle for rle in rles])
    exact = _exact(counts, height, width)
    measure = Measure(counts, height, width, cuts)
    areas = exact.areas()
    outer = areas > 0
    steps = np.abs(exact.points[exact.ahead()] - exact.points).sum(axis=1)
    around = np.bincount(exact.owner[exact.ring_of], steps, len(counts))
    found: list[Polygons | None] = [None] * len(counts)
    fine_px = np.minimum(_COARSEST_PX, _PX_PER_LOSS * (1.0 - min_iou) * measure.pixels / around)
    while True:
        open_ones = np.array([polygons is None for polygons in found])
        tried = open_ones & (fine_px >= _FINEST_PX)
        for chosen, is_last in ((open_ones & ~tried, True), (tried, False)):
            if not chosen.any():
                continue
            rings, is_outer = exact.of(chosen), outer[chosen[exact.owner]]
            if not is_last:
                rings = _simplified(rings, fine_px[rings.owner])
            iou = measure.iou(rings, is_outer, holes)
            _collect(found, rings, is_outer, iou, chosen if is_last else chosen & (iou >= min_iou))
        if not tried.any():
            return [polygons for polygons in found if polygons is not None]
        fine_px = fine_px * 0.5


def _exact(counts: Sequence[I64], height: int, width: int) -> Rings:
    """Return the exact outlines of masks, cut out of the picture one by one."""
    points, sizes, owners = [], [], []
    for owner, lengths in enumerate(counts):
        stops = np.cumsum(lengths)
        set_runs = np.flatnonzero(lengths[1::2])
        if len(set_runs) == 0:
            raise ValueError("an empty mask has no outline")
        first, last = 2 * int(set_runs[0]), 2 * int(set_runs[-1]) + 1
        left, right = int(stops[first]) // height, (int(stops[last]) - 1) // height + 1
        mask = crop_of_counts(lengths, height, width, left, right - left)
        rows = np.flatnonzero(mask.any(axis=1))
        top = int(rows[0])
        corners, numbers = _borders(mask[top : int(rows[-1]) + 1])
        points.append(corners + (left, top))
        sizes += numbers
        owners += [owner] * len(numbers)
    return Rings(np.concatenate(points), np.concatenate(([0], np.cumsum(sizes))), np.array(owners))


def _collect(found: list[Polygons | None], rings: Rings, outer: Flags, iou: F64, done: Flags) -> None:
    """Enter the rings of the masks that are done."""
    borders = np.searchsorted(rings.owner, np.arange(len(found) + 1))
    for owner in np.flatnonzero(done).tolist():
        own = range(int(borders[owner]), int(borders[owner + 1]))
        pieces = [(rings.points[rings.first[k] : rings.first[k + 1]], bool(outer[k])) for k in own]
        found[owner] = Polygons(
            tuple(ring for ring, is_outer in pieces if is_outer),
            tuple(ring for ring, is_outer in pieces if not is_outer),
            float(iou[owner]),
        )


def _as_rings(rings: Sequence[Ring]) -> Rings:
    first = np.concatenate(([0], np.cumsum([len(r) for r in rings])))
    return Rings(np.concatenate(rings), first, np.zeros(len(rings), dtype=np.int64))


def simplified(rings: Sequence[Ring], tolerance_px: float) -> list[Ring]:
    """Return exact outlines with fewer corners: the new border passes theirs by the tolerance and half a pixel at most.

    A border that is not along the rows or columns goes through the middles of its steps, so that it gains as many
    pixels as it loses. Very small rings stay as they are.
    """
    found = _simplified(_as_rings(rings), np.full(len(rings), tolerance_px))
    return [found.points[a:b] for a, b in zip(found.first[:-1], found.first[1:], strict=True)]


def _simplified(rings: Rings, tolerance_px: F64) -> Rings:
    large = rings.sizes > _NEVER_SIMPLER
    if not large.any():
        return rings
    stepped = _through_steps(rings, large)
    # Each ring is closed by its first point once more, so that its stretches are ranges.
    points = np.insert(stepped.points, stepped.first[1:], stepped.points[stepped.first[:-1]], axis=0)
    first = stepped.first + np.arange(len(stepped.first))
    closed = Rings(points, first, rings.owner)
    kept = _kept(closed, large, tolerance_px * tolerance_px)
    kept[first[1:] - 1] = False
    kept |= np.repeat(np.add.reduceat(kept, first[:-1], dtype=np.int64) < 3, closed.sizes)  # it would be a line
    kept[first[1:] - 1] = False
    sizes = np.add.reduceat(kept, first[:-1], dtype=np.int64)
    return Rings(points[kept], np.concatenate(([0], np.cumsum(sizes))), rings.owner)


def _through_steps(rings: Rings, large: Flags) -> Rings:
    """Cut the steps of large rings at their middles; a corner between two longer edges stays.

    The border of a straight thing is a stair: the middles of its treads and risers lie on the thing's own line. An edge
    at which the ring turns back is the end of something and no step: it is shortened by half a pixel on each side.
    """
    ahead, behind = rings.ahead(), rings.behind()
    step = rings.points[ahead] - rings.points
    length = np.abs(step).sum(axis=1)
    longer = length > 1
    turns_right = step[behind, 0] * step[:, 1] > step[behind, 1] * step[:, 0]
    halved = (turns_right != turns_right[ahead]) | ~longer
    reach = np.where(halved, 0.5, 0.5 / length)[:, None] * step
    # Each corner becomes three points: one on the edge before it, itself, one on the edge behind it.
    three = np.stack((rings.points - reach[behind], rings.points, rings.points + reach), axis=1)
    cut = large[rings.ring_of]
    kept = np.empty((len(rings.points), 3), dtype=np.bool_)
    kept[:, 0] = cut & ~halved[behind]  # the middle of an edge is told once
    kept[:, 1] = ~cut | (longer & longer[behind])
    kept[:, 2] = cut
    sizes = np.add.reduceat(kept.sum(axis=1), rings.first[:-1])
    return Rings(three.reshape(-1, 2)[kept.ravel()], np.concatenate(([0], np.cumsum(sizes))), rings.owner)


def _kept(rings: Rings, large: Flags, limit: F64) -> Flags:
    """Return which points are further from the line between their kept neighbours than the limit, squared.

    All stretches of all rings are divided at once, as often as one needs it.
    """
    points, first, ring_of = rings.points, rings.first, rings.ring_of
    kept = ~large[ring_of]
    kept[first[:-1]] = True
    kept[first[1:] - 1] = True
    apart = points - points[first[:-1]][ring_of]
    squared = (apart * apart).sum(axis=1)  # a closed ring is two stretches: to the point farthest away, and back
    kept[_first_largest(squared, np.maximum.reduceat(squared, first[:-1]), ring_of)] = True
    active = np.ones(len(points), dtype=np.bool_)
    while True:
        ends = np.flatnonzero(kept)
        wide = np.flatnonzero((np.diff(ends) > 1) & active[ends[:-1]])
        if len(wide) == 0:
            return kept
        low, high = ends[wide], ends[wide + 1]
        inner = high - low - 1
        offsets = np.concatenate(([0], np.cumsum(inner)[:-1]))
        which = np.repeat(np.arange(len(low)), inner)
        at = np.arange(len(which)) + (low + 1 - offsets)[which]
        squared = _squared_distances(points[at], points[low], points[high], which)
        farthest = np.maximum.reduceat(squared, offsets)
        divided = farthest > limit[ring_of[low]]
        active[low[~divided]] = False
        kept[at[_first_largest(squared, farthest, which)][divided]] = True


def _first_largest(values: F64, largest: F64, which: I64) -> I64:
    """Return the place of the largest value of each stretch; of several that are equal the first."""
    hits = np.flatnonzero(values == largest[which])
    return hits[np.flatnonzero(np.diff(which[hits], prepend=-1))]


def _squared_distances(points: F64, starts: F64, ends: F64, which: I64) -> F64:
    """Return the squared distance of each point to its segment."""
    along = ends - starts
    scaled = along / np.maximum((along * along).sum(axis=1), 1e-12)[:, None]
    along, scaled = along[which], scaled[which]
    apart = points - starts[which]
    place = np.clip(apart[:, 0] * scaled[:, 0] + apart[:, 1] * scaled[:, 1], 0.0, 1.0)
    apart -= place[:, None] * along
    total: F64 = apart[:, 0] ** 2 + apart[:, 1] ** 2
    return total
