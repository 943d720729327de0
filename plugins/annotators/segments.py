"""Annotator: the panoptic segments of the image: one per visible thing, one per class of stuff.

Pixels that belong to no segment were hit by nothing, or are unlabelled on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import WHOLE_IMAGE, Annotator, Frame, Scene, Truth
from myriorama.scenes.labels.rle import encode_mask


class Segments(Annotator):
    """The panoptic segments of the image."""

    name: ClassVar[str] = "segments"
    label: ClassVar[str] = "Semantic and panoptic segments"
    version: ClassVar[str] = "2"
    help: ClassVar[str] = (
        "Class, mask, area and box of every segment: each visible object, and each class of stuff as one."
    )
    fills: ClassVar[tuple[str, ...]] = ("segments",)

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        members: dict[tuple[str, int], list[int]] = {}
        for i in truth.boxes:
            instance = scene.instances[i]
            if instance.kind == "unlabelled":
                continue
            key = ("stuff", instance.class_id) if instance.kind == "stuff" else ("thing", i)
            members.setdefault(key, []).append(i)
        segments = []
        for (kind, _), owners in members.items():
            boxes = [truth.boxes[i] for i in owners]
            x, y = min(b.x for b in boxes), min(b.y for b in boxes)
            segments.append(
                {
                    # The pixel ids, in the instance image, that make up the segment; the first names it.
                    "id": owners[0] + 1,
                    "instance_ids": [i + 1 for i in owners],
                    "class_id": scene.instances[owners[0]].class_id,
                    "is_thing": kind == "thing",
                    "area_px": int(sum(truth.area_px[i] for i in owners)),
                    "rle": _code(truth, owners).decode("ascii"),
                    "box": [x, y, max(b.x + b.w for b in boxes) - x, max(b.y + b.h for b in boxes) - y],
                }
            )
        return {WHOLE_IMAGE: {"segments": segments}}


def _code(truth: Truth, owners: list[int]) -> bytes:
    """Return the COCO compressed counts of the pixels of all owners together."""
    if len(owners) == 1:
        return truth.visible_rle[owners[0]]
    member = np.zeros(len(truth.scene.instances) + 1, dtype=np.bool_)
    member[[i + 1 for i in owners]] = True
    return encode_mask(member[truth.instance_id])
