"""Where the sun stands: solar time, day and latitude to azimuth and elevation.

Solar time only: it knows no longitude, time zone or refraction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from myriorama.scenes.conventions import F64


@dataclass(frozen=True)
class SunPosition:
    """The sun in a frame with +X east, +Y north, +Z up. Azimuth counter-clockwise from +X (east), radians."""

    azimuth: float
    elevation: float

    @property
    def toward(self) -> F64:
        """(3,) float64 unit vector towards the sun."""
        cos = math.cos(self.elevation)
        return np.array([cos * math.cos(self.azimuth), cos * math.sin(self.azimuth), math.sin(self.elevation)])


def declination(day_of_year: float) -> float:
    """Return the sun's declination, radians, at noon of a day (1 is 1 January).

    J. W. Spencer, "Fourier series representation of the position of the sun", Search 2 (1971); within 0.0006 rad.
    """
    g = 2.0 * math.pi * (day_of_year - 1.0) / 365.0
    return (
        0.006918
        - 0.399912 * math.cos(g)
        + 0.070257 * math.sin(g)
        - 0.006758 * math.cos(2 * g)
        + 0.000907 * math.sin(2 * g)
        - 0.002697 * math.cos(3 * g)
        + 0.00148 * math.sin(3 * g)
    )


def sun_position(time_h: float, day_of_year: float, latitude_deg: float) -> SunPosition:
    """Return the sun's place.

    Parameters
    ----------
    time_h : float
        Solar time in hours: at 12 the sun is highest.
    day_of_year : float
        1 is 1 January.
    latitude_deg : float
        Positive north.
    """
    delta, phi = declination(day_of_year), math.radians(latitude_deg)
    hour_angle = math.radians(15.0 * (time_h - 12.0))
    east = -math.cos(delta) * math.sin(hour_angle)
    north = math.cos(phi) * math.sin(delta) - math.sin(phi) * math.cos(delta) * math.cos(hour_angle)
    up = math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta) * math.cos(hour_angle)
    return SunPosition(math.atan2(north, east), math.asin(max(-1.0, min(1.0, up))))
