"""Annotator: disparity of a rectified stereo pair, and which pixels the partner sees too.

A camera without a rectified partner has none, and no approximate one is made up for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from myriorama.plugins.api import WHOLE_IMAGE, Annotator, Frame, Scene, Truth


class Disparity(Annotator):
    """Disparity between the two views of a rectified pair."""

    name: ClassVar[str] = "disparity"
    label: ClassVar[str] = "Stereo disparity"
    version: ClassVar[str] = "1"
    help: ClassVar[str] = (
        "For a view with a rectified partner: by how many columns each pixel lies further right in the left picture "
        "than in the right one, and whether the partner sees it too."
    )
    fills: ClassVar[tuple[str, ...]] = ("disparity", "disparity_visible", "stereo")

    def applies(self, scene: Scene) -> bool:
        from myriorama.scenes.cameras.stereo import stereo_of

        return bool(scene.rig) and stereo_of(scene.rig, scene.view) is not None

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        # Imported here: an author's import of the plugin door loads no ray tracer.
        from myriorama.scenes.cameras.stereo import stereo_of
        from myriorama.scenes.labels.covisible import covisible
        from myriorama.scenes.rendering.optics.bvh import TracerStore

        pair = stereo_of(scene.rig, scene.view) if scene.rig else None
        if pair is None or frame.depth is None:
            return {}
        partner = scene.rig[pair.partner]
        width_px = scene.camera.fx * pair.baseline_m
        depth = frame.depth.astype(np.float64)
        disparity = np.divide(width_px, depth, out=np.zeros_like(depth), where=depth > 0)
        seen = covisible(scene, partner.camera, frame.depth, frame.normal, TracerStore())
        told = {
            "partner": partner.name,
            "side": pair.side,
            "baseline_m": pair.baseline_m,
            "focal_px": scene.camera.fx,
            "disparity": "column in the left picture less column in the right one; 0 where nothing was hit",
        }
        return {
            WHOLE_IMAGE: {
                "disparity": disparity.astype(np.float32),
                "disparity_visible": seen.astype(np.uint8),
                "stereo": told,
            }
        }
