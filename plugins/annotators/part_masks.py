"""Annotator: what of each part of each thing is seen: a mask for every leaf, handle or wheel.

It reads the surface ids alone; a part that no pixel shows is not in the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import Annotator, Frame, Scene, Truth


class PartMasks(Annotator):
    """What of each part of each thing is seen."""

    name: ClassVar[str] = "part_masks"
    label: ClassVar[str] = "Part masks"
    help: ClassVar[str] = "For every visible part of each object, such as a leaf: name, slot, area, box and mask code."
    fills: ClassVar[tuple[str, ...]] = ("parts",)

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        # Imported here, as the truth itself does: an author's import of the plugin door need not load it.
        from myriorama.scenes.labels.rle import encode_runs
        from myriorama.scenes.labels.truth import boxes_of

        runs = truth.surface_runs
        codes, boxes = encode_runs(runs), boxes_of(runs)
        ends = np.cumsum(runs.ends - runs.starts)
        out: dict[int, Mapping[str, Any]] = {}
        for i in truth.visible_things:
            instance = scene.instances[i]
            rows = []
            for number, part in enumerate(instance.model.parts):
                surface_id = instance.first_surface_id + number
                box = boxes.get(surface_id)
                if box is None:
                    continue
                first, last = np.searchsorted(runs.values, (surface_id, surface_id + 1))
                before = int(ends[first - 1]) if first else 0
                rows.append(
                    {
                        "surface_id": surface_id,
                        "name": part.name,
                        "slot": part.slot or part.name,
                        "area_px": int(ends[last - 1]) - before,
                        "box": [box.x, box.y, box.w, box.h],
                        "rle": codes[surface_id].decode("ascii"),
                    }
                )
            out[i] = {"parts": rows}
        return out
