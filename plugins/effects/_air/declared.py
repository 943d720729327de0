"""Parameters that several effects of the air share, and how they are read.

Only declarations; nothing is drawn here.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from myriorama.plugins.api import Camera, Float, Values
from myriorama.plugins.effects._air.particles import Lens
from myriorama.scenes.conventions import F32, F64

_NOTHING_HIT_M: Final = 10.0


def wind(gusts_m_s: float) -> tuple[Float, Float, Float]:
    """Declare a wind."""
    return (
        Float(
            "wind_m_s",
            1.0,
            help="Speed of the wind.",
            unit="m/s",
            minimum=0.0,
            maximum=60.0,
            group="Wind",
            suggested={"uniform": [0.0, 8.0]},
        ),
        Float(
            "wind_azimuth_deg",
            0.0,
            help="Where the wind blows to, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Wind",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "gusts_m_s",
            gusts_m_s,
            help="Standard deviation of each particle's own drift, along each level axis.",
            unit="m/s",
            minimum=0.0,
            maximum=20.0,
            group="Wind",
            suggested={"uniform": [0.0, 1.0]},
        ),
    )


def aperture(default_mm: float) -> Float:
    """Declare the aperture that blurs near particles."""
    return Float(
        "aperture_mm",
        default_mm,
        help="Aperture that blurs near particles, where the camera is a pinhole; it is focused on the scene's middle.",
        unit="mm",
        minimum=0.0,
        maximum=200.0,
        group="Camera",
        suggested={"uniform": [0.5, 8.0]},
    )


def lens_of(camera: Camera, depth: F32, aperture_mm: float) -> Lens:
    """Return the camera's own aperture and focus; where it is a pinhole this aperture, focused on the median depth."""
    if camera.aperture_radius_m > 0.0:
        return Lens(camera.aperture_radius_m, camera.focus_distance_m)
    hit = depth[depth > 0.0]
    return Lens(0.0005 * aperture_mm, float(np.median(hit)) if hit.size else _NOTHING_HIT_M)


def drift(values: Values, u: F64) -> F64:
    """Return the wind at each particle, (N, 3) float64: the mean wind and gusts of each particle's own.

    Parameters
    ----------
    u : (2, N) float64
        Random numbers of the particles.
    """
    blows = math.radians(float(values["wind_azimuth_deg"]))
    out = np.zeros((u.shape[1], 3))
    out[:, 0] = math.cos(blows) * float(values["wind_m_s"])
    out[:, 1] = math.sin(blows) * float(values["wind_m_s"])
    # Of Rayleigh length in any direction: normal in both axes.
    length = float(values["gusts_m_s"]) * np.sqrt(-2.0 * np.log1p(-u[0]))
    out[:, 0] += length * np.cos(2.0 * math.pi * u[1])
    out[:, 1] += length * np.sin(2.0 * math.pi * u[1])
    return out
