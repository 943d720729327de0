"""Snow: flakes in the air, the haze of those too far to be seen, and snow that lies on what faces up.

Lying snow has no thickness: outlines, depth and labels stay those of what it lies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.declared import aperture, drift, lens_of, wind
from myriorama.plugins.effects._air.falling import Drawn, Sizes, drawn
from myriorama.plugins.effects._air.ground import Lie, field, lie_of, light_on, patches, softened, tile_of
from myriorama.plugins.effects._air.light import Surroundings, surroundings_of
from myriorama.plugins.effects._air.particles import Flown, Particles, fly, relative_velocity
from myriorama.plugins.effects._air.rays import Latest, camera_rays, filled, sight
from myriorama.plugins.effects._air.veil import airlight, veiled
from myriorama.scenes.conventions import F32, F64

_FORWARD: Final = 0.3
_NARROWEST_PX: Final = 0.7
_AT_MOST: Final = 3000.0
_FLUFF: Final = 3.0
"""Diameter of a flake over that of the drop that it melts to."""
_LARGEST_MM: Final = 15.0
_ALBEDO: Final = np.array([0.86, 0.87, 0.89], dtype=np.float32)
_STEEP: Final = (0.35, 0.75)
"""z of the normal below which no snow lies, and above which all of it does."""


class Snow(Effect):
    """Falling and lying snow."""

    name = "snow"
    label = "Snow"
    version = "2"
    help = "Falling flakes by snow rate, wind and exposure, hidden by depth; snow lies on what faces up."
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0, "lying": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on what flakes in the air cover: 1 is as in a photograph, 0 draws none.",
            minimum=0.0,
            maximum=20.0,
            group="Falling",
            suggested={"uniform": [0.5, 2.0]},
        ),
        Float(
            "rate_mm_h",
            2.0,
            help="Rate of snowfall as melted water in mm/h: 0.5 is light, 2.5 heavy; 0 draws none.",
            unit="mm/h",
            minimum=0.0,
            maximum=30.0,
            group="Falling",
            suggested={"log_uniform": [0.3, 6.0]},
        ),
        Float(
            "exposure_s",
            0.008,
            help="Exposure that gives flakes their trails, where the camera has no shutter of its own.",
            unit="s",
            minimum=0.00001,
            maximum=1.0,
            group="Camera",
            suggested={"log_uniform": [0.001, 0.02]},
        ),
        aperture(4.0),
        *wind(0.4),
        Float(
            "background_m",
            300.0,
            help="How far it snows where nothing is hit.",
            unit="m",
            minimum=0.0,
            maximum=10000.0,
            group="Falling",
        ),
        Float(
            "lying",
            0.0,
            help="Share of level ground that is covered with snow.",
            minimum=0.0,
            maximum=1.0,
            group="Lying",
            suggested={"uniform": [0.0, 1.0]},
        ),
        Float(
            "patch_m",
            0.25,
            help="Size of the patches of lying snow, and of what is free of it.",
            unit="m",
            minimum=0.005,
            maximum=100.0,
            group="Lying",
            suggested={"log_uniform": [0.05, 2.0]},
        ),
        Bool("cover_layer", True, help="Add the layer snow_cover: how much of each pixel is snow.", group="Layer"),
    )

    def __init__(self) -> None:
        self._latest: Latest[Flown] = Latest()
        self._lain: Latest[tuple[Lie, F32, F32]] = Latest()

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture with snow that lies, behind haze and flakes."""
        out = linear
        if float(values["lying"]) > 0.0:
            out = _lain(out, frame, *self._laid(values, frame, draws))
        if not _falls(values):
            return out
        camera, _ = sight(frame, self.name)
        air = airlight(_over_snow(surroundings_of(frame), float(values["lying"])), camera, _FORWARD)
        return self._flakes(values, frame, draws).over(veiled(out, np.exp(-_haze(values, frame)), air))

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``snow_cover``: the share of each pixel that is snow, lying or in the air, float16."""
        falls, lies = _falls(values), float(values["lying"]) > 0.0
        if not values["cover_layer"] or not (falls or lies):
            return {}
        through: F32 = np.ones((frame.height, frame.width), dtype=np.float32)
        if lies:
            lie, cover, _ = self._laid(values, frame, draws)
            through -= softened(cover, lie)
        if falls:
            through *= np.exp(-_haze(values, frame))
            through *= np.float32(1.0) - self._flakes(values, frame, draws).cover
        return {"snow_cover": (1.0 - through).astype(np.float16)}

    def _laid(self, values: Values, frame: Frame, draws: Draws) -> tuple[Lie, F32, F32]:
        key = (tuple(sorted(values.items())), draws)
        return self._lain.of(frame, key, lambda: _lying(values, frame, draws))

    def _flakes(self, values: Values, frame: Frame, draws: Draws) -> Flown:
        key = (tuple(sorted(values.items())), draws)
        return self._latest.of(frame, key, lambda: _flown(values, frame, draws))


def _falls(values: Values) -> bool:
    return float(values["strength"]) > 0.0 and float(values["rate_mm_h"]) > 0.0


def sizes(rate_mm_h: float) -> Sizes:
    """Return the flakes of a rate of snowfall, by their own diameter.

    K. L. S. Gunn and J. S. Marshall, "The distribution with size of aggregate snowflakes", Journal of Meteorology 15
    (1958), which counts by the diameter of the melted drop; a flake is three times as wide.
    """
    return Sizes(3800.0 * rate_mm_h**-0.87 / _FLUFF, 2.55 * rate_mm_h**-0.48 / _FLUFF)


def fall_speed_m_s(diameter_mm: F64) -> F64:
    """Return the speed of flakes in still air.

    M. P. Langleben, "The terminal velocity of snowflakes", QJRMS 80 (1954), as Gunn and Marshall (1958) use it.
    """
    out: F64 = 0.98 * (diameter_mm / _FLUFF) ** 0.31
    return out


def _seen(values: Values, frame: Frame) -> Drawn:
    camera, _ = sight(frame, "snow")
    return drawn(sizes(float(values["rate_mm_h"])), camera, _NARROWEST_PX, _AT_MOST)


def _haze(values: Values, frame: Frame) -> F32:
    camera, _ = sight(frame, "snow")
    z = filled(frame, "snow", float(values["background_m"]))
    return _seen(values, frame).haze_depth(z, camera_rays(camera)[1]) * np.float32(values["strength"])


def _flown(values: Values, frame: Frame, draws: Draws) -> Flown:
    camera, depth = sight(frame, "snow")
    found, diameter_mm = _seen(values, frame).found(camera, draws, 0.15)
    kept = diameter_mm < _LARGEST_MM
    found, diameter_mm = found.of(kept), diameter_mm[kept]
    points, velocity = found.points, drift(values, found.u[1:3])
    velocity[:, 2] -= fall_speed_m_s(diameter_mm)
    step = 0.5 * (camera.shutter_s or float(values["exposure_s"])) * relative_velocity(camera, velocity, points)
    pose = camera.world_from_camera
    directions = points / np.linalg.norm(points, axis=1)[:, None] @ pose[:3, :3].T
    places = points @ pose[:3, :3].T + pose[:3, 3]
    around = _over_snow(surroundings_of(frame), float(values["lying"]))
    radiance = around.scattered(places, directions, _FORWARD, clear=False)
    particles = Particles(points - step, points + step, diameter_mm / 1000.0, radiance)
    lens = lens_of(camera, depth, float(values["aperture_mm"]))
    return fly(camera, depth, particles, lens, float(values["strength"]))


def _over_snow(around: Surroundings, lying: float) -> Surroundings:
    """Return the surroundings with the light that lying snow throws back up, in place of what was below."""
    up = np.array([[0.0, 0.0, 1.0]], dtype=np.float32)
    white = around.facing(up)[0] * _ALBEDO.astype(np.float64)
    return replace(around, mean=around.mean + 0.5 * lying * (white - around.cube[5]))


def _lying(values: Values, frame: Frame, draws: Draws) -> tuple[Lie, F32, F32]:
    """Return how the ground lies, how much of each pixel snow covers, not softened yet, and how uneven it is."""
    lie, tile = lie_of(frame, "snow"), tile_of(draws)
    low, high = _STEEP
    flat = np.clip((lie.level - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    flat = flat * flat * (3.0 - 2.0 * flat)
    size = float(values["patch_m"])
    cover = np.asarray(flat * patches(lie, tile, size, float(values["lying"]), 0.25), dtype=np.float32)
    uneven = np.float32(0.94) + np.float32(0.12) * field(lie, tile, 0.15 * size)
    return lie, cover, np.asarray(uneven, dtype=np.float32)


def _lain(linear: F32, frame: Frame, lie: Lie, cover: F32, uneven: F32) -> F32:
    """Return a picture with snow: white and matt, in the light that arrives.

    What the snow sends is softened with its cover, so that a border takes the snow's own white and not that of what
    stands before it.
    """
    arriving = light_on(frame, lie, linear, surroundings_of(frame), "snow").arriving
    white = arriving * (cover * uneven)[..., None]
    white *= _ALBEDO
    out = softened(white, lie)
    out += linear * (np.float32(1.0) - softened(cover, lie))[..., None]
    return out
