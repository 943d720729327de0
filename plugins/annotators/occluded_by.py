"""Annotator: who hides each thing, and in how many pixels of its amodal mask.

Anything may hide: things, stuff, and what is unlabelled on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from myriorama.plugins.api import Annotator, Frame, Scene, Truth
from myriorama.scenes.labels.occlusion import occluders


class OccludedBy(Annotator):
    """Who hides each thing."""

    name: ClassVar[str] = "occluded_by"
    label: ClassVar[str] = "Occluders"
    help: ClassVar[str] = "Which objects stand in front of each object, with the pixels that they take."
    fills: ClassVar[tuple[str, ...]] = ("occluded_by",)
    passes: ClassVar[frozenset[str]] = frozenset({"truth", "amodal"})

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        return {i: {"occluded_by": occluders(truth, i)} for i in truth.things}
