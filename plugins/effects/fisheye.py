"""A fisheye lens: how far from the middle a thing stands in the picture follows from its angle to the axis.

Kannala and Brandt's model in OpenCV's terms; with all coefficients 0 it is the equidistant fisheye. A field of view of
180 degrees and more is refused: nothing is shown from 89.5 degrees off the axis on.
"""

from __future__ import annotations

import math
from dataclasses import replace

from myriorama.plugins.api import Camera, Choice, Distortion, Effect, Float, PluginError, Values
from myriorama.plugins.effects._lens.equipping import distorted

_TERMS = ("k1", "k2", "k3", "k4")


def _coefficient(name: str, power: str, spread: float) -> Float:
    return Float(
        name,
        0.0,
        help=f"Term of the angle's {power} power; OpenCV's fisheye {name}.",
        minimum=-100.0,
        maximum=100.0,
        group="Fisheye",
        suggested={"normal": {"mean": 0.0, "std": spread, "low": -3 * spread, "high": 3 * spread}},
    )


class Fisheye(Effect):
    """Kannala-Brandt fisheye."""

    name = "fisheye"
    label = "Fisheye lens"
    help = "A fisheye as OpenCV's fisheye module calibrates it (Kannala-Brandt); labels follow exactly."
    stage = "optics"
    parameters = (
        Float(
            "field_of_view_deg",
            160.0,
            help="Full angle that the picture spans and that sets the focal length; 0 keeps the camera's focal length.",
            unit="deg",
            minimum=0.0,
            maximum=178.0,
            group="Fisheye",
            suggested={"uniform": [120.0, 175.0]},
        ),
        Choice(
            "spans",
            "width",
            options=("width", "height", "diagonal"),
            help="What of the picture that angle spans: its diagonal fills the picture, its height leaves a circle.",
            group="Fisheye",
        ),
        _coefficient("k1", "third", 0.02),
        _coefficient("k2", "fifth", 0.005),
        _coefficient("k3", "seventh", 0.002),
        _coefficient("k4", "ninth", 0.0005),
    )

    def equip(self, values: Values, camera: Camera) -> Camera:
        """Return the camera with the fisheye.

        The focal length in pixels is half of what is spanned over the bent angle of half the field of view: for the
        equidistant fisheye over the angle itself, in radians.
        """
        k1, k2, k3, k4 = (float(values[name]) for name in _TERMS)
        lens = Distortion("kannala_brandt", (k1, k2, k3, k4))
        out = distorted(camera, lens, self.name)
        half = math.radians(0.5 * float(values["field_of_view_deg"]))
        if half == 0.0:
            return out
        if half > lens.limit_rad:
            raise PluginError(
                f"effect {self.name!r}: with these coefficients the lens folds the picture from "
                f"{math.degrees(lens.limit_rad):.1f} degrees off the axis on; choose a field of view of at most "
                f"{math.degrees(2 * lens.limit_rad):.1f} degrees"
            )
        width, height = camera.width, camera.height
        spanned = {"width": width, "height": height, "diagonal": math.hypot(width, height)}[str(values["spans"])]
        s = half * half
        bent = half * (1 + s * (k1 + s * (k2 + s * (k3 + s * k4))))
        focal_px = 0.5 * spanned / bent
        return replace(out, fx=focal_px, fy=focal_px)
