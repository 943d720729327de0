"""A shutter that stays open: what moves while it does is blurred.

Labels are those of the middle of the exposure. Objects move by their groups' motion, the camera by this effect's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from myriorama.plugins.api import Camera, Effect, Float, Values
from myriorama.plugins.effects._lens.equipping import MOTION, moving, once


class Shutter(Effect):
    """An exposure time, and the camera's motion."""

    name = "shutter"
    label = "Motion blur"
    help = "Keeps the shutter open for a time: moving objects and a moving camera blur; labels are of mid exposure."
    stage = "optics"
    rest: ClassVar[Mapping[str, Any]] = {"shutter_s": 0.0}
    parameters = (
        Float(
            "shutter_s",
            0.01,
            help="How long each row is exposed; 0 is one instant, and the camera stands still.",
            unit="s",
            minimum=0.0,
            maximum=60.0,
            group="Shutter",
            suggested={"log_uniform": [0.001, 0.05]},
        ),
        *MOTION,
    )

    def equip(self, values: Values, camera: Camera) -> Camera:
        """Return the camera with an exposure time and the drawn motion."""
        shutter_s = float(values["shutter_s"])
        if shutter_s == 0.0:
            return camera
        once(camera.shutter_s > 0, "an exposure time", self.name)
        return moving(replace(camera, shutter_s=shutter_s), values)
