"""Annotator: what of each thing is seen: mask, run-length code, tight box, area.

It reads the surface ids alone and refuses to look at the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from myriorama.plugins.api import Annotator, Frame, Scene, Truth


class Visible(Annotator):
    """What of each thing is seen."""

    name: ClassVar[str] = "visible"
    label: ClassVar[str] = "Visible masks and boxes"
    help: ClassVar[str] = "The pixels whose centre ray hits each object first, their code, tight box and area."
    fills: ClassVar[tuple[str, ...]] = ("box", "area_px", "mask", "rle")

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        return {
            i: {
                "box": truth.boxes[i],
                "area_px": int(truth.area_px[i]),
                "mask": truth.visible_mask(i),
                "rle": truth.visible_rle[i],
            }
            for i in truth.visible_things
        }
