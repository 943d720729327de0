"""Whether a draft is drawn through its lens and shutter: blur takes many drawings, and a draft has a tenth of a second.

Distortion is always kept: it says where things are. What is held is told, so that no draft passes for the real thing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Frame

HELD_LENS: Final = "lens held"
"""In the notes of a draft: drawn sharp, without depth of field, motion blur and rolling shutter."""
HELD_EFFECTS: Final = "effects held"
"""In the notes of a draft: the effects that change a picture are left out."""
_MOST_MS: Final = 60.0

_Kind = tuple[bool, bool, bool]


class DraftLens:
    """Learns what blur costs for each kind of lens and shutter."""

    def __init__(self) -> None:
        self._ns_px: dict[_Kind, float] = {}

    def fitted(self, scene: Scene) -> tuple[Scene, bool]:
        """Return the scene as a draft draws it, and whether its lens and shutter are held."""
        camera = scene.camera
        cost = self._ns_px.get(_kind(scene), 0.0)
        if cost * camera.width * camera.height <= _MOST_MS * 1e6:
            return scene, False
        sharp = replace(camera, aperture_radius_m=0.0, shutter_s=0.0, readout_s=0.0)
        return replace(scene, camera=sharp), True

    def learnt(self, scene: Scene, frame: Frame) -> None:
        """Take how long the draft's picture took through lens and shutter."""
        kind = _kind(scene)
        spent_ms = frame.timings_ms.get("optics_picture", 0.0)
        if any(kind) and spent_ms > 0:
            self._ns_px[kind] = spent_ms * 1e6 / (scene.camera.width * scene.camera.height)

    def forget(self) -> None:
        """Try again: another project was opened."""
        self._ns_px.clear()


def _kind(scene: Scene) -> _Kind:
    camera = scene.camera
    return camera.aperture_radius_m > 0, camera.shutter_s > 0, camera.readout_s > 0
