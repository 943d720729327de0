"""The marks of JPEG: the picture is coded in memory and read back.

No file is written, and nothing of the picture's own file changes: a PNG then holds a picture that once was a JPEG.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np
from PIL import Image

from myriorama.plugins.api import Choice, Draws, Effect, Frame, Int, Values
from myriorama.scenes.conventions import F32
from myriorama.scenes.rendering.tone import rounded

_SUBSAMPLING: Final[Mapping[str, int]] = MappingProxyType({"4:4:4": 0, "4:2:2": 1, "4:2:0": 2})
"""By the numbers of Pillow."""


class Jpeg(Effect):
    """JPEG artefacts."""

    name = "jpeg"
    label = "JPEG"
    help = "Blocks, ringing and smeared colours of a JPEG of this quality."
    stage = "picture"
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"saves": 0}
    parameters = (
        Int(
            "quality",
            80,
            help="By the scale of libjpeg: 95 is hardly seen, 75 usual, 30 blocky.",
            minimum=1,
            maximum=100,
            group="JPEG",
            suggested={"integers": [40, 95]},
        ),
        Choice(
            "chroma",
            "4:2:0",
            options=tuple(_SUBSAMPLING),
            help="How finely colour is kept: at every pixel, at half of them, or at a quarter.",
            group="JPEG",
            suggested={"choice": ["4:2:0", "4:4:4"]},
        ),
        Int(
            "saves",
            1,
            help="How often it is saved, each time from what the last left; 0 leaves the picture as it is.",
            minimum=0,
            maximum=8,
            group="JPEG",
        ),
    )

    def retouch(self, values: Values, picture: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture as it comes out of baseline JPEG with libjpeg's tables, at 8 bits."""
        saves = int(values["saves"])
        if saves == 0:
            return picture
        levels = rounded(picture)
        for _ in range(saves):
            coded = BytesIO()
            Image.fromarray(levels).save(
                coded, "JPEG", quality=int(values["quality"]), subsampling=_SUBSAMPLING[str(values["chroma"])]
            )
            with Image.open(coded) as image:
                levels = np.asarray(image.convert("RGB"))
        return levels.astype(np.float32) / np.float32(255.0)
