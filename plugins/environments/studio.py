"""A photo studio: soft boxes around a target, and an even room that shows them in reflections.

It brings no table and no backdrop geometry.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, Color, Environment, EnvironmentParts, Float, Int, Values
from myriorama.plugins.environments._declared import (
    TINT,
    light_color,
    point,
    strength,
    temperature,
    triple,
    upright,
    vector,
)
from myriorama.scenes.cameras.pose import bearing
from myriorama.scenes.conventions import F64
from myriorama.scenes.lights import AreaLight, Background, RadianceMap, Rgb
from myriorama.scenes.radiometry.color import linear_rgb, luminance, scaled
from myriorama.scenes.radiometry.equirect import directions
from myriorama.scenes.radiometry.rectangle import irradiance_from_rectangle, radiance_of_rectangle

_MAP_HEIGHT_PX: Final = 128
_MAP_WIDTH_PX: Final = 256
_PAINTED_SHARE: Final = 0.3
"""Of a soft box's light, this share comes from the map (seen in reflections), the rest from the area light."""
_UP: Final = np.array([0.0, 0.0, 1.0])


class Studio(Environment):
    """Soft boxes in a ring."""

    name = "studio"
    label = "Studio"
    help = "Soft boxes in a ring around a target, in an even room."
    parameters = (
        Int(
            "boxes",
            3,
            help="How many soft boxes stand in the ring; the first is the key light.",
            minimum=1,
            maximum=8,
            group="Boxes",
            suggested={"integers": [1, 4]},
        ),
        Float(
            "azimuth_deg",
            -50.0,
            help="Where the key light stands, counter-clockwise from +X seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Boxes",
            suggested={"uniform": [0.0, 360.0]},
        ),
        Float(
            "elevation_deg",
            48.0,
            help="Height of the boxes above the target's horizon.",
            unit="deg",
            minimum=0.0,
            maximum=90.0,
            group="Boxes",
            suggested={"uniform": [30.0, 65.0]},
        ),
        Float(
            "distance_m",
            1.8,
            help="From the target to each box.",
            unit="m",
            minimum=0.05,
            maximum=100.0,
            group="Boxes",
            suggested={"uniform": [1.2, 2.5]},
        ),
        Float(
            "width_m",
            0.9,
            help="Width of a box.",
            unit="m",
            minimum=0.01,
            maximum=100.0,
            group="Boxes",
            suggested={"uniform": [0.4, 1.4]},
        ),
        Float(
            "height_m",
            0.9,
            help="Height of a box.",
            unit="m",
            minimum=0.01,
            maximum=100.0,
            group="Boxes",
            suggested={"uniform": [0.4, 1.4]},
        ),
        Float(
            "fill",
            0.45,
            help="Brightness of the other boxes against the key light.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.2, 0.9]},
        ),
        Float(
            "ambient",
            0.25,
            help="Share of the light that comes evenly from the room.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.15, 0.5]},
        ),
        strength(1.0, "Brightness of white paper on the table."),
        temperature(6500.0),
        TINT,
        point("target_m", (0.0, 0.0, 0.0), "Centre of the ring."),
        Bool(
            "room_visible",
            False,
            help="The camera sees the room and its boxes; off: a plain background.",
            group="Background",
        ),
        Color(
            "background",
            "#c8c8c8",
            help="Colour behind everything while the room is hidden.",
            group="Background",
            suggested={"hsv": {"h": [0.0, 360.0], "s": [0.0, 0.25], "v": [0.3, 0.95]}},
        ),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return the boxes as area lights and the room as background."""
        target = vector(values, "target_m")
        count, share = int(values["boxes"]), float(values["ambient"])
        places = tuple(
            (float(values["azimuth_deg"]) + 360.0 * k / count, 1.0 if k == 0 else float(values["fill"]))
            for k in range(count)
        )
        boxes = _boxes(
            target,
            places,
            float(values["elevation_deg"]),
            float(values["distance_m"]),
            float(values["width_m"]),
            float(values["height_m"]),
        )
        direct = sum(float(luminance(irradiance_from_rectangle(b, target, _UP))) for b in boxes) / np.pi
        level = max(direct, 0.5 * _facing_level(boxes, target))
        color = light_color(values)
        direct_gain = float(values["strength"]) * (1.0 - share) / level
        painted = _room_map(
            tuple(replace(b, position=triple(np.array(b.position) - target)) for b in boxes),
            direct_gain * _PAINTED_SHARE,
            float(values["strength"]) * share,
        )
        lights = tuple(
            replace(b, radiance=scaled(color, b.radiance[0] * direct_gain * (1.0 - _PAINTED_SHARE))) for b in boxes
        )
        background = Background(
            radiance=painted,
            color=color,
            visible=bool(values["room_visible"]),
            visible_color=linear_rgb(values["background"]),
        )
        return EnvironmentParts(background=background, lights=lights)


def _boxes(
    target: F64,
    places: tuple[tuple[float, float], ...],
    elevation_deg: float,
    distance_m: float,
    width_m: float,
    height_m: float,
) -> tuple[AreaLight, ...]:
    """Return white boxes facing `target`, one for each azimuth and relative radiance; black ones are left out."""
    boxes = []
    for azimuth_deg, radiance in places:
        if radiance > 0.0:
            outward = bearing(azimuth_deg, elevation_deg)
            color: Rgb = (radiance, radiance, radiance)
            boxes.append(
                AreaLight(
                    position=triple(target + distance_m * outward),
                    direction=triple(-outward),
                    up=triple(upright(-outward)),
                    width_m=width_m,
                    height_m=height_m,
                    radiance=color,
                )
            )
    return tuple(boxes)


def _facing_level(boxes: tuple[AreaLight, ...], target: F64) -> float:
    """Return how bright white paper is that stands upright where the boxes give most."""
    sides = (bearing(45.0 * k, 0.0) for k in range(8))
    return max(sum(float(luminance(irradiance_from_rectangle(b, target, n))) for b in boxes) for n in sides) / np.pi


@lru_cache(maxsize=8)
def _room_map(boxes: tuple[AreaLight, ...], gain: float, room: float) -> RadianceMap:
    """Return the room as seen from the target: even, with the boxes painted where they stand."""
    toward = directions(_MAP_HEIGHT_PX, _MAP_WIDTH_PX)
    pixels = np.full(toward.shape, room)
    for box in boxes:
        pixels += gain * radiance_of_rectangle(box, np.zeros(3), toward)
    return RadianceMap(pixels.astype(np.float32))
