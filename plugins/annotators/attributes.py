"""Annotator: the numbers and words that generators compute of each thing.

They are the scene's own, before and after placement; nothing is measured in the image.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from myriorama.plugins.api import Annotator, Frame, Scene, Truth


class Attributes(Annotator):
    """What generators tell of each thing."""

    name: ClassVar[str] = "attributes"
    label: ClassVar[str] = "Attributes"
    help: ClassVar[str] = "What a generator tells of each object, such as its mass or the face that lies up."
    fills: ClassVar[tuple[str, ...]] = ("attributes",)

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        return {i: {"attributes": dict(scene.instances[i].attributes)} for i in truth.things}
