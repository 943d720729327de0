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
_BAND: Final = 64
"""Lines that are put together at once: whole blocks, and few enough to stay in a processor's cache."""
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
    work = _Work(sum(pixels.itemsize for pixels in ordered.values()) * width)
    for low in range(0, height, _BAND):
        band = {name: pixels[low : low + _BAND] for name, pixels in ordered.items()}
        blocks += _blocks(work, band, lines, packed=form != "none")
    places, place = [], len(head) + 8 * len(blocks)
    for number, block in enumerate(blocks):
        blocks[number] = struct.pack("<iI", number * lines, len(block)) + block
        places.append(place)
        place += len(blocks[number])
    return b"".join((head, struct.pack(f"<{len(places)}Q", *places), *blocks))


class _Work:
    """Room for the lines of a band, used again for each: to be given new memory takes longer than to fill it.

    Parameters
    ----------
    row_bytes : int
        Of one line of the picture; even, as every channel's are.
    """

    def __init__(self, row_bytes: int) -> None:
        self.rows, self.turned, self.packable = np.empty((3, _BAND, row_bytes), dtype=np.uint8)


def _blocks(work: _Work, band: Channels, lines: int, *, packed: bool) -> list[bytes]:
    """Return what is in each block of some lines of the picture; the last block of a picture may be shorter."""
    rows = _rows(band, work.rows)
    out = []
    for low in range(0, len(rows), lines):
        block = rows[low : low + lines].reshape(-1)
        if packed:
            content = bytes(deflate.zlib_compress(_differences(block, work).data, _LEVEL))
            if len(content) < block.size:  # told by its length alone
                out.append(content)
                continue
        out.append(block.tobytes())
    return out


def _rows(band: Channels, room: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the lines as bytes: in each, channel after channel."""
    little = (pixels.astype(pixels.dtype.newbyteorder("<"), copy=False) for pixels in band.values())
    parts = [pixels.view(np.uint8) for pixels in little]
    return np.concatenate(parts, axis=1, out=room[: len(parts[0])])


def _differences(block: npt.NDArray[np.uint8], work: _Work) -> npt.NDArray[np.uint8]:
    """Return a block of (n,) bytes, n even, as it is packed: even bytes before odd ones, each less the one before."""
    pairs, half = block.view("<u2"), block.size // 2
    turned, out = work.turned.reshape(-1)[: block.size], work.packable.reshape(-1)[: block.size]
    np.copyto(turned[:half], pairs, casting="unsafe")  # of a number of two bytes, the lower
    np.right_shift(pairs, 8, out=turned[half:], casting="unsafe")
    np.subtract(turned[1:], turned[:-1], out=out[1:])
    out ^= 128  # plus 128 modulo 256
    out[0] = turned[0]
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
