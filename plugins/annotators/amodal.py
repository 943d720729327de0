"""Annotator: what each thing would cover if it were alone, inside the image.

It reads the renderer's amodal pass and refuses to complete a mask by guessing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import Annotator, Frame, Scene, Truth
from myriorama.scenes.labels.record import Box


class Amodal(Annotator):
    """What each thing would cover if it stood alone."""

    name: ClassVar[str] = "amodal"
    label: ClassVar[str] = "Amodal masks and boxes"
    help: ClassVar[str] = "The pixels each object would cover if it stood alone, with code, box and area."
    fills: ClassVar[tuple[str, ...]] = ("amodal_box", "amodal_area_px", "amodal_mask", "amodal_rle")
    passes: ClassVar[frozenset[str]] = frozenset({"truth", "amodal"})

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        out: dict[int, Mapping[str, Any]] = {}
        for i in truth.things:
            alone = truth.amodal(i)
            if alone is None or not alone.mask.size:
                out[i] = {"amodal_box": None, "amodal_area_px": 0, "amodal_mask": None, "amodal_rle": None}
                continue
            h, w = alone.mask.shape
            out[i] = {
                "amodal_box": Box(alone.x, alone.y, w, h),
                "amodal_area_px": int(np.count_nonzero(alone.mask)),
                "amodal_mask": alone.mask,
                "amodal_rle": truth.amodal_rle[i],
            }
        return out
