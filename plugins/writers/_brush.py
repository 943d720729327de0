"""Label Studio's form of a mask: the runs of an RGBA picture's bytes, row by row, packed bit by bit.

It writes runs alone: the form's other half, lists of different bytes, never occurs in a mask.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.conventions import Mask

_SIZES: Final = (3, 4, 8, 16)
"""Bits in which the length of a run, less one, may be told; a run says which."""
_WORD_BITS: Final = 8
_CHANNELS: Final = 4
_LONGEST: Final = 2 ** _SIZES[-1]
_SET: Final = 255


def brush_code(crop: Mask, box: tuple[int, int, int, int], height: int, width: int) -> list[int]:
    """Return the bytes of a mask.

    Parameters
    ----------
    crop : (h, w) bool
        The mask inside its box.
    box : (x, y, w, h)
        Where it lies in the picture.

    Returns
    -------
    list of int
        A head (how many bytes the picture has: 32 bits; bits of a word less 1: 5; the four sizes less 1: 4 each), then
        runs: a bit 1, two bits for the size, the length less 1, and the byte that is repeated.
        Source: the published description of the run-length packing that Label Studio's editor uses (rle-pack).
    """
    values, lengths = _runs(crop, box, height, width)
    whole = lengths // _LONGEST
    rest = lengths - whole * _LONGEST
    # A run that is too long for 16 bits becomes several of the longest, and one of what is left.
    times = whole + (rest > 0)
    values, last = np.repeat(values, times), np.cumsum(times) - 1
    pieces = np.full(len(values), _LONGEST, dtype=np.int64)
    pieces[last[rest > 0]] = rest[rest > 0]
    choice = np.searchsorted(2 ** np.array(_SIZES), pieces)
    sizes = np.array(_SIZES)[choice]
    # 1, two bits of choice, `sizes` bits of length, eight of value: as one number each, of so many bits
    codes = (((0b100 + choice) << sizes | (pieces - 1)) << _WORD_BITS) | values
    bits = np.concatenate((_head(height * width * _CHANNELS), _unpacked(codes, 3 + sizes + _WORD_BITS)))
    out: list[int] = np.packbits(bits).tolist()
    return out


def _head(count: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    numbers = np.array([count, _WORD_BITS - 1, *(size - 1 for size in _SIZES)], dtype=np.int64)
    return _unpacked(numbers, np.array([32, 5, 4, 4, 4, 4]))


def _unpacked(
    codes: np.ndarray[tuple[int], np.dtype[np.int64]], lengths: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return the lowest `lengths` bits of every number, highest first, one after the other."""
    ends = np.cumsum(lengths)
    shifts = np.repeat(ends, lengths) - 1 - np.arange(ends[-1])
    return (np.repeat(codes, lengths) >> shifts & 1).astype(np.uint8)


def _runs(
    crop: Mask, box: tuple[int, int, int, int], height: int, width: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return the values, 0 and 255, and the lengths of the runs of the whole picture's bytes."""
    x, y, w, h = box
    padded = np.zeros((h, w + 2), dtype=np.bool_)
    padded[:, 1:-1] = crop
    row, edge = np.nonzero(padded[:, 1:] != padded[:, :-1])
    # Borders of runs within rows; where a run goes on in the next row its two borders are one place and cancel.
    places = ((row + y) * width + x + edge).astype(np.int64)
    starts, ends = places[0::2], places[1::2]
    apart = np.ones(len(starts), dtype=np.bool_)
    apart[1:] = starts[1:] != ends[:-1]
    starts, ends = starts[apart], ends[np.append(apart[1:], True)]
    borders = np.concatenate(([0], np.stack((starts, ends), axis=1).ravel(), [height * width]))
    lengths = np.diff(borders) * _CHANNELS
    values = np.where(np.arange(len(lengths)) % 2 == 1, _SET, 0).astype(np.int64)
    kept = lengths > 0
    return values[kept], lengths[kept]
