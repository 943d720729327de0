"""A photo behind everything, with light of about its colours.

The photo gives no shadow, no reflection of itself, and no ground to stand on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from myriorama.plugins.api import Environment, EnvironmentParts, File, Float, Texture, Values
from myriorama.plugins.environments._declared import (
    TINT,
    direction_parameters,
    light_color,
    strength,
    temperature,
    triple,
)
from myriorama.scenes.cameras.pose import bearing
from myriorama.scenes.conventions import F64, U8
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.lights import Background, RadianceMap, Rgb, SunLight
from myriorama.scenes.radiometry.color import at_unit_luminance, scaled, srgb_to_linear
from myriorama.scenes.radiometry.equirect import directions
from myriorama.scenes.radiometry.meter import WHITE_PAPER, light_level

_MAP_HEIGHT_PX: Final = 32
_MAP_WIDTH_PX: Final = 64
_DECODED: Final = srgb_to_linear(np.arange(256) / 255.0)


class PhotoBackdrop(Environment):
    """A photo as backdrop."""

    name = "photo_backdrop"
    label = "Photo backdrop"
    help = "A photo behind everything, with a key light and an ambient light of about its colours."
    parameters = (
        File("file", "", help="Photo (.jpg, .png).", role="image", required=True, group="Photo"),
        Float(
            "match_colors",
            0.6,
            help="How far the ambient light takes the photo's colours: 0 white, 1 fully.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.3, 0.9]},
        ),
        strength(1.0, "Brightness of white paper in this light."),
        Float(
            "key_share",
            0.5,
            help="Share of the light that comes from the key light; the rest is ambient.",
            minimum=0.0,
            maximum=1.0,
            group="Light",
            suggested={"uniform": [0.2, 0.8]},
        ),
        *direction_parameters(-120.0, 55.0),
        temperature(5500.0),
        TINT,
        Float(
            "angular_diameter_deg",
            4.0,
            help="How large the key light looks: larger means softer shadows.",
            unit="deg",
            minimum=0.0,
            maximum=30.0,
            group="Shadow",
            suggested={"log_uniform": [0.5, 12.0]},
        ),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return the photo as backdrop and its light; raises ProjectError where no file is named."""
        asset = values["file"]
        if asset is None:
            raise ProjectError(
                Problem("file", "a photo backdrop needs a file", allowed="a path or resource:... to a photo")
            )
        photo = _as_rgb(asset.image(srgb=True))
        match = float(values["match_colors"])
        above, below = (_towards_white(color, match) for color in _half_colors(photo))
        ambient = _two_colors(above, below)
        share, amount = float(values["key_share"]), float(values["strength"])
        toward = bearing(float(values["azimuth_deg"]), float(values["elevation_deg"]))
        key = SunLight(
            triple(-toward),
            scaled(light_color(values), WHITE_PAPER),
            angular_diameter_deg=float(values["angular_diameter_deg"]),
        )
        ambient_gain = amount * (1.0 - share) / light_level(ambient.pixels)
        background = Background(radiance=ambient, color=(ambient_gain, ambient_gain, ambient_gain), backdrop=photo)
        if share == 0.0:
            return EnvironmentParts(background=background)
        light = SunLight(
            key.direction,
            scaled(key.irradiance, amount * share / light_level(None, (key,))),
            key.angular_diameter_deg,
        )
        return EnvironmentParts(background=background, lights=(light,))


def _as_rgb(photo: Texture) -> U8:
    """Return (H, W, 3) uint8; grey is repeated, alpha is dropped."""
    pixels = photo.pixels
    return np.ascontiguousarray(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[..., :3])


def _half_colors(photo: U8) -> tuple[Rgb, Rgb]:
    """Return the mean colours of the photo's upper and lower half, each with luminance 1."""
    # About 256 x 256 samples say the mean of any photo well enough, and cost a millisecond.
    down, across = max(1, photo.shape[0] // 256), max(1, photo.shape[1] // 256)
    few = _DECODED[photo[::down, ::across]]
    middle = (len(few) + 1) // 2
    upper: F64 = few[:middle].mean(axis=(0, 1))
    lower: F64 = few[-middle:].mean(axis=(0, 1))
    return at_unit_luminance(upper), at_unit_luminance(lower)


def _towards_white(color: Rgb, match: float) -> Rgb:
    """Return `color` at match 1 and white at match 0."""
    r, g, b = (1.0 + match * (c - 1.0) for c in color)
    return r, g, b


@lru_cache(maxsize=16)
def _two_colors(above: Rgb, below: Rgb) -> RadianceMap:
    """Return a small map that runs from one colour straight up to another straight down."""
    height = directions(_MAP_HEIGHT_PX, _MAP_WIDTH_PX)[..., 2:]
    share = 0.5 + 0.5 * height
    pixels = share * np.array(above) + (1.0 - share) * np.array(below)
    return RadianceMap(pixels.astype(np.float32))
