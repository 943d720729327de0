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
from myriorama.scenes.conventions import F32, Mask
from myriorama.scenes.lights import RadianceMap

MAX_NEGATIVE_SHARE: Final = 0.25
"""Of the map's whole light. Lossy compression rings beside a sun; more than this is not a radiance map."""
_AROUND: Final = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


def read_radiance(source: SourceFile) -> tuple[RadianceMap, tuple[str, ...]]:
    """Return the map and notes on what could not be kept.

    A pixel with a negative value, as lossy compression leaves beside bright lamps, is no measurement: it
    takes the mean of its neighbours, and this is noted.

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
        raise source.fault("header", "is no radiance map", head, "a Radiance (.hdr) or OpenEXR (.exr) picture")
    height, width = pixels.shape[:2]
    if abs(width - 2 * height) > max(2, width // 100):
        allowed = "an equirectangular map, twice as wide as high"
        raise source.fault("size", "the picture is not an equirectangular map", f"{width} x {height}", allowed)
    bad = int(np.count_nonzero(~np.isfinite(pixels)))
    if bad:
        allowed = "finite numbers; half floats end at 65504, so save very bright maps as 32-bit"
        row, column, channel = (int(i) for i in np.argwhere(~np.isfinite(pixels))[0])
        shown = f"{pixels[row, column, channel]} in column {column} of row {row}"
        raise source.fault("pixels", f"{bad} values are infinite or not numbers", shown, allowed)
    tally = Tally(source.name)
    if float(pixels.min()) < 0.0:
        share = negative_share(pixels)
        if share > MAX_NEGATIVE_SHARE:
            shown = f"{share:.1%} of its light" if np.isfinite(share) else "no light above 0"
            raise source.fault("pixels", "the map holds negative light", shown, "radiance, 0 and up")
        spoilt = np.asarray((pixels < 0.0).any(axis=2))
        pixels = filled(pixels, spoilt)
        what = f"{np.count_nonzero(spoilt)} pixels with negative values ({share:.2%} of the light)"
        tally.note(f"{what}, left by lossy compression, took the mean of their neighbours")
    return RadianceMap(pixels), tuple(tally.notes)


def negative_share(pixels: F32) -> float:
    """Return the negative light of a map as a share of its positive light, weighted by solid angle."""
    height = pixels.shape[0]
    solid_angle = np.sin((np.arange(height) + 0.5) / height * np.pi)[:, np.newaxis, np.newaxis]
    lost = -float((np.minimum(pixels, 0.0) * solid_angle).sum(dtype=np.float64))
    kept = float((np.maximum(pixels, 0.0) * solid_angle).sum(dtype=np.float64))
    return lost / kept if kept > 0.0 else float("inf")


def filled(pixels: F32, spoilt: Mask) -> F32:
    """Return the map with its spoilt pixels filled in from their neighbours, ring by ring.

    Parameters
    ----------
    pixels : (H, W, 3) float32
        The left and the right edge are neighbours.
    spoilt : (H, W) bool
        Not everywhere.
    """
    out, missing = pixels.copy(), spoilt.copy()
    while missing.any():
        rows, columns = np.nonzero(missing)
        total, count = np.zeros((len(rows), 3)), np.zeros(len(rows))
        for down, right in _AROUND:
            y, x = rows + down, (columns + right) % pixels.shape[1]
            usable = (y >= 0) & (y < pixels.shape[0])
            y = np.where(usable, y, 0)
            usable &= ~missing[y, x]
            total += np.where(usable[:, np.newaxis], out[y, x], 0.0)
            count += usable
        reached = count > 0
        out[rows[reached], columns[reached]] = total[reached] / count[reached, np.newaxis]
        missing[rows[reached], columns[reached]] = False
    return out
