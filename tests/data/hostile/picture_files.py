"""Pictures and radiance maps that lie about their size or their kind. Written byte by byte, without a library."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FLOAT = 2


def picture_files() -> dict[str, bytes]:
    """Return every picture by its name."""
    small = png(np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
    light = np.ones((4, 8, 3), dtype=np.float32)
    nan, negative = light.copy(), -light
    nan[1, 2, 0] = np.nan
    frames = b"acTL" + struct.pack(">II", 2, 0)
    animation = _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 4, 4, 0, 0, 1, 10, 0, 0))
    second = _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 1, 4, 4, 0, 0, 1, 10, 0, 0))
    second += _chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(bytes(52), 0))
    at = small.index(b"IDAT") - 4
    return {
        "small.png": small,
        "png_bomb.png": png_bomb(),
        "wide_bomb.png": png_bomb(2_000_000, 4),
        "truncated.png": small[:-30],
        "animated.png": small[:at] + _chunk(frames[:4], frames[4:]) + animation + small[at:-12] + second + small[-12:],
        "gif.png": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        "gzip.png": b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + bytes(20),
        "postscript.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100000 100000\n",
        "web_page.png": b"<svg xmlns='http://www.w3.org/2000/svg' width='100000' height='100000'/>\n",
        "light.exr": exr(light),
        "exr_bomb.exr": exr(light, window=(0, 0, 59_999, 29_999)),
        "exr_upside_down.exr": exr(light, window=(8, 4, 0, 0)),
        "truncated.exr": exr(light)[:-100],
        "nan_light.exr": exr(nan),
        "negative_light.exr": exr(negative),
        "square.exr": exr(np.ones((8, 8, 3), dtype=np.float32)),
        "hdr_bomb.hdr": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 30000 +X 60000\n" + bytes(64),
        "truncated.hdr": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 16\n" + bytes(64),
        "png_named_hdr.hdr": small,
    }


def png(pixels: Any) -> bytes:
    """Return (H, W, 3) uint8 pixels as a PNG whose pixels are stored, so that no compressor's version shows."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 0)) + _chunk(b"IEND", b"")


def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a few bytes that declare a picture of 10 GB."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(64), 0)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def exr(pixels: Any, window: tuple[int, int, int, int] | None = None) -> bytes:
    """Return (H, W, 3) float32 as uncompressed OpenEXR, one row a block; `window` is what its header declares."""
    height, width = pixels.shape[:2]
    box = struct.pack("<4i", *(window or (0, 0, width - 1, height - 1)))
    channels = b"".join(n + b"\0" + struct.pack("<iB3xii", _FLOAT, 0, 1, 1) for n in (b"B", b"G", b"R")) + b"\0"
    head = struct.pack("<II", 20000630, 2)
    for name, kind, value in (
        (b"channels", b"chlist", channels),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", box),
        (b"displayWindow", b"box2i", box),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1.0)),
        (b"screenWindowCenter", b"v2f", struct.pack("<ff", 0.0, 0.0)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1.0)),
    ):
        head += name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    head += b"\0"
    rows = []
    for y, row in enumerate(pixels.astype("<f4")):
        body = b"".join(np.ascontiguousarray(row[:, c]).tobytes() for c in (2, 1, 0))
        rows.append(struct.pack("<ii", y, len(body)) + body)
    first = len(head) + 8 * height
    starts = np.cumsum([first, *(len(r) for r in rows[:-1])]).astype("<u8")
    return head + starts.tobytes() + b"".join(rows)
