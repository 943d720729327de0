"""Masks as 8-bit grey PNG files (0 and 255), packed about ten times as fast as a picture of their size.

Most of a mask is empty: its empty rows are packed once for every size and put before and behind those of the mask. It
packs masks and nothing else.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.scenes.conventions import Mask

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEAD: Final = b"\x78\x01"
"""Of a zlib stream: deflate, 32 KiB of memory, fastest."""
_PRIME: Final = 65521


def mask_png(crop: Mask, x: int, y: int, height: int, width: int) -> bytes:
    """Return a PNG file of a mask.

    Parameters
    ----------
    crop : (h, w) bool
        h, w >= 1; what is outside it is empty.
    x, y : int
        Its first column and row in the picture.
    height, width : int
        Of the picture.

    Raises
    ------
    ValueError
        The crop does not lie inside the picture.
    """
    h, w = crop.shape
    if not (h and w and x >= 0 and y >= 0 and x + w <= width and y + h <= height):
        raise ValueError(f"a {w}x{h} crop at ({x}, {y}) does not lie inside a {width}x{height} picture")
    rows = np.zeros((h, width + 1), dtype=np.uint8)  # a filter byte, 0 for none, and the pixels
    np.multiply(crop, np.uint8(255), out=rows[:, 1 + x : 1 + x + w], dtype=np.uint8, casting="unsafe")
    content = rows.tobytes()
    packed = _HEAD + _empty(y * (width + 1)) + _block(content) + _empty((height - y - h) * (width + 1)) + b"\x03\x00"
    total = _after_zeros(1, y * (width + 1))
    total = _after_zeros(zlib.adler32(content, total), (height - y - h) * (width + 1))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed + struct.pack(">I", total)) + _chunk(b"IEND", b"")
    )


def _block(content: bytes) -> bytes:
    """Return raw deflate blocks that look at nothing before them and end at a whole byte."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)


@lru_cache(maxsize=8192)
def _empty(count: int) -> bytes:
    return _block(bytes(count)) if count else b""


def _after_zeros(adler: int, count: int) -> int:
    """Return the Adler-32 of what was summed up and `count` zero bytes behind it (RFC 1950)."""
    low, high = adler & 0xFFFF, adler >> 16
    return (high + count * low) % _PRIME << 16 | low


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
