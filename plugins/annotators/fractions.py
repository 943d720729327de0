"""Annotator: how much of each thing is seen, is unoccluded, and is inside the image.

All three are ratios of pixel counts; 0/0 is 0. It refuses estimates from boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import Annotator, Frame, Scene, Truth


def ratio(part: int, whole: int) -> float:
    """Return part / whole, and 0 for 0 / 0."""
    return part / whole if whole else 0.0


class Fractions(Annotator):
    """How much of each thing is seen."""

    name: ClassVar[str] = "fractions"
    label: ClassVar[str] = "Visible fractions"
    help: ClassVar[str] = (
        "Unoccluded = visible / amodal; in frame = amodal inside / on the extended grid; visible = both."
    )
    fills: ClassVar[tuple[str, ...]] = ("unoccluded", "in_frame", "visible", "clipped")
    passes: ClassVar[frozenset[str]] = frozenset({"truth", "amodal"})

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        out: dict[int, Mapping[str, Any]] = {}
        for i in truth.things:
            alone = truth.amodal(i)
            if alone is None:
                continue
            inside = int(np.count_nonzero(alone.mask))
            unoccluded = ratio(int(truth.area_px[i]), inside)
            in_frame = ratio(inside, alone.pixels_extended)
            out[i] = {
                "unoccluded": unoccluded,
                "in_frame": in_frame,
                "visible": unoccluded * in_frame,
                "clipped": alone.clipped,
            }
        return out
