"""Two pictures of one sample held against each other: their difference as a picture, and their likeness in words.

It shows nothing and asks for no picture.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.scenes.conventions import U8
from myriorama.scenes.rendering.likeness import Likeness

GAIN: Final = 3
"""How much a difference is magnified around middle grey."""
_GREY: Final = 128


def difference(first: U8, second: U8) -> U8:
    """Return the second picture less the first, magnified, around middle grey: lighter is where the second is."""
    apart = second.astype(np.int16) - first.astype(np.int16)
    shown: U8 = np.clip(_GREY + GAIN * apart, 0, 255).astype(np.uint8)
    return shown


def in_words(found: Likeness) -> str:
    """Return the figures as one line: "SSIM 0.941   RMSE 0.021   mean +3.2 %"."""
    if math.isnan(found.mean_ratio):
        brightness = "mean: the raster picture is black"
    else:
        brightness = f"mean {100 * (found.mean_ratio - 1):+.1f} %"
    return f"SSIM {found.similarity:.3f}   RMSE {found.error:.3f}   {brightness}"
