"""The camera's own way from linear light to a picture, instead of the studio's.

It maps one value to one value, then saturation; it looks at no neighbourhood and meters nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Choice, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._spread import weighted_sum
from myriorama.scenes.conventions import F32
from myriorama.scenes.radiometry.color import LUMINANCE
from myriorama.scenes.rendering.tone import curved, srgb

_PIVOT: Final = np.float32(0.4614)
"""Middle grey, 0.18, in sRGB: contrast turns about it."""
_GREY: Final = np.float32(0.18)
_TINY: Final = np.float32(1e-6)


class ToneCurve(Effect):
    """Tone curve of the camera."""

    name = "tone_curve"
    label = "Tone curve"
    help = "How linear light becomes a picture: the studio's curve, plain sRGB, a gamma, film, or a logarithm."
    stage = "curve"
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {
        "curve": "studio",
        "contrast": 1.0,
        "toe": 0.0,
        "shoulder": 0.0,
        "saturation": 1.0,
    }
    parameters = (
        Choice(
            "curve",
            "studio",
            options=("studio", "srgb", "gamma", "film", "log"),
            help="sRGB and gamma cut off at white, film rolls off to it, log spreads its stops evenly, for grading.",
            group="Curve",
            suggested={"choice": ["studio", "srgb", "film"]},
        ),
        Float(
            "white_light",
            1.0,
            help="Light that becomes white; not for the studio's curve, which has no end.",
            minimum=0.01,
            maximum=1000.0,
            group="Curve",
        ),
        Float("gamma", 2.2, help="Only for gamma: its exponent.", minimum=1.0, maximum=4.0, group="Curve"),
        Float(
            "log_stops",
            12.0,
            help="Only for log: stops from black to white.",
            unit="EV",
            minimum=4.0,
            maximum=24.0,
            group="Curve",
        ),
        Float(
            "contrast",
            1.0,
            help="Slope at middle grey, which stays where it is.",
            minimum=0.25,
            maximum=4.0,
            group="Look",
            suggested={"uniform": [0.85, 1.25]},
        ),
        Float(
            "toe",
            0.0,
            help="Lifts shadows; below 0 deepens them.",
            minimum=-1.0,
            maximum=1.0,
            group="Look",
            suggested={"uniform": [-0.3, 0.3]},
        ),
        Float(
            "shoulder",
            0.0,
            help="Holds highlights back; below 0 pushes them to white.",
            minimum=-1.0,
            maximum=1.0,
            group="Look",
            suggested={"uniform": [-0.3, 0.3]},
        ),
        Float(
            "saturation",
            1.0,
            help="Of colours about their luma; 0 is grey.",
            minimum=0.0,
            maximum=3.0,
            group="Look",
            suggested={"uniform": [0.8, 1.2]},
        ),
    )

    def develop(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture: curve, contrast, toe and shoulder, saturation; the result is cut to [0, 1]."""
        if all(values[name] == value for name, value in self.rest.items()):
            return linear
        picture = _developed(values, linear)
        contrast, toe, shoulder = (float(values[name]) for name in ("contrast", "toe", "shoulder"))
        if (contrast, toe, shoulder) != (1.0, 0.0, 0.0):
            picture = bent(picture, contrast, toe, shoulder)
        saturation = np.float32(values["saturation"])
        if saturation != 1.0:
            luma = weighted_sum(picture, LUMINANCE.tolist())[..., None]
            picture = luma + saturation * (picture - luma)
        return np.clip(picture, np.float32(0.0), np.float32(1.0))


def _developed(values: Values, linear: F32) -> F32:
    curve = values["curve"]
    if curve == "studio":
        return curved(linear)
    light = np.maximum(linear, np.float32(0.0)) * np.float32(1.0 / float(values["white_light"]))
    if curve == "film":
        return srgb(film(light, float(values["white_light"])))
    cut = np.minimum(light, np.float32(1.0))
    if curve == "gamma":
        return np.asarray(cut ** np.float32(1.0 / float(values["gamma"])), dtype=np.float32)
    if curve == "log":
        stops = np.float32(values["log_stops"])
        return np.maximum(np.float32(1.0) + np.log2(np.maximum(cut, _TINY)) / stops, np.float32(0.0))
    return srgb(cut)


def film(light: F32, white_light: float) -> F32:
    """Return light in [0, 1] of light in units of white: the curve of J. Hable, "Filmic tonemapping operators" (2010).

    Its exposure is set so that middle grey stays where it is, as it can where white is light 1 or more.
    """

    def hable(x: Any) -> Any:
        a, b, c, d, e, f = 0.22, 0.30, 0.10, 0.20, 0.01, 0.30
        return (x * (a * x + c * b) + d * e) / (x * (a * x + b) + d * f) - e / f

    # x * k passes through middle grey: hable(grey * k) = grey * hable(white * k), found by bisection
    low, high = 1e-3, 1e3
    for _ in range(60):
        k = (low * high) ** 0.5
        too_dark = hable(float(_GREY) * k) < float(_GREY) * hable(white_light * k)
        low, high = (k, high) if too_dark else (low, k)
    scale = white_light * (low * high) ** 0.5
    out = hable(np.minimum(light, np.float32(1.0)) * np.float32(scale)) / hable(scale)
    return np.asarray(out, dtype=np.float32)


def bent(picture: F32, contrast: float, toe: float, shoulder: float) -> F32:
    """Return values in [0, 1] bent about middle grey; each parameter at rest bends nothing, and none turns back.

    Below the pivot t = y / pivot becomes t ** contrast, then t + toe * t * (1 - t) ** 2; above it the same of what is
    missing to white, with the shoulder. So the slope at the pivot is the contrast, from both sides.
    """
    y = np.clip(picture, np.float32(0.0), np.float32(1.0))
    rest = np.float32(1.0) - _PIVOT
    below = y < _PIVOT
    t = np.where(below, y * (1 / _PIVOT), (np.float32(1.0) - y) * (1 / rest))
    if contrast != 1.0:
        t **= np.float32(contrast)
    t += np.where(below, np.float32(toe), np.float32(shoulder)) * t * (np.float32(1.0) - t) ** 2
    return np.asarray(np.where(below, t * _PIVOT, np.float32(1.0) - t * rest), dtype=np.float32)
