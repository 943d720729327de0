"""COCO run-length codes, straight from an id image, for all instances at once.

The byte strings equal those of the reference implementation (pycocotools), which tests use as the
oracle. Nothing here repairs a broken code: what does not decode exactly is a ValueError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import Mask

I64 = npt.NDArray[np.int64]

# A count x takes k 5-bit groups, sign included: the first k with -16 * 32**(k-1) <= x < 16 * 32**(k-1).
_GROUP_LIMITS: Final = np.array([16 * 32**k for k in range(7)], dtype=np.int64)
_OFFSET: Final = 48
_MORE: Final = 0x20
_SIGN: Final = 0x10


@dataclass(frozen=True, eq=False)
class Runs:
    """Maximal runs of one non-zero value down the columns of an image, sorted by value, then by place.

    Attributes
    ----------
    values : (R,) int64
    starts, ends : (R,) int64
        Half-open ranges of column-major pixel numbers ``x * height + y``.
    height, width : int
    """

    values: I64
    starts: I64
    ends: I64
    height: int
    width: int

    @property
    def size(self) -> int:
        """Number of pixels of the image."""
        return self.height * self.width

    def of(self, value: int) -> Runs:
        """Return the runs of one value alone."""
        low, high = np.searchsorted(self.values, (value, value + 1))
        return Runs(self.values[low:high], self.starts[low:high], self.ends[low:high], self.height, self.width)


def runs_of(ids: npt.NDArray[np.integer]) -> Runs:
    """Return the runs of every non-zero value of an id image, (H, W) of any integer type."""
    height, width = ids.shape
    down = np.ascontiguousarray(ids.T).ravel()
    if down.size == 0:
        none = np.zeros(0, dtype=np.int64)
        return Runs(none, none, none, height, width)
    breaks = np.flatnonzero(down[1:] != down[:-1]) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [down.size]))
    values = down[starts].astype(np.int64)
    kept = np.flatnonzero(values)
    order = kept[np.argsort(values[kept], kind="stable")]
    return Runs(values[order], starts[order], ends[order], height, width)


def runs_of_crops(crops: Sequence[tuple[int, int, Mask]], height: int, width: int) -> Runs:
    """Return the runs of cropped masks inside a (height, width) image; crop k has value k + 1.

    Parameters
    ----------
    crops : sequence of (x, y, (h, w) bool)
        Top-left pixel and mask. Masks may overlap each other.

    Raises
    ------
    ValueError
        A crop does not lie inside the image.
    """
    # Each crop is laid down column by column with one empty pixel between columns, so that the runs of
    # neighbouring columns stay apart; they are joined again below where the image itself joins them.
    strips = [np.zeros(1, dtype=np.bool_)]
    firsts, widths, heights, xs, ys = [], [], [], [], []
    length = 1
    for x, y, mask in crops:
        h, w = mask.shape
        if x < 0 or y < 0 or x + w > width or y + h > height:
            raise ValueError(f"a {w}x{h} crop at ({x}, {y}) does not lie inside a {width}x{height} image")
        strip = np.zeros((w, h + 1), dtype=np.bool_)
        strip[:, :h] = mask.T
        strips.append(strip.ravel())
        firsts.append(length)
        widths.append(w)
        heights.append(h)
        xs.append(x)
        ys.append(y)
        length += strip.size
    flat = np.concatenate(strips)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    if len(starts) == 0:
        none = np.zeros(0, dtype=np.int64)
        return Runs(none, none, none, height, width)
    crop = np.searchsorted(np.array(firsts), starts, side="right") - 1
    tall = np.array(heights, dtype=np.int64)[crop] + 1
    local = starts - np.array(firsts, dtype=np.int64)[crop]
    column, row = local // tall, local % tall
    start = (np.array(xs, dtype=np.int64)[crop] + column) * height + np.array(ys, dtype=np.int64)[crop] + row
    end = start + (ends - starts)
    joined = np.zeros(len(start), dtype=np.bool_)
    joined[1:] = (start[1:] == end[:-1]) & (crop[1:] == crop[:-1])
    first = np.flatnonzero(~joined)
    last = np.concatenate((first[1:] - 1, [len(start) - 1]))
    return Runs(crop[first] + 1, start[first], end[last], height, width)


def encode_runs(runs: Runs) -> dict[int, bytes]:
    """Return the COCO compressed counts of every value that has a run."""
    count = len(runs.values)
    if count == 0:
        return {}
    first_of = np.concatenate(([0], np.flatnonzero(runs.values[1:] != runs.values[:-1]) + 1))
    last_of = np.concatenate((first_of[1:], [count])) - 1
    tails = runs.size - runs.ends[last_of]
    # Counts alternate between zeros and ones: two for each run, and one more where zeros come last.
    per_value = 2 * (last_of - first_of + 1) + (tails > 0)
    offsets = np.concatenate(([0], np.cumsum(per_value)))
    segment = np.repeat(np.arange(len(first_of)), last_of - first_of + 1)
    place = offsets[segment] + 2 * (np.arange(count) - first_of[segment])
    before = np.concatenate(([0], runs.ends[:-1]))
    before[first_of] = 0
    counts = np.zeros(offsets[-1], dtype=np.int64)
    counts[place] = runs.starts - before
    counts[place + 1] = runs.ends - runs.starts
    counts[offsets[1:][tails > 0] - 1] = tails[tails > 0]
    values = runs.values[first_of].tolist()
    return dict(zip(values, _strings(counts, offsets), strict=True))


def encode_mask(mask: Mask) -> bytes:
    """Return the COCO compressed counts of a (H, W) bool mask; an empty mask is one run of zeros."""
    found = encode_runs(runs_of(mask.astype(np.uint8)))
    return found[1] if found else _strings(np.array([mask.size], dtype=np.int64), np.array([0, 1]))[0]


def encode_crops(crops: Sequence[tuple[int, int, Mask]], height: int, width: int) -> list[bytes]:
    """Return the COCO compressed counts of cropped masks as full-size masks; see `runs_of_crops`."""
    found = encode_runs(runs_of_crops(crops, height, width))
    empty = _strings(np.array([height * width], dtype=np.int64), np.array([0, 1]))[0]
    return [found.get(k + 1, empty) for k in range(len(crops))]


def decode_counts(codes: Sequence[bytes]) -> list[I64]:
    """Return the run lengths of compressed counts: zeros, ones, zeros, ...

    Raises
    ------
    ValueError
        A byte is not of the alphabet, a code ends in the middle of a number, or a length is negative.
    """
    if not codes:
        return []
    joined = np.frombuffer(b"".join(codes), dtype=np.uint8).astype(np.int64) - _OFFSET
    sizes = np.array([len(c) for c in codes])
    if (sizes == 0).any():
        raise ValueError("an empty run-length code")
    if joined.min() < 0 or joined.max() > 63:
        raise ValueError("a run-length code holds a byte outside its alphabet")
    closes = (joined & _MORE) == 0
    borders = np.cumsum(sizes)
    if not closes[borders - 1].all():
        raise ValueError("a run-length code ends in the middle of a number")
    stops = np.flatnonzero(closes)
    firsts = np.concatenate(([0], stops[:-1] + 1))
    lengths = stops - firsts + 1
    if lengths.max() > len(_GROUP_LIMITS):
        raise ValueError("a run-length code holds a number that is too large")
    shift = 5 * (np.arange(len(joined)) - np.repeat(firsts, lengths))
    numbers = np.add.reduceat((joined & 0x1F) << shift, firsts)
    numbers -= np.where(joined[stops] & _SIGN, np.int64(1) << (5 * lengths), 0)
    out: list[I64] = []
    low = 0
    for high in np.searchsorted(stops, borders - 1) + 1:
        counts = numbers[low:high].copy()
        # From the fourth on, each number is the difference to the one two before it.
        counts[1::2] = np.cumsum(counts[1::2])
        counts[2::2] = np.cumsum(counts[2::2])
        if (counts < 0).any():
            raise ValueError("a run-length code holds a negative length")
        out.append(counts)
        low = int(high)
    return out


def decode(code: bytes, height: int, width: int) -> Mask:
    """Return the (height, width) bool mask of compressed counts.

    Raises
    ------
    ValueError
        The code is broken, or its lengths do not add up to height * width.
    """
    (counts,) = decode_counts([code])
    return crop_of_counts(counts, height, width, 0, width)


def crop_of_counts(counts: I64, height: int, width: int, x: int, w: int) -> Mask:
    """Return columns x .. x + w of the mask whose run lengths are `counts`, (height, w) bool.

    Raises
    ------
    ValueError
        The lengths do not add up to height * width.
    """
    stops = np.cumsum(counts)
    if stops[-1] != height * width:
        raise ValueError(f"run lengths add up to {int(stops[-1])}, not to {height * width} pixels")
    inside = np.clip(stops, x * height, (x + w) * height)
    lengths = np.diff(inside, prepend=x * height)
    ones = np.arange(len(counts)) % 2 == 1
    return np.repeat(ones, lengths).reshape(w, height).T


def _strings(counts: I64, offsets: I64) -> list[bytes]:
    """Write counts, segment by segment, in the alphabet of 5-bit groups that starts at '0'."""
    numbers = counts.copy()
    local = np.arange(len(counts)) - np.repeat(offsets[:-1], np.diff(offsets))
    later = np.flatnonzero(local > 2)
    numbers[later] -= counts[later - 2]
    groups = np.searchsorted(_GROUP_LIMITS, np.where(numbers < 0, ~numbers, numbers), side="right") + 1
    begins = np.concatenate(([0], np.cumsum(groups)))
    letters = np.zeros(begins[-1], dtype=np.uint8)
    for k in range(int(groups.max())):
        chosen = np.flatnonzero(groups > k)
        group = (numbers[chosen] >> (5 * k)) & 0x1F
        group |= np.where(groups[chosen] > k + 1, _MORE, 0)
        letters[begins[chosen] + k] = group + _OFFSET
    text = letters.tobytes()
    borders = begins[offsets].tolist()
    return [text[a:b] for a, b in pairwise(borders)]
