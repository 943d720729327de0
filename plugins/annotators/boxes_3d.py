"""Annotator: the oriented box of each thing's own bounds, in the world and in the image.

Corners go through the camera's one projection function; a corner behind the camera stays null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from myriorama.plugins.api import Annotator, Frame, Scene, Truth
from myriorama.scenes.labels.box_3d import box_3d_of


class Boxes3D(Annotator):
    """The oriented box of each thing."""

    name: ClassVar[str] = "boxes_3d"
    label: ClassVar[str] = "3D boxes"
    help: ClassVar[str] = "Centre, size and rotation of each object's own box, and its eight corners in the image."
    fills: ClassVar[tuple[str, ...]] = ("box_3d",)

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        return {i: {"box_3d": box_3d_of(scene.instances[i], scene.camera)} for i in truth.things}
