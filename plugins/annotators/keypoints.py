"""Annotator: the declared keypoints of each thing in the image, and whether the camera sees them.

Visibility comes from an exact ray against the truth geometry, cutouts included, not from a depth buffer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from myriorama.plugins.api import Annotator, Frame, Scene, Truth
from myriorama.scenes.labels.record import KeypointLabel
from myriorama.scenes.labels.sight import points_of, sight


class Keypoints(Annotator):
    """The named points of each thing, and whether they are seen."""

    name: ClassVar[str] = "keypoints"
    label: ClassVar[str] = "Keypoints"
    help: ClassVar[str] = "Named points of each object: 0 not in the image, 1 in the image but hidden, 2 visible."
    fills: ClassVar[tuple[str, ...]] = ("keypoints", "skeleton")

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        points = points_of(truth, truth.things)
        seen = sight(truth, points)
        rows = zip(seen.pixels.tolist(), seen.state.tolist(), seen.depth_m.tolist(), points.world.tolist(), strict=True)
        out: dict[int, Mapping[str, Any]] = {}
        for i in truth.things:
            labels = []
            for keypoint in scene.instances[i].model.keypoints:
                (x, y), state, depth, (px, py, pz) = next(rows)
                # What the camera does not show has no pixel position: 0, 0 stands for none, and v is 0.
                column, row = (0.0, 0.0) if math.isnan(x) else (x, y)
                labels.append(KeypointLabel(keypoint.name, column, row, state, depth, (px, py, pz)))
            out[i] = {"keypoints": tuple(labels), "skeleton": tuple(scene.instances[i].model.skeleton)}
        return out
