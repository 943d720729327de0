"""Foreign pictures: their size from the header alone, and their pixels once the size is known to be bearable.

The format comes from an allow-list, whatever the name says; an animation, a bomb or a broken file is a sentence.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from myriorama.app.reading.limits import MAX_PICTURE_BYTES, MAX_PIXELS, MAX_SIDE_PX
from myriorama.app.reading.reach import NotReadableError, Reach
from myriorama.scenes.conventions import U8

if TYPE_CHECKING:
    from PIL import Image

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
_ORIENTATION: Final = 274
_TURNED: Final = (5, 6, 7, 8)
_TAIL_BYTES: Final = 4096
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
)


class Header:
    """What a picture's header says: width and height as stored, and whether its EXIF turns it on its side."""

    def __init__(self, width: int, height: int, turned: bool) -> None:
        self.stored = (width, height)
        self.upright = (height, width) if turned else (width, height)


def header_of(reach: Reach, real: str) -> Header:
    """Return what the header of a picture says; its pixels are not decoded.

    Raises
    ------
    NotReadableError
        It is no picture that can be read, too large, or its end is missing.
    """
    reach.check(real, MAX_PICTURE_BYTES)
    try:
        with open(real, "rb") as file:
            image = _opened(file)
            width, height = image.size
            turned = image.format in ("JPEG", "TIFF", "WEBP") and image.getexif().get(_ORIENTATION) in _TURNED
            kind = image.format
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            tail = file.read()
    except _BROKEN as error:
        raise NotReadableError("is broken") from error
    if (kind == "PNG" and b"IEND" not in tail) or (kind == "JPEG" and b"\xff\xd9" not in tail):
        raise NotReadableError("is cut off: its end is missing")
    return Header(width, height, bool(turned))


def pixels_of(content: bytes, wanted: tuple[int, int] | None = None) -> U8:
    """Decode a picture.

    Parameters
    ----------
    wanted : (width, height) or None
        The size that the labels tell. The picture is turned as its EXIF says, unless it has this size only unturned.

    Returns
    -------
    (H, W, 3) uint8

    Raises
    ------
    NotReadableError
        It is no picture that can be read, too large, or broken.
    """
    from PIL import ImageOps

    try:
        with _opened(io.BytesIO(content)) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            chosen = image if wanted is not None and image.size == wanted and upright.size != wanted else upright
            return _rgb(chosen)
    except _BROKEN as error:
        raise NotReadableError("is cut off or broken") from error


def indexed_pixels(content: bytes) -> U8:
    """Return the numbers of a picture of few colours or greys, (H, W) uint8, as they are stored.

    Raises
    ------
    NotReadableError
        It is no such picture.
    """
    try:
        with _opened(io.BytesIO(content)) as image:
            if image.mode not in ("P", "L"):
                raise NotReadableError("has colours where numbers are expected")
            image.load()
            return np.asarray(image, dtype=np.uint8)
    except _BROKEN as error:
        raise NotReadableError("is cut off or broken") from error


def _opened(file: io.BytesIO | io.BufferedReader) -> Image.Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit is lower; what else is odd shows when it is decoded
            image = Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise NotReadableError("is no picture that can be read (PNG, JPEG, WebP, BMP, TIFF)") from error
    except Image.DecompressionBombError as error:
        raise NotReadableError(_too_large()) from error
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise NotReadableError(_too_large())
    if width < 1 or height < 1:
        raise NotReadableError("has no pixels")
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) != 1:
        raise NotReadableError("is an animation")
    return image


def _too_large() -> str:
    return f"is a picture of more than {MAX_PIXELS // 2**20} megapixels or {MAX_SIDE_PX:,} pixels a side"


def _rgb(image: Image.Image) -> U8:
    if image.mode.startswith(("I", "F")):
        wide = np.asarray(image).astype(np.float64)
        high = 65535.0 if image.mode.startswith("I") else max(float(np.nanmax(wide, initial=1.0)), 1e-9)
        grey = np.clip(np.nan_to_num(wide) * (255.0 / high) + 0.5, 0, 255).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if "A" in image.mode or "transparency" in image.info:
        four = np.asarray(image.convert("RGBA"), dtype=np.uint8)
        return np.ascontiguousarray(four[..., :3])
    return np.array(image.convert("RGB"), dtype=np.uint8)
