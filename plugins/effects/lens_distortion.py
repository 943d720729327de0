"""A lens that bends straight lines, by Brown and Conrady's model in OpenCV's terms.

Picture and labels are rendered through it; nothing is warped afterwards. Fisheyes have an effect of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from myriorama.plugins.api import Camera, Distortion, Effect, Float, Values
from myriorama.plugins.effects._lens.equipping import distorted

_COEFFICIENTS = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")


def _coefficient(name: str, default: float, what: str, spread: float) -> Float:
    low, high = default - 3 * spread, default + 3 * spread
    return Float(
        name,
        default,
        help=f"{what} OpenCV's {name}.",
        minimum=-100.0,
        maximum=100.0,
        group="Tangential" if name.startswith("p") else "Radial",
        suggested={"normal": {"mean": default, "std": spread, "low": low, "high": high}},
    )


class LensDistortion(Effect):
    """Radial and tangential distortion."""

    name = "lens_distortion"
    label = "Lens distortion"
    help = "Barrel, pincushion and tangential distortion as OpenCV calibrates it; labels follow exactly."
    stage = "optics"
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on all coefficients; 0 is a lens without distortion, -1 turns barrel into pincushion.",
            minimum=-10.0,
            maximum=10.0,
            group="Lens",
            suggested={"uniform": [0.5, 1.5]},
        ),
        _coefficient("k1", -0.25, "Square term: below 0 is a barrel, above 0 a pincushion.", 0.05),
        _coefficient("k2", 0.06, "Fourth-power term.", 0.02),
        _coefficient("p1", 0.0, "Up and down, as from a lens that is tilted against the sensor.", 0.0005),
        _coefficient("p2", 0.0, "Left and right, as from a lens that is tilted against the sensor.", 0.0005),
        _coefficient("k3", 0.0, "Sixth-power term.", 0.005),
        _coefficient("k4", 0.0, "Square term of the divisor, for wide lenses.", 0.01),
        _coefficient("k5", 0.0, "Fourth-power term of the divisor, for wide lenses.", 0.005),
        _coefficient("k6", 0.0, "Sixth-power term of the divisor, for wide lenses.", 0.002),
    )

    def equip(self, values: Values, camera: Camera) -> Camera:
        """Return the camera with the distortion; where the model would fold the picture it stays black."""
        strength = float(values["strength"])
        coefficients = tuple(strength * float(values[name]) for name in _COEFFICIENTS)
        if not any(coefficients):
            return camera
        return distorted(camera, Distortion("brown_conrady", coefficients), self.name)
