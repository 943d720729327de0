"""Pictures that several formats share: the same role, path and pixels, so that the host writes each once.

It converts buffers to exact integers and refuses what does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import PngFile, Record, ReusedFile, SampleFile, StoredRecord, Writer

PNG16_MAX: Final = 65535
PNG24_MAX: Final = 2**24 - 1


def file_stem(index: int) -> str:
    """Return how the files of sample `index` are named."""
    return f"{index:08d}"


def shared_path(index: int) -> str:
    """Return where the picture of sample `index` lies for all formats that have no place of their own for it."""
    return f"images/{file_stem(index)}.png"


def rgb_file(record: Record, path: str = "") -> PngFile:
    """Return the picture itself, 8 bits a channel, sRGB; at `path`, or where all formats share it."""
    return PngFile("rgb", path or shared_path(record.index), record.rgb, {"color_space": "sRGB"})


class PictureWriter(Writer):
    """A format with the picture of each sample: written with the sample, and taken over by an export.

    What derives from it says where pictures lie if that is not `shared_path`, and adds its labels.
    """

    def picture_path(self, part: str, index: int) -> str:
        """Return where the picture of a sample lies; `part` is its part of the split."""
        return shared_path(index)

    def obstacles(self, record: Record) -> tuple[str, ...]:
        told = f"{self.label} needs the picture, and the frame was rendered without it"
        return (told,) if record.frame.rgb is None else ()

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        yield rgb_file(record, self.picture_path(record.part, record.index))

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        yield ReusedFile("rgb", self.picture_path(stored["part"], stored["index"]))


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
