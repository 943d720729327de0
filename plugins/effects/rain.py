"""Rain: drops that streak through the picture, and the haze of all those too small or far to be seen.

Sizes, speeds and numbers are those of the rain rate. Drops are round, do not swing, and splash nowhere; wet ground is
an effect of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Camera, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.declared import aperture, drift, lens_of, wind
from myriorama.plugins.effects._air.falling import Sizes, drawn
from myriorama.plugins.effects._air.light import surroundings_of
from myriorama.plugins.effects._air.particles import Flown, Lens, Particles, fly, relative_velocity
from myriorama.plugins.effects._air.rays import Latest, camera_rays, filled, sight
from myriorama.plugins.effects._air.veil import airlight, veiled
from myriorama.scenes.conventions import F32, F64

_FORWARD: Final = 0.8
_NARROWEST_PX: Final = 0.2
_AT_MOST: Final = 4000.0


class Rain(Effect):
    """Falling rain."""

    name = "rain"
    label = "Rain"
    version = "2"
    help = "Streaks of falling drops by rain rate, wind and exposure, hidden by depth, and the haze of distant rain."
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on what the drops cover: 1 is as in a photograph, 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=20.0,
            group="Rain",
            suggested={"uniform": [0.5, 3.0]},
        ),
        Float(
            "rate_mm_h",
            25.0,
            help="Rain rate in mm/h: 2 is light, 10 moderate, 25 heavy, 100 a cloudburst.",
            unit="mm/h",
            minimum=0.0,
            maximum=300.0,
            group="Rain",
            suggested={"log_uniform": [2.0, 100.0]},
        ),
        Float(
            "exposure_s",
            0.008,
            help="Exposure that gives streaks their length, where the camera has no shutter of its own.",
            unit="s",
            minimum=0.00001,
            maximum=1.0,
            group="Camera",
            suggested={"log_uniform": [0.001, 0.02]},
        ),
        aperture(2.0),
        *wind(0.5),
        Float(
            "background_m",
            500.0,
            help="How far it rains where nothing is hit.",
            unit="m",
            minimum=0.0,
            maximum=10000.0,
            group="Rain",
        ),
        Bool("cover_layer", True, help="Add the layer rain_cover: how much of each pixel is rain.", group="Layer"),
    )

    def __init__(self) -> None:
        self._latest: Latest[Flown] = Latest()
        self._hazed: Latest[F32] = Latest()

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture behind haze and drops."""
        if _off(values):
            return linear
        camera, _ = sight(frame, self.name)
        hazy = veiled(linear, self._through(values, frame), airlight(surroundings_of(frame), camera, _FORWARD))
        return self._drops(values, frame, draws).over(hazy)

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``rain_cover``: the share of each pixel that drops and haze hide, float16."""
        if _off(values) or not values["cover_layer"]:
            return {}
        through = self._through(values, frame) * (1.0 - self._drops(values, frame, draws).cover)
        return {"rain_cover": (1.0 - through).astype(np.float16)}

    def _through(self, values: Values, frame: Frame) -> F32:
        """Return what the haze of the drops lets through, (H, W)."""
        return self._hazed.of(frame, tuple(sorted(values.items())), lambda: np.exp(-_haze(values, frame)))

    def _drops(self, values: Values, frame: Frame, draws: Draws) -> Flown:
        key = (tuple(sorted(values.items())), draws)
        return self._latest.of(frame, key, lambda: _flown(values, frame, draws))


def _off(values: Values) -> bool:
    return float(values["strength"]) == 0.0 or float(values["rate_mm_h"]) == 0.0


def sizes(rate_mm_h: float) -> Sizes:
    """Return the drops of a rain rate.

    J. S. Marshall and W. McK. Palmer, "The distribution of raindrops with size", Journal of Meteorology 5 (1948).
    """
    return Sizes(8000.0, 4.1 * rate_mm_h**-0.21)


def fall_speed_m_s(diameter_mm: F64) -> F64:
    """Return the speed of drops in still air.

    D. Atlas, R. C. Srivastava and R. S. Sekhon, "Doppler radar characteristics of precipitation at vertical
    incidence", Reviews of Geophysics 11 (1973), a fit to the measurements of Gunn and Kinzer (1949).
    """
    out: F64 = np.maximum(9.65 - 10.3 * np.exp(-0.6 * diameter_mm), 0.0)
    return out


def _haze(values: Values, frame: Frame) -> F32:
    camera, _ = sight(frame, "rain")
    z = filled(frame, "rain", float(values["background_m"]))
    seen = drawn(sizes(float(values["rate_mm_h"])), camera, _NARROWEST_PX, _AT_MOST)
    return seen.haze_depth(z, camera_rays(camera)[1]) * np.float32(values["strength"])


def _flown(values: Values, frame: Frame, draws: Draws) -> Flown:
    camera, depth = sight(frame, "rain")
    lens = lens_of(camera, depth, float(values["aperture_mm"]))
    seen = drawn(sizes(float(values["rate_mm_h"])), camera, _NARROWEST_PX, _AT_MOST)
    found, diameter_mm = seen.found(camera, draws, 0.2)
    # The largest drops break up in the air.
    whole = diameter_mm < 6.0
    found, diameter_mm = found.of(whole), diameter_mm[whole]
    velocity = drift(values, found.u[1:3])
    velocity[:, 2] -= fall_speed_m_s(diameter_mm)
    exposure = camera.shutter_s or float(values["exposure_s"])
    return flown(frame, camera, depth, found.points, diameter_mm, velocity, exposure, lens, float(values["strength"]))


def flown(
    frame: Frame,
    camera: Camera,
    depth: F32,
    points: F64,
    diameter_mm: F64,
    velocity: F64,
    exposure_s: float,
    lens: Lens,
    strength: float,
) -> Flown:
    """Return drops at `points` (camera frame, mid exposure) that move at `velocity` (world), as they are seen."""
    step = 0.5 * exposure_s * relative_velocity(camera, velocity, points)
    pose = camera.world_from_camera
    directions = points / np.linalg.norm(points, axis=1)[:, None] @ pose[:3, :3].T
    places = points @ pose[:3, :3].T + pose[:3, 3]
    radiance = surroundings_of(frame).scattered(places, directions, _FORWARD, clear=True)
    return fly(camera, depth, Particles(points - step, points + step, diameter_mm / 1000.0, radiance), lens, strength)
