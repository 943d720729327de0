"""Reads OpenEXR pictures: the colour channels of the first part that has any.

The header is read alone first, and what it declares is held against the limits; deep images and
subsampled chroma are refused.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np

from myriorama.scenes.assets.limits import MAX_PIXELS, MAX_SIDE_PX
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.conventions import F32

_MAX_BYTES = 2**30
"""Of all channels of all parts, decoded."""


def read_exr(source: SourceFile) -> F32:
    """Return (H, W, 3) float32, row 0 at the top of the data window; a luminance picture becomes grey.

    Raises
    ------
    AssetError
        Not OpenEXR, truncated, too large, deep, or without R, G, B or Y.
    """
    if source.content[:4] != b"\x76\x2f\x31\x01":
        raise source.fault("header", "is not an OpenEXR file", source.content[:8])
    try:
        import OpenEXR
    except ImportError as error:
        raise source.fault("", "the package OpenEXR is not installed") from error
    try:
        part = _first_color_part(source, OpenEXR.File(io.BytesIO(source.content), False, True))
        # One thread: the pool's stacks count against the importer's memory limit.
        opened = OpenEXR.File(io.BytesIO(source.content), True, False, 0)
        channels = opened.channels(part)
        names = ("R", "G", "B") if "R" in channels else ("Y",)
        layers = [np.asarray(channels[n].pixels, dtype=np.float32) for n in names]
    except (RuntimeError, ValueError, KeyError, IndexError, TypeError, OSError, struct.error) as error:
        what = f"the OpenEXR file is truncated or broken: {error}"
        raise source.fault("pixels", what, f"{len(source.content)} bytes", "a whole OpenEXR picture") from error
    return np.stack(layers if len(layers) == 3 else layers * 3, axis=2)


def _first_color_part(source: SourceFile, headers: Any) -> int:
    total, found, seen = 0, None, []
    for number, part in enumerate(headers.parts):
        header = part.header
        (x0, y0), (x1, y1) = (tuple(int(v) for v in corner) for corner in header["dataWindow"])
        width, height = x1 - x0 + 1, y1 - y0 + 1
        if width <= 0 or height <= 0 or width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
            allowed = f"at most {MAX_PIXELS} pixels"
            raise source.fault("dataWindow", "the picture is too large or empty", f"{width} x {height}", allowed)
        channels = {c.name: c for c in header["channels"]}
        total += width * height * 4 * len(channels)
        if total > _MAX_BYTES:
            what = f"{len(channels)} channels of {width} x {height}"
            raise source.fault("channels", "the picture's channels are too large", what, f"{_MAX_BYTES} bytes")
        seen += list(channels)
        is_deep = "deep" in str(header.get("type", "")).lower()
        has_color = {"R", "G", "B"} <= set(channels) or "Y" in channels
        if found is None and has_color and not is_deep:
            colors = [channels[n] for n in ("R", "G", "B", "Y", "RY", "BY") if n in channels]
            if any(c.xSampling != 1 or c.ySampling != 1 for c in colors) or "RY" in channels:
                raise source.fault("channels", "subsampled chroma cannot be read", sorted(channels), "R, G and B")
            found = number
    if found is None:
        raise source.fault("channels", "there is no flat picture with R, G and B, or Y", sorted(set(seen)))
    return found
