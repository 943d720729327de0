"""How much light the moon gives, by its lit share and its height.

The mean distance, a smooth sphere's place; it knows no calendar and paints no disc.
"""

from __future__ import annotations

import math
from typing import Final

from myriorama.scenes.lights import Rgb
from myriorama.scenes.radiometry.color import color_of_temperature

FULL_MOON_KLX: Final = 0.267e-3
"""A facing plane above the air under the mean full moon: magnitude -12.73 (Allen, "Astrophysical Quantities", 1976)."""
MOON_COLOR: Final[Rgb] = color_of_temperature(4150.0)
"""Sunlight that reddish rock sends back."""
SKY_SHARE: Final = 0.15
"""About so much of the moon's light arrives from the sky around it instead."""
_EXTINCTION_MAG: Final = 0.172


def moonlight_klx(lit_share: float, elevation_deg: float) -> float:
    """Return the illuminance of a plane that faces the moon, in kilolux; nothing below the horizon.

    Magnitude by phase after Allen (1976), extinction and air mass as in K. Krisciunas and B. E. Schaefer, "A model of
    the brightness of moonlight", PASP 103 (1991).

    Parameters
    ----------
    lit_share : float
        Share of the disc that is lit: 0 new, 0.5 half, 1 full.
    """
    if elevation_deg <= 0.0 or lit_share <= 0.0:
        return 0.0
    phase_deg = math.degrees(math.acos(max(-1.0, min(1.0, 2.0 * lit_share - 1.0))))
    fainter = 0.026 * phase_deg + 4e-9 * phase_deg**4
    height = math.sin(math.radians(elevation_deg))
    air_mass = 1.0 / (height + 0.025 * math.exp(-11.0 * height))
    return float(FULL_MOON_KLX * 10.0 ** (-0.4 * (fainter + _EXTINCTION_MAG * air_mass)))
