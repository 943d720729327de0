"""Pictures that several formats share: the same role, path and pixels, so that the host writes each once.

It converts buffers to exact integers and refuses what does not fit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import PngFile, Record, ReusedFile

PNG16_MAX: Final = 65535
PNG24_MAX: Final = 2**24 - 1


def file_stem(index: int) -> str:
    """Return how the files of sample `index` are named."""
    return f"{index:08d}"


def rgb_file(record: Record) -> PngFile:
    """Return the picture itself, 8 bits a channel, sRGB."""
    return PngFile("rgb", f"images/{file_stem(record.index)}.png", record.rgb, {"color_space": "sRGB"})


def reused_rgb(index: int) -> ReusedFile:
    """Return that an export takes over the picture of sample `index`, under the name that `rgb_file` gives it."""
    return ReusedFile("rgb", f"images/{file_stem(index)}.png")


def ids_file(role: str, record: Record, ids: npt.NDArray[np.uint32]) -> PngFile:
    """Return an id image (H, W): 16-bit grey, or 24 bits over red, green and blue where ids need them.

    Raises
    ------
    ValueError
        An id needs more than 24 bits.
    """
    path = f"{role}/{file_stem(record.index)}.png"
    highest = int(ids.max())
    if highest <= PNG16_MAX:
        return PngFile(role, path, ids.astype(np.uint16), {"value": "stored"})
    if highest > PNG24_MAX:
        raise ValueError(f"{role} {highest} does not fit in 24 bits")
    split = np.stack([ids & 0xFF, ids >> 8 & 0xFF, ids >> 16], axis=2).astype(np.uint8)
    return PngFile(role, path, split, {"value": "red + 256 * green + 65536 * blue"})
