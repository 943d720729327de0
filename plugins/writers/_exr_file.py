"""OpenEXR files of one part, line by line, packed without loss: much sooner than by the library, for any reader.

The form is that of the public "OpenEXR File Layout"; blocks are packed as its ZIP or ZIPS. Channels are half, float or
uint32 as they come: it turns no number, and other types are a ValueError.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

import deflate
import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import PluginError

Channels = Mapping[str, npt.NDArray[Any]]

_MAGIC: Final = struct.pack("<II", 20000630, 2)
_KINDS: Final = {"uint32": 0, "float16": 1, "float32": 2}
_FORMS: Final = {"none": (0, 1), "zips": (2, 1), "zip": (3, 16)}
"""How a form of packing is told, and how many lines a block has."""
_LEVEL: Final = 1
_LONGEST_NAME: Final = 31


def exr_file(channels: Channels, attributes: Mapping[str, Any], form: str) -> bytes:
    """Return an OpenEXR file.

    Parameters
    ----------
    channels : mapping of str to (H, W) array
        float16, float32 or uint32; all of one size, row 0 at the top.
    attributes : mapping
        Further entries of the header: text, or (3, 3) and (4, 4) matrices of float64.
    form : {"zip", "zips", "none"}
        Packed 16 lines at a time, one at a time, or not.

    Raises
    ------
    ValueError
        There is no channel, or they differ in size, or one has another type.
    """
    ordered = {name: np.ascontiguousarray(channels[name]) for name in sorted(channels)}
    shapes = {pixels.shape for pixels in ordered.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 2 or 0 in shape:
        raise ValueError("an OpenEXR file needs channels, all (H, W) of one size")
    odd = [name for name, pixels in ordered.items() if pixels.dtype.name not in _KINDS]
    if odd:
        raise ValueError(f"OpenEXR has no type for the channels {', '.join(odd)}")
    height, width = shape
    told, lines = _FORMS[form]
    head = _header(ordered, attributes, told, height, width)
    blocks = []
    for low in range(0, height, lines * 64):  # some blocks at a time: as many as stay in a processor's cache
        band = {name: pixels[low : low + lines * 64] for name, pixels in ordered.items()}
        blocks += _blocks(band, lines, packed=form != "none")
    places, place = [], len(head) + 8 * len(blocks)
    for number, block in enumerate(blocks):
        blocks[number] = struct.pack("<iI", number * lines, len(block)) + block
        places.append(place)
        place += len(blocks[number])
    return b"".join((head, struct.pack(f"<{len(places)}Q", *places), *blocks))


def _blocks(band: Channels, lines: int, *, packed: bool) -> list[bytes]:
    """Return what is in each block of some lines of the picture; the last block of a picture may be shorter."""
    rows = _rows(band)
    whole = len(rows) // lines * lines
    parts = [rows[:whole].reshape(-1, lines * rows.shape[1])]
    if whole < len(rows):
        parts.append(rows[whole:].reshape(1, -1))
    out = []
    for part in parts:
        if not packed:
            out += [block.tobytes() for block in part]
            continue
        for block, sorted_bytes in zip(part, _differences(part), strict=True):
            content = bytes(deflate.zlib_compress(sorted_bytes.data, _LEVEL))
            out.append(content if len(content) < block.size else block.tobytes())  # told by its length alone
    return out


def _rows(band: Channels) -> npt.NDArray[np.uint8]:
    """Return the lines as bytes: in each, channel after channel."""
    little = (pixels.astype(pixels.dtype.newbyteorder("<"), copy=False) for pixels in band.values())
    return np.concatenate([pixels.view(np.uint8) for pixels in little], axis=1)


def _differences(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return each block, (B, n) with n even, as it is packed: even bytes before odd ones, each less the one before."""
    half = blocks.shape[1] // 2
    turned = np.empty_like(blocks)
    turned[:, :half] = blocks[:, 0::2]
    turned[:, half:] = blocks[:, 1::2]
    out = np.empty_like(turned)
    out[:, :1] = turned[:, :1]
    np.subtract(turned[:, 1:], turned[:, :-1], out=out[:, 1:])
    out[:, 1:] ^= 128  # plus 128 modulo 256
    return out


def _header(channels: Channels, attributes: Mapping[str, Any], told: int, height: int, width: int) -> bytes:
    listed = b"".join(
        _name(name) + struct.pack("<iB3xii", _KINDS[pixels.dtype.name], 0, 1, 1) for name, pixels in channels.items()
    )
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    entries = {
        "channels": ("chlist", listed + b"\0"),
        "compression": ("compression", bytes((told,))),
        "dataWindow": ("box2i", window),
        "displayWindow": ("box2i", window),
        "lineOrder": ("lineOrder", b"\0"),
        "pixelAspectRatio": ("float", struct.pack("<f", 1.0)),
        "screenWindowCenter": ("v2f", struct.pack("<ff", 0.0, 0.0)),
        "screenWindowWidth": ("float", struct.pack("<f", 1.0)),
    }
    entries |= {name: _attribute(name, value) for name, value in attributes.items()}
    rows = (
        _name(name) + _name(kind) + struct.pack("<I", len(content)) + content
        for name, (kind, content) in sorted(entries.items())
    )
    return _MAGIC + b"".join(rows) + b"\0"


def _attribute(name: str, value: Any) -> tuple[str, bytes]:
    if isinstance(value, str):
        return "string", value.encode()
    kind = {(3, 3): "m33d", (4, 4): "m44d"}.get(np.shape(value))
    if kind is None:
        raise PluginError(f"an OpenEXR header takes text and matrices, and {name!r} is neither")
    return kind, np.asarray(value, dtype="<f8").tobytes()


def _name(name: str) -> bytes:
    coded = name.encode()
    if not 0 < len(coded) <= _LONGEST_NAME:
        raise PluginError(f"a name in an OpenEXR file has 1 to {_LONGEST_NAME} bytes: {name!r}")
    return coded + b"\0"
