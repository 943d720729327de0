"""Decodes PNG, JPEG and WebP into 8-bit pixels.

The format is taken from an allow-list and the size from the header, before any pixel is decoded.
Animations and other formats are refused, whatever their name says.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from myriorama.scenes.assets.limits import MAX_PIXELS, MAX_SIDE_PX
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.conventions import U8

if TYPE_CHECKING:
    from PIL import Image

_FORMATS: Final = ("PNG", "JPEG", "WEBP")
ALLOWED: Final = f"PNG, JPEG or WebP, one frame, at most {MAX_SIDE_PX} px a side and {MAX_PIXELS // 2**20} megapixels"


def decode_image(content: bytes, *, file: str, place: str = "", upright: bool = False) -> U8:
    """Decode an image.

    Parameters
    ----------
    content : bytes
        The encoded image.
    file, place : str
        For messages.
    upright : bool
        Turn a photo as its EXIF orientation says. Textures of models are never turned.

    Returns
    -------
    (H, W, C) uint8
        C is 1, 3 or 4; row 0 is the top. 16-bit greys are scaled by 1/257 and rounded.

    Raises
    ------
    AssetError
        Not an allowed format, too large, animated, truncated, or broken.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Our own limit below is lower than Pillow's, and an error rather than a warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=_FORMATS)
        with opened as image:
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
                raise asset_fault(file, place, "the image is too large", f"{width} x {height}", ALLOWED)
            frames = int(getattr(image, "n_frames", 1))
            if frames != 1:
                raise asset_fault(file, place, f"the image is an animation of {frames} frames", allowed=ALLOWED)
            image.load()
            turned = ImageOps.exif_transpose(image) if upright else image
            return _to_8_bit(turned)
    except UnidentifiedImageError as error:
        raise asset_fault(file, place, "is not an image that can be read", _looks_like(content), ALLOWED) from error
    except Image.DecompressionBombError as error:
        count = re.search(r"\((\d+) pixels\)", str(error))
        shown = f"{int(count[1]):,} pixels" if count else ""
        raise asset_fault(file, place, "the image is too large", shown, ALLOWED) from error
    except (OSError, SyntaxError, ValueError, struct.error, EOFError) as error:
        raise asset_fault(file, place, f"the image is truncated or broken: {error}", allowed=ALLOWED) from error


def _to_8_bit(image: Image.Image) -> U8:
    mode = image.mode
    if mode.startswith("I"):
        # Pillow's own conversion of 16-bit grey saturates at 255.
        wide = np.asarray(image).astype(np.int64)
        return ((wide + 128) // 257).astype(np.uint8)[:, :, np.newaxis]
    has_alpha = "A" in mode or "a" in mode or "transparency" in image.info
    target = "RGBA" if has_alpha else ("L" if mode in ("1", "L") else "RGB")
    pixels = np.asarray(image if mode == target else image.convert(target), dtype=np.uint8)
    return np.array(pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels, order="C")


def _looks_like(content: bytes) -> str:
    known = {
        b"\x1f\x8b": "gzip",
        b"PK": "zip",
        b"%!PS": "PostScript",
        b"8BPS": "Photoshop",
        b"GIF8": "GIF",
        b"BM": "BMP",
        b"II*\0": "TIFF",
        b"MM\0*": "TIFF",
        b"\xabKTX": "KTX",
        b"DDS ": "DDS",
        b"SIMPLE": "FITS",
        b"<": "XML or HTML",
        b"version https://git-lfs": "a Git LFS pointer",
    }
    for magic, name in known.items():
        if content.startswith(magic):
            return name
    return f"{len(content)} bytes starting {content[:8].hex(' ')}"
