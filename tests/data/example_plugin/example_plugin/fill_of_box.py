"""An annotator: how much of its box each thing fills, and what share of the picture shows things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from myriorama.plugins import WHOLE_IMAGE, Annotator, Frame, Scene, Truth


class FillOfBox(Annotator):
    """Shares of boxes and of the picture, from the visible pixels alone."""

    name = "fill_of_box"
    label = "Fill of the box"
    help = "For each visible thing its pixels over those of its box; for the image the share that shows things."
    fills = ("fill_of_box", "share_of_things")

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        """Return the fields by instance index."""
        out: dict[int, Mapping[str, Any]] = {}
        shown = 0
        for i in truth.visible_things:
            box, area = truth.boxes[i], int(truth.area_px[i])
            out[i] = {"fill_of_box": area / (box.w * box.h)}
            shown += area
        out[WHOLE_IMAGE] = {"share_of_things": float(np.float64(shown) / (truth.width * truth.height))}
        return out
