"""The colour that the camera takes for white: one gain per channel, in linear light.

A picture is rendered balanced for 6500 K, so that light of 6500 K is neutral. It looks at no picture: there is no
automatic balance.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final

import numpy as np

from myriorama.plugins.api import Draws, Effect, Float, Frame, Values
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.radiometry.color import WHITE_K, luminance, planckian_xy, rgb_from_xyz, xyz_from_xy

_TINT_DUV: Final = 0.001
_STEP_K: Final = 1.0


class WhiteBalance(Effect):
    """White balance of the camera."""

    name = "white_balance"
    label = "White balance"
    help = "What colour of light the camera shows as neutral; a lower temperature gives a bluer picture."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"temperature_k": WHITE_K, "tint": 0.0, "red_gain": 1.0, "blue_gain": 1.0}
    parameters = (
        Float(
            "temperature_k",
            WHITE_K,
            help="Light of this colour temperature becomes neutral; 6500 K is what scenes are rendered for.",
            unit="K",
            minimum=2500.0,
            maximum=15000.0,
            group="White balance",
            suggested={"normal": {"mean": 6500.0, "std": 700.0, "low": 4500.0, "high": 9000.0}},
        ),
        Float(
            "tint",
            0.0,
            help="From green (below 0) to magenta (above 0), in thousandths of CIE 1960 (u, v) off the locus.",
            minimum=-20.0,
            maximum=20.0,
            group="White balance",
            suggested={"normal": {"mean": 0.0, "std": 3.0, "low": -10.0, "high": 10.0}},
        ),
        Float(
            "red_gain",
            1.0,
            help="A further factor on red alone.",
            minimum=0.25,
            maximum=4.0,
            group="Gains",
            suggested={"uniform": [0.95, 1.05]},
        ),
        Float(
            "blue_gain",
            1.0,
            help="A further factor on blue alone.",
            minimum=0.25,
            maximum=4.0,
            group="Gains",
            suggested={"uniform": [0.95, 1.05]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture times the gains; the balance itself keeps the luminance of a grey card."""
        if all(float(values[name]) == value for name, value in self.rest.items()):
            return linear
        gains = balance_gains(float(values["temperature_k"]), float(values["tint"]))
        own = np.array([float(values["red_gain"]), 1.0, float(values["blue_gain"])])
        out: F32 = linear * (gains * own).astype(np.float32)
        return out


@lru_cache(maxsize=64)
def balance_gains(temperature_k: float, tint: float) -> F64:
    """Return (3,) gains that make light of this temperature neutral, as a von Kries scaling of linear sRGB.

    The locus is Krystek's (see `planckian_xy`). The tint goes along its normal in CIE 1960 (u, v), upwards to green:
    what is so many thousandths too green is taken for white, and the picture turns magenta. It is taken at 6500 K,
    where all of it lies inside the gamut.
    """
    white = rgb_from_xyz(xyz_from_xy(*planckian_xy(WHITE_K)))
    gains: F64 = white / rgb_from_xyz(xyz_from_xy(*planckian_xy(temperature_k)))
    if tint != 0.0:
        u, v = _uv(WHITE_K)
        (u0, v0), (u1, v1) = _uv(WHITE_K - _STEP_K), _uv(WHITE_K + _STEP_K)
        across = np.array([v1 - v0, u0 - u1]) / np.hypot(u1 - u0, v1 - v0)
        u, v = np.array([u, v]) + tint * _TINT_DUV * across * np.sign(across[1])
        scale = 2.0 * u - 8.0 * v + 4.0
        gains = gains * white / rgb_from_xyz(xyz_from_xy(3.0 * u / scale, 2.0 * v / scale))
    gains = gains / float(luminance(gains))
    gains.flags.writeable = False
    return gains


def _uv(temperature_k: float) -> tuple[float, float]:
    x, y = planckian_xy(temperature_k)
    scale = -2.0 * x + 12.0 * y + 3.0
    return 4.0 * x / scale, 6.0 * y / scale
