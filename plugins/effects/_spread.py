"""Light spread wide over a picture without loss: Gaussians, area means and their way back up.

Every matrix here has rows and columns that add up to what they must, so that what one pixel loses others gain. The
picture is mirrored at its edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, hypot
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array

from myriorama.scenes.conventions import F32

_REACH: Final = 3.0
_SIGMA_OF_BLOCK: Final = 2.0
"""A Gaussian this many blocks wide hides that it was made from blocks."""
_NARROW_PX: Final = 4.0


def diagonal_px(image: F32) -> float:
    """Return the diagonal of a picture, pixels."""
    return hypot(image.shape[0], image.shape[1])


def blurred(image: F32, sigma_px: float) -> F32:
    """Return (H, W, C) float32 under a Gaussian, of the same sum.

    A wide one works on means of blocks, which it is at least twice as wide as.
    """
    if sigma_px < _NARROW_PX:
        return gaussian_filter(image, (sigma_px, sigma_px, 0.0), mode="reflect", truncate=_REACH)
    block = int(sigma_px / _SIGMA_OF_BLOCK)
    height, width = image.shape[:2]
    return both_axes(block_means(image, block), _spreading(height, sigma_px, block), _spreading(width, sigma_px, block))


def block_means(image: F32, block: int) -> F32:
    """Return the means of square blocks, (ceil(H / block), ceil(W / block), C); the last ones may be smaller."""
    if block == 1:
        return image
    out = image
    for axis in (0, 1):
        size = out.shape[axis]
        starts = np.arange(0, size, block)
        counts = np.diff(np.append(starts, size)).astype(np.float32)
        shape = [1, 1, 1]
        shape[axis] = len(starts)
        out = (np.add.reduceat(out, starts, axis=axis) / counts.reshape(shape)).astype(np.float32, copy=False)
    return out


def enlarged(small: F32, height: int, width: int, block: int) -> F32:
    """Return (height, width, C) of block means, by linear interpolation between the blocks' middles."""
    if block == 1:
        return small
    return both_axes(small, _between(height, block), _between(width, block))


def weighted_sum(image: F32, weights: Sequence[float]) -> F32:
    """Return (H, W): the sum of the channels by weights, the same on any number of processors."""
    out: F32 = image[..., 0] * np.float32(weights[0])
    for channel in range(1, image.shape[2]):
        out += image[..., channel] * np.float32(weights[channel])
    return out


def both_axes(image: F32, down: csr_array, right: csr_array) -> F32:
    """Return (h', w', C) of (h, w, C): rows joined by (h', h) `down`, columns by (w', w) `right`."""
    height, width, channels = image.shape
    columns = np.ascontiguousarray(image.transpose(1, 0, 2)).reshape(width, height * channels)
    wide = (right @ columns).reshape(right.shape[0], height, channels)
    rows = np.ascontiguousarray(wide.transpose(1, 0, 2)).reshape(height, right.shape[0] * channels)
    out: F32 = (down @ rows).reshape(down.shape[0], right.shape[0], channels)
    return out


@lru_cache(maxsize=32)
def _spreading(size: int, sigma_px: float, block: int) -> csr_array:
    """Return (size, blocks): a mirrored Gaussian of pixels, applied to a picture of blocks."""
    reach = ceil(_REACH * sigma_px)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / sigma_px) ** 2)
    weights /= weights.sum()
    at = (np.arange(size)[:, None] + offsets) % (2 * size)
    at = np.where(at < size, at, 2 * size - 1 - at) // block
    out = np.zeros((size, -(-size // block)))
    np.add.at(out, (np.arange(size)[:, None], at), np.broadcast_to(weights, at.shape))
    return csr_array(out.astype(np.float32))


@lru_cache(maxsize=32)
def _between(size: int, block: int) -> csr_array:
    blocks = -(-size // block)
    starts = np.arange(blocks) * block
    middles = 0.5 * (starts + np.minimum(starts + block, size)) - 0.5
    at = np.clip(np.arange(size), middles[0], middles[-1])
    low = np.clip(np.searchsorted(middles, at, side="right") - 1, 0, max(blocks - 2, 0))
    high = np.minimum(low + 1, blocks - 1)
    gap = np.maximum(middles[high] - middles[low], 1e-9)
    share = np.where(high > low, (at - middles[low]) / gap, 0.0)
    out = np.zeros((size, blocks))
    np.add.at(out, (np.arange(size), low), 1.0 - share)
    np.add.at(out, (np.arange(size), high), share)
    return csr_array(out.astype(np.float32))
