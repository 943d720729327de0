"""From .hdr and .exr pictures to an equirectangular radiance map.

Orientation: the usual one of published maps. Row 0 is up; the centre column looks along +X, and columns
run on towards -Y, so that the sky reads left to right from inside. (A viewer with Y up puts +X at the
centre too; its +Z is our -Y.) Pictures that are not twice as wide as high are refused.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.scenes.assets.exr import read_exr
from myriorama.scenes.assets.hdr import read_hdr
from myriorama.scenes.assets.pieces import Tally
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.conventions import F32
from myriorama.scenes.lights import RadianceMap

MAX_NEGATIVE_SHARE: Final = 0.25
"""Of the map's whole light. Lossy compression rings beside a sun; more than this is not a radiance map."""


def read_radiance(source: SourceFile) -> tuple[RadianceMap, tuple[str, ...]]:
    """Return the map and notes on what could not be kept.

    Negative values, which lossy compression leaves beside bright lamps, are taken off the bright pixels
    next to them, so that the map's light stays the same; this is noted.

    Raises
    ------
    AssetError
        Not .hdr or .exr, broken, not 2:1, NaN or infinity, or largely negative.
    """
    head = source.content[:4]
    if head[:2] == b"#?":
        pixels = read_hdr(source)
    elif head == b"\x76\x2f\x31\x01":
        pixels = read_exr(source)
    else:
        raise source.fault("header", "is neither a Radiance (.hdr) nor an OpenEXR (.exr) picture", head)
    height, width = pixels.shape[:2]
    if abs(width - 2 * height) > max(2, width // 100):
        allowed = "an equirectangular map, twice as wide as high"
        raise source.fault("size", "the picture is not an equirectangular map", f"{width} x {height}", allowed)
    bad = int(np.count_nonzero(~np.isfinite(pixels)))
    if bad:
        allowed = "finite numbers; half floats end at 65504, so save very bright maps as 32-bit"
        raise source.fault("pixels", f"{bad} values are infinite or not numbers", allowed=allowed)
    tally = Tally(source.name)
    if float(pixels.min()) < 0.0:
        pixels, share = without_negatives(pixels)
        if share > MAX_NEGATIVE_SHARE:
            raise source.fault(
                "pixels", "the map holds negative light", f"{share:.1%} of its light", "radiance, 0 and up"
            )
        tally.note(f"negative light from lossy compression ({share:.2%}) was taken off the bright pixels beside it")
    return RadianceMap(pixels), tuple(tally.notes)


def without_negatives(pixels: F32) -> tuple[F32, float]:
    """Return the map without negative values, its light kept, and the share of light that was negative.

    Ringing beside a lamp adds as much as it takes away. So within each 8 x 8 block (the block of OpenEXR's
    lossy compressors), and each channel, the negative light is taken off the positive pixels in proportion.

    Parameters
    ----------
    pixels : (H, W, 3) float32
    """
    height, width = pixels.shape[:2]
    padded = np.zeros((-(-height // 8) * 8, -(-width // 8) * 8, 3))
    solid_angle = np.sin((np.arange(height) + 0.5) / height * np.pi)[:, np.newaxis, np.newaxis]
    padded[:height, :width] = pixels * solid_angle
    blocks = padded.reshape(padded.shape[0] // 8, 8, padded.shape[1] // 8, 8, 3)
    kept = np.maximum(blocks, 0.0).sum(axis=(1, 3))
    lost = -np.minimum(blocks, 0.0).sum(axis=(1, 3))
    gain = np.divide(np.maximum(kept - lost, 0.0), kept, out=np.zeros_like(kept), where=kept > 0.0)
    per_pixel = np.repeat(np.repeat(gain, 8, axis=0), 8, axis=1)[:height, :width]
    total = float(kept.sum())
    share = float(lost.sum()) / total if total > 0.0 else float("inf")
    return np.asarray(np.maximum(pixels, 0.0) * per_pixel, dtype=np.float32), share
