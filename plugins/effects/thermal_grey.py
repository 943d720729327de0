"""The look of a thermal camera: grey by how warm things seem, soft, spread by automatic gain, in a palette.

It is a look and no measurement: a scene has no temperatures. Each surface is given a warmth by the sample's key, and
visible light stands in for the warmth of what the sun or a lamp shines on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final

import numpy as np
from scipy.ndimage import gaussian_filter

from myriorama.plugins.api import Choice, Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._sensor import standard_normals
from myriorama.plugins.effects._spread import weighted_sum
from myriorama.scenes.conventions import F32
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.radiometry.color import LUMINANCE

_PALETTES: Final = ("white_hot", "black_hot", "iron")
_IRON: Final = (
    (0.00, 0.00, 0.00, 0.04),
    (0.15, 0.13, 0.00, 0.43),
    (0.35, 0.55, 0.00, 0.60),
    (0.55, 0.86, 0.22, 0.33),
    (0.75, 0.98, 0.55, 0.05),
    (0.90, 1.00, 0.83, 0.22),
    (1.00, 1.00, 0.99, 0.88),
)
"""Position, red, green, blue: from cold blue-black through red to white."""
_LOW_SHARE: Final = 0.01
_NARROWEST: Final = 0.05
_EMISSIVITY_AT_RIM: Final = np.float32(0.75)


class ThermalGrey(Effect):
    """Thermal-like picture."""

    name = "thermal_grey"
    label = "Thermal look"
    help = "Looks like a thermal camera: warm surfaces bright or dark. A look, not a measurement."
    stage = "picture"
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="How much of the picture is replaced; 0 leaves it as it is.",
            minimum=0.0,
            maximum=1.0,
            group="Thermal look",
        ),
        Choice(
            "palette",
            "white_hot",
            options=_PALETTES,
            help="Whether warm is white or black, or goes from blue over red to white.",
            group="Thermal look",
            suggested={"choice": ["white_hot", "black_hot"]},
        ),
        Float(
            "own_warmth",
            0.7,
            help="How much a surface's own warmth counts against the light on it.",
            minimum=0.0,
            maximum=1.0,
            group="Thermal look",
            suggested={"uniform": [0.5, 0.9]},
        ),
        Float(
            "gain",
            0.8,
            help="Automatic gain: how far what is there is spread from black to white.",
            minimum=0.0,
            maximum=1.0,
            group="Thermal look",
            suggested={"uniform": [0.5, 1.0]},
        ),
        Float(
            "softness_px",
            1.2,
            help="Blur of the optics, standard deviation in pixels of a picture 640 wide.",
            unit="px",
            minimum=0.0,
            maximum=20.0,
            group="Thermal look",
            suggested={"uniform": [0.8, 2.0]},
        ),
        Float(
            "noise_percent",
            1.0,
            help="Noise of each pixel in percent of white, after the gain.",
            unit="%",
            minimum=0.0,
            maximum=50.0,
            group="Detector",
            suggested={"uniform": [0.5, 3.0]},
        ),
        Float(
            "stripes_percent",
            0.5,
            help="What each column is off in percent of white; the same in every picture of a detector.",
            unit="%",
            minimum=0.0,
            maximum=50.0,
            group="Detector",
            suggested={"uniform": [0.2, 1.5]},
        ),
        Int(
            "sensor",
            0,
            help="Which detector it is: pictures of one detector have the same stripes.",
            minimum=0,
            maximum=1_000_000,
            group="Detector",
        ),
    )

    def retouch(self, values: Values, picture: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture in the palette.

        A surface seen at a grazing angle sends less of its own warmth, as the emissivity of most matter falls there.
        """
        strength = np.float32(values["strength"])
        if strength == 0.0:
            return picture
        heat = weighted_sum(picture, LUMINANCE.tolist())
        own = np.float32(values["own_warmth"])
        if frame.surface_id is not None and own > 0.0:
            heat = (np.float32(1.0) - own) * heat + own * _warmth(frame, draws)
        sigma = float(values["softness_px"]) * picture.shape[1] / 640.0
        if sigma > 0.0:
            heat = gaussian_filter(heat, sigma, mode="nearest", truncate=3.0)
        low, high = np.quantile(heat, (_LOW_SHARE, 1.0 - _LOW_SHARE))
        gain = float(values["gain"])
        low, high = gain * float(low), gain * float(high) + 1.0 - gain
        heat = np.clip((heat - np.float32(low)) / np.float32(max(high - low, _NARROWEST)), 0.0, 1.0)
        heat = np.clip(_detected(values, heat.astype(np.float32), draws), np.float32(0.0), np.float32(1.0))
        shown = _in_palette(heat, str(values["palette"]))
        return shown if strength == 1.0 else picture + strength * (shown - picture)


def _warmth(frame: Frame, draws: Draws) -> F32:
    """Return (H, W) float32 in [0, 1]: one warmth for each surface, less towards its rim; nothing hit is cold."""
    surface = frame.surface_id
    if surface is None:
        raise ValueError("a warmth needs to know the surfaces")
    known, where = np.unique(surface, return_inverse=True)
    warmth = draws.of_the_world().uniforms("warmth", 0, int(known.max()) + 1)[known]
    warmth[known == 0] = 0.0
    out = warmth.astype(np.float32)[where.reshape(surface.shape)]
    if frame.normal is not None:
        facing = np.abs(frame.normal[..., 2])
        out *= _EMISSIVITY_AT_RIM + (np.float32(1.0) - _EMISSIVITY_AT_RIM) * np.sqrt(facing)
    return out


def _detected(values: Values, heat: F32, draws: Draws) -> F32:
    """Return (H, W) with the detector's noise and stripes."""
    noise, stripes = (np.float32(0.01 * float(values[name])) for name in ("noise_percent", "stripes_percent"))
    if noise > 0.0:
        heat = heat + noise * standard_normals(draws, heat.size).reshape(heat.shape)
    if stripes > 0.0:
        detector = KeyedDraws(draws.device(int(values["sensor"])), 0, 0, "detector")
        heat = heat + stripes * standard_normals(detector, heat.shape[1], "columns")
    return heat


def _in_palette(heat: F32, palette: str) -> F32:
    if palette == "iron":
        levels = np.rint(heat * np.float32(1023.0)).astype(np.int64)
        coloured: F32 = _iron()[levels]
        return coloured
    return np.repeat((heat if palette == "white_hot" else np.float32(1.0) - heat)[..., None], 3, axis=2)


@lru_cache(maxsize=1)
def _iron() -> F32:
    """Return (1024, 3) float32, coldest first."""
    table = np.array(_IRON)
    at = np.linspace(0.0, 1.0, 1024)
    out: F32 = np.stack([np.interp(at, table[:, 0], table[:, c]) for c in (1, 2, 3)], axis=1).astype(np.float32)
    out.flags.writeable = False
    return out
