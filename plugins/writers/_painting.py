"""Images of numbers from the masks of a stored record, and palette pictures.

Masks that lie over each other are refused: no pixel is given to either by chance.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

import deflate
import numpy as np
import numpy.typing as npt

from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.rle import decode_counts

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_INDEXED: Final = 3
_LEVEL: Final = 6


def painted(masks: Iterable[tuple[str, int]], height: int, width: int) -> npt.NDArray[np.uint32]:
    """Return an image of numbers, 0 where no mask is.

    Parameters
    ----------
    masks : iterable of (str, int)
        COCO compressed counts, and the number of its pixels, above 0.

    Returns
    -------
    (height, width) uint32

    Raises
    ------
    PluginError
        Two masks of different numbers share a pixel.
    ValueError
        A code is broken.
    """
    wanted = list(masks)
    starts, ends, numbers = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], [np.zeros(1, np.uint32)]
    for counts, (_, number) in zip(decode_counts([rle.encode() for rle, _ in wanted]), wanted, strict=True):
        stops = np.cumsum(counts)
        if int(stops[-1]) != height * width:
            raise ValueError(f"run lengths add up to {int(stops[-1])}, not to {height * width} pixels")
        ends.append(stops[1::2])
        starts.append(stops[1::2] - counts[1::2])
        numbers.append(np.full(len(ends[-1]), number, dtype=np.uint32))
    start = np.concatenate(starts)
    order = np.argsort(start, kind="stable")
    start, end, number_of = start[order], np.concatenate(ends)[order], np.concatenate(numbers)[order]
    if (start[1:] < end[:-1]).any():
        raise PluginError("two masks of one sample share pixels, so that no image of ids can hold both")
    # Runs and the gaps behind them in turn, down the columns.
    lengths = np.stack((end - start, np.append(start[1:], height * width) - end), axis=1)
    values = np.stack((number_of, np.zeros_like(number_of)), axis=1)
    return np.ascontiguousarray(np.repeat(values.ravel(), lengths.ravel()).reshape(width, height).T)


def voc_palette() -> npt.NDArray[np.uint8]:
    """Return the 256 colours of Pascal VOC, (256, 3): the bits of a number, dealt to red, green and blue in turn."""
    bits = np.arange(256)[:, None] >> np.arange(8) & 1
    out = np.zeros((256, 3), dtype=np.uint8)
    for bit in range(8):
        out[:, bit % 3] |= (bits[:, bit] << (7 - bit // 3)).astype(np.uint8)
    return out


def indexed_png(numbers: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8]) -> bytes:
    """Return a PNG whose pixels are indices of a palette.

    Parameters
    ----------
    numbers : (H, W) uint8
    palette : (256, 3) uint8
    """
    height, width = numbers.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = numbers
    header = struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"PLTE", np.ascontiguousarray(palette).tobytes())
    return _SIGNATURE + body + _chunk(b"IDAT", bytes(deflate.zlib_compress(rows.data, _LEVEL))) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", deflate.crc32(body, deflate.crc32(name)))
