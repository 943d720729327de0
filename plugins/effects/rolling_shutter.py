"""A rolling shutter: rows are read one after another, and each shows an instant of its own.

Labels follow exactly: masks row by row, points by the instant at which their row meets them. Poses and boxes in the
world are those of time 0, the middle of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from myriorama.plugins.api import Camera, Effect, Float, Values
from myriorama.plugins.effects._lens.equipping import MOTION, moving, once


class RollingShutter(Effect):
    """A readout time, and the camera's motion."""

    name = "rolling_shutter"
    label = "Rolling shutter"
    help = "Reads rows from top to bottom: what moves leans, stretches or wobbles, and labels follow exactly."
    stage = "optics"
    rest: ClassVar[Mapping[str, Any]] = {"readout_s": 0.0}
    parameters = (
        Float(
            "readout_s",
            0.02,
            help="From the picture's upper edge to its lower; 0 reads all rows at once, and the camera stands still.",
            unit="s",
            minimum=0.0,
            maximum=10.0,
            group="Shutter",
            suggested={"uniform": [0.005, 0.033]},
        ),
        *MOTION,
    )

    def equip(self, values: Values, camera: Camera) -> Camera:
        """Return the camera with a readout time and the drawn motion."""
        readout_s = float(values["readout_s"])
        if readout_s == 0.0:
            return camera
        once(camera.readout_s > 0, "a readout time", self.name)
        return moving(replace(camera, readout_s=readout_s), values)
