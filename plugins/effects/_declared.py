"""Parameters that several effects of the air share, and how they are read.

Only declarations; nothing is drawn here.
"""

from __future__ import annotations

from myriorama.plugins.api import Camera, Float
from myriorama.plugins.effects._air_particles import Lens


def wind(gusts_m_s: float) -> tuple[Float, Float, Float]:
    """Declare a wind."""
    return (
        Float(
            "wind_m_s",
            1.0,
            help="Speed of the wind.",
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
            minimum=0.0,
            maximum=20.0,
            group="Wind",
            suggested={"uniform": [0.0, 1.0]},
        ),
    )


def lens_of(camera: Camera, aperture_mm: float = 0.0, focus_m: float = 1.0) -> Lens:
    """Return the camera's own aperture and focus, or these where it is a pinhole."""
    if camera.aperture_radius_m > 0.0:
        return Lens(camera.aperture_radius_m, camera.focus_distance_m)
    return Lens(0.0005 * aperture_mm, focus_m)
