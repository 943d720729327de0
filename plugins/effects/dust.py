"""Dust: grains that float near the camera as bright discs, and the brown veil of the rest.

Grains are few and near; a whirl of dust with a border of its own is not made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Bool, Color, Draws, Effect, Float, Frame, Values
from myriorama.plugins.effects._air.declared import aperture, drift, lens_of, wind
from myriorama.plugins.effects._air.lattice import in_view
from myriorama.plugins.effects._air.light import surroundings_of
from myriorama.plugins.effects._air.particles import Flown, Particles, fly, relative_velocity, window
from myriorama.plugins.effects._air.rays import Latest, ranges, sight
from myriorama.plugins.effects._air.veil import airlight, extinction_per_m, lamp_glow, veiled
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.radiometry.color import linear_rgb

_FORWARD: Final = 0.65
_NEAREST_M: Final = 0.08
_AT_MOST: Final = 4000.0
_SPREAD: Final = 0.5
"""Standard deviation of the logarithm of diameters."""


class Dust(Effect):
    """Dust in the air."""

    name = "dust"
    label = "Dust"
    version = "2"
    help = "Grains floating near the camera, lit by the scene, and a coloured veil that thickens with distance."
    rest: ClassVar[Mapping[str, Any]] = {"strength": 0.0}
    parameters = (
        Float(
            "strength",
            1.0,
            help="Factor on the veil and on what grains cover; 0 leaves the picture as it is.",
            minimum=0.0,
            maximum=20.0,
            group="Dust",
            suggested={"uniform": [0.0, 2.0]},
        ),
        Float(
            "visibility_m",
            60.0,
            help="Where 5 % of a contrast is left. A dust storm is 100 m, a dusty barn 30 m.",
            unit="m",
            minimum=0.1,
            maximum=100000.0,
            group="Dust",
            suggested={"log_uniform": [10.0, 500.0]},
        ),
        Color("color", "#c9ab85", help="Colour of the dust in white light.", group="Dust"),
        Float(
            "grain_density",
            1000.0,
            help="Grains that can be seen one by one, in a cubic metre.",
            unit="1/m3",
            minimum=0.0,
            maximum=1000000.0,
            group="Grains",
            suggested={"log_uniform": [50.0, 20000.0]},
        ),
        Float(
            "grain_mm",
            0.5,
            help="Median diameter of these grains.",
            unit="mm",
            minimum=0.01,
            maximum=20.0,
            group="Grains",
            suggested={"log_uniform": [0.2, 1.5]},
        ),
        Float(
            "within_m",
            3.0,
            help="How far from the camera grains are drawn one by one.",
            unit="m",
            minimum=0.1,
            maximum=100.0,
            group="Grains",
        ),
        Float(
            "exposure_s",
            0.008,
            help="Exposure that gives grains their trails, where the camera has no shutter of its own.",
            unit="s",
            minimum=0.00001,
            maximum=1.0,
            group="Camera",
            suggested={"log_uniform": [0.001, 0.02]},
        ),
        aperture(1.0),
        *wind(0.1),
        Float(
            "background_m",
            0.0,
            help="How far away the background is; 0 is infinitely far.",
            unit="m",
            minimum=0.0,
            maximum=100000.0,
            group="Dust",
        ),
        Bool("cover_layer", True, help="Add the layer dust_cover: how much of each pixel is dust.", group="Layer"),
    )

    def __init__(self) -> None:
        self._latest: Latest[Flown] = Latest()

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture behind the veil and the grains."""
        if float(values["strength"]) == 0.0:
            return linear
        camera, _ = sight(frame, self.name)
        around = surroundings_of(frame)
        tint = np.array(linear_rgb(values["color"]), dtype=np.float32)
        out = veiled(linear, self._through(values, frame), airlight(around, camera, _FORWARD) * tint)
        reach = ranges(frame, self.name, float(values["background_m"]))
        glow = lamp_glow(around, camera, reach, _extinction(values), _FORWARD)
        if glow is not None:
            out += glow * tint
        return self._grains(values, frame, draws).over(out)

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``dust_cover``: the share of each pixel that the veil and the grains hide, float16."""
        if float(values["strength"]) == 0.0 or not values["cover_layer"]:
            return {}
        through = self._through(values, frame) * (1.0 - self._grains(values, frame, draws).cover)
        return {"dust_cover": (1.0 - through).astype(np.float16)}

    def _through(self, values: Values, frame: Frame) -> F32:
        reach = ranges(frame, self.name, float(values["background_m"]))
        through: F32 = np.exp(reach * np.float32(-_extinction(values)))
        return through

    def _grains(self, values: Values, frame: Frame, draws: Draws) -> Flown:
        key = (tuple(sorted(values.items())), draws)
        return self._latest.of(frame, key, lambda: _flown(values, frame, draws))


def _extinction(values: Values) -> float:
    return float(values["strength"]) * extinction_per_m(float(values["visibility_m"]))


def _alone(heap: F64) -> F64:
    """Return what one grain sends back of a kind of dust that has this colour in a heap; it is paler.

    The diffuse reflectance of a deep layer, solved for the albedo of a grain: B. Hapke, "Bidirectional reflectance
    spectroscopy: 1. Theory", Journal of Geophysical Research 86 (1981), r = (1 - sqrt(1 - w)) / (1 + sqrt(1 - w)).
    """
    return np.asarray(4.0 * heap / (1.0 + heap) ** 2)


def _flown(values: Values, frame: Frame, draws: Draws) -> Flown:
    camera, depth = sight(frame, "dust")
    area = window(camera, 0.1)
    furthest = max(float(values["within_m"]), 1.01 * _NEAREST_M)
    volume = area[2] * area[3] * (furthest**3 - _NEAREST_M**3) / 3.0
    expected = float(values["grain_density"]) * volume
    if expected > _AT_MOST:
        # As many as can be drawn, the nearest ones: those are the ones that are seen.
        furthest *= (_AT_MOST / expected) ** (1.0 / 3.0)
        furthest = max(furthest, 1.01 * _NEAREST_M)
    found = in_view(camera, draws, 0, float(values["grain_density"]), area, _NEAREST_M, furthest)
    points, u = found.points, found.u
    normal = np.sqrt(-2.0 * np.log1p(-u[0])) * np.cos(2.0 * math.pi * u[1])
    diameter_m = 0.001 * float(values["grain_mm"]) * np.exp(_SPREAD * normal)
    step = 0.5 * (camera.shutter_s or float(values["exposure_s"]))
    way = step * relative_velocity(camera, drift(values, u[2:4]), points)
    pose = camera.world_from_camera
    directions = points / np.linalg.norm(points, axis=1)[:, None] @ pose[:3, :3].T
    places = points @ pose[:3, :3].T + pose[:3, 3]
    light = surroundings_of(frame).scattered(places, directions, _FORWARD, clear=False)
    light *= _alone(np.array(linear_rgb(values["color"])))
    lens = lens_of(camera, depth, float(values["aperture_mm"]))
    particles = Particles(points - way, points + way, diameter_m, light)
    return fly(camera, depth, particles, lens, float(values["strength"]))
