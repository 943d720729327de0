"""Reads Radiance .hdr pictures (RGBE): run-length encoded, old run-length encoded, and flat.

Format: G. Ward, "Real Pixels", Graphics Gems II, 1991. A value is mantissa * 2**(exponent - 136), without
the half step that some writers add, as most readers have it. XYZ pictures are refused.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from myriorama.scenes.assets.limits import MAX_PIXELS, MAX_SIDE_PX
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.conventions import F32, U8

_SIZE: Final = re.compile(rb"^([+-][XY]) (\d{1,9}) ([+-][XY]) (\d{1,9})$")
_MAX_HEADER: Final = 64 * 1024


def read_hdr(source: SourceFile) -> F32:
    """Return (H, W, 3) float32 linear radiance, row 0 at the top.

    Raises
    ------
    AssetError
        Not a Radiance picture, truncated, too large for its bytes, or in XYZ.
    """
    width, height, flips, exposure, at = _header(source)
    if width < 8 or width > 32767 or not _is_run_length(source.content, at, width):
        rgbe = _read_flat(source, at, width, height)
    else:
        rgbe = _read_run_length(source, at, width, height)
    scale = np.ldexp(np.float32(1.0), rgbe[:, :, 3].astype(np.int32) - 136)
    scale[rgbe[:, :, 3] == 0] = 0.0
    out = rgbe[:, :, :3].astype(np.float32) * scale[:, :, np.newaxis]
    if exposure != 1.0:
        out /= np.float32(exposure)
    if flips[0]:
        out = out[::-1]
    if flips[1]:
        out = out[:, ::-1]
    return np.ascontiguousarray(out)


def _header(source: SourceFile) -> tuple[int, int, tuple[bool, bool], float, int]:
    """Return width, height, (rows go up, columns go left), exposure, and where the pixels start."""
    content, exposure, at = source.content, 1.0, 0
    if not content.startswith(b"#?"):
        raise source.fault("header", "is not a Radiance picture", content[:10])
    known_format = False
    while True:
        end = content.find(b"\n", at, _MAX_HEADER)
        if end < 0:
            raise source.fault("header", "the header does not end: truncated or broken")
        line, at = content[at:end].strip(), end + 1
        if not line:
            break
        key, _, value = line.partition(b"=")
        if key == b"FORMAT":
            known_format = value.strip() == b"32-bit_rle_rgbe"
            if not known_format:
                raise source.fault("FORMAT", "cannot be read", value.decode(errors="replace"), "32-bit_rle_rgbe")
        elif key == b"EXPOSURE":
            exposure *= _positive(source, value)
    if not known_format:
        raise source.fault("FORMAT", "is missing", allowed="32-bit_rle_rgbe")
    end = content.find(b"\n", at, at + 100)
    found = _SIZE.match(content[at:end]) if end >= 0 else None
    if found is None or found[1][1:] != b"Y" or found[3][1:] != b"X":
        raise source.fault("size", "is not a size that can be read", content[at : at + 40], "-Y height +X width")
    height, width = int(found[2]), int(found[4])
    if width * height == 0 or width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise source.fault(
            "size", "the picture is too large or empty", f"{width} x {height}", f"at most {MAX_PIXELS} pixels"
        )
    return width, height, (found[1] == b"+Y", found[3] == b"-X"), exposure, end + 1


def _positive(source: SourceFile, value: bytes) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise source.fault("EXPOSURE", "is not a number", value.decode(errors="replace")) from error
    if not 0.0 < number < float("inf"):
        raise source.fault("EXPOSURE", "must be positive", number)
    return number


def _is_run_length(content: bytes, at: int, width: int) -> bool:
    return content[at : at + 4] == bytes((2, 2, width >> 8, width & 255))


def _read_run_length(source: SourceFile, at: int, width: int, height: int) -> U8:
    """Each row: 2 2 width, then the four channels one after the other in packets of at most 127 and 128."""
    content = source.content
    smallest = height * (4 + 4 * 2 * -(-width // 127))
    if len(content) - at < smallest:
        what = f"{len(content) - at} bytes for {width} x {height} pixels"
        raise source.fault("pixels", "the picture is truncated", what, "the whole file")
    out = bytearray(height * 4 * width)
    filled, end = 0, len(content)
    for row in range(height):
        if not _is_run_length(content, at, width):
            raise source.fault(f"row {row}", "the picture is truncated or broken")
        at += 4
        for _ in range(4):
            stop = filled + width
            while filled < stop:
                count = content[at] if at < end else 0
                if count > 128:
                    count -= 128
                    out[filled : filled + count] = content[at + 1 : at + 2] * count
                    at += 2
                else:
                    out[filled : filled + count] = content[at + 1 : at + 1 + count]
                    at += 1 + count
                filled += count
                if count == 0 or at > end or filled > stop:
                    raise source.fault(f"row {row}", "the picture is truncated or broken")
    rows = np.frombuffer(out, dtype=np.uint8).reshape(height, 4, width)
    return np.ascontiguousarray(rows.transpose(0, 2, 1))


def _read_flat(source: SourceFile, at: int, width: int, height: int) -> U8:
    """Four bytes a pixel; a pixel 1 1 1 n repeats the one before it n times (n << 8 for the next such, ...)."""
    content, total = source.content, width * height
    plain = np.frombuffer(content, np.uint8, -1, at)
    plain = plain[: len(plain) // 4 * 4].reshape(-1, 4)
    repeats = np.flatnonzero((plain[:, :3] == 1).all(axis=1))
    if len(repeats) == 0:
        if len(plain) < total:
            raise source.fault(
                "pixels", "the picture is truncated", f"{len(plain)} pixels of {total}", "the whole file"
            )
        return plain[:total].reshape(height, width, 4)
    counts = np.ones(len(plain), dtype=np.int64)
    shift = 0
    for i, k in enumerate(repeats):
        shift = shift + 8 if i and repeats[i - 1] == k - 1 else 0
        if k == 0 or shift > 24:
            raise source.fault("pixels", "the picture repeats a pixel that is not there")
        counts[k] = int(plain[k, 3]) << shift
    ends = np.cumsum(counts)
    if int(ends[-1]) < total:
        raise source.fault("pixels", "the picture is truncated", f"{int(ends[-1])} pixels of {total}")
    source_pixel = np.arange(len(plain))
    source_pixel[repeats] = 0
    source_pixel = np.maximum.accumulate(source_pixel)
    which = np.searchsorted(ends, np.arange(total), side="right")
    return np.ascontiguousarray(plain[source_pixel[which]].reshape(height, width, 4))
