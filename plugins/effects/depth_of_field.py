"""Depth of field: a lens with an aperture is sharp at one distance.

Labels are those of the sharp picture: the rays through the middle of the aperture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from myriorama.plugins.api import Camera, Effect, Float, Values
from myriorama.plugins.effects._lens.equipping import once


class DepthOfField(Effect):
    """An aperture and a focus distance."""

    name = "depth_of_field"
    label = "Depth of field"
    help = "Blurs what is nearer or farther than the focus, as a lens with an aperture does; labels stay sharp."
    stage = "optics"
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on the aperture's diameter; 0 is sharp everywhere.",
            minimum=0.0,
            maximum=100.0,
            group="Aperture",
            suggested={"uniform": [0.0, 1.5]},
        ),
        Float(
            "f_number",
            2.8,
            help="Focal length over aperture; small numbers blur more. Used while aperture_mm is 0.",
            minimum=0.3,
            maximum=128.0,
            group="Aperture",
            suggested={"choice": [1.4, 2.0, 2.8, 4.0, 5.6, 8.0]},
        ),
        Float(
            "focal_length_mm",
            0.0,
            help="Of the lens, for the f-number; 0 takes it from the field of view and sensor_width_mm.",
            unit="mm",
            minimum=0.0,
            maximum=10000.0,
            group="Aperture",
        ),
        Float(
            "sensor_width_mm",
            36.0,
            help="Width of the sensor that the picture's width spans; only where focal_length_mm is 0.",
            unit="mm",
            minimum=0.1,
            maximum=1000.0,
            group="Aperture",
            suggested={"choice": [36.0, 23.5, 6.4]},
        ),
        Float(
            "aperture_mm",
            0.0,
            help="Diameter of the entrance pupil; above 0 it decides instead of the f-number.",
            unit="mm",
            minimum=0.0,
            maximum=10000.0,
            group="Aperture",
            suggested={"uniform": [1.0, 20.0]},
        ),
        Float(
            "focus_distance_m",
            1.0,
            help="Distance of the sharp plane, along the view.",
            unit="m",
            minimum=0.001,
            maximum=100000.0,
            group="Focus",
            suggested={"log_uniform": [0.5, 3.0]},
        ),
    )

    def equip(self, values: Values, camera: Camera) -> Camera:
        """Return the camera with an aperture; its radius is half of focal length over f-number."""
        diameter_mm = float(values["aperture_mm"])
        if diameter_mm == 0.0:
            focal_mm = float(values["focal_length_mm"]) or camera.fx / camera.width * float(values["sensor_width_mm"])
            diameter_mm = focal_mm / float(values["f_number"])
        radius_m = 0.5e-3 * float(values["strength"]) * diameter_mm
        if radius_m == 0.0:
            return camera
        once(camera.aperture_radius_m > 0, "an aperture", self.name)
        return replace(camera, aperture_radius_m=radius_m, focus_distance_m=float(values["focus_distance_m"]))
