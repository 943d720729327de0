"""A photographed environment (.hdr, .exr) that lights the scene and stands behind it.

A very bright sun in it becomes a light with a shadow. It brings no ground.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.plugins.api import Bool, Color, Environment, EnvironmentParts, File, Float, Int, Values
from myriorama.plugins.environments._declared import strength, triple, white_balance_parameter
from myriorama.scenes.assets.store import OpenAsset
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.lights import Background, RadianceMap, Rgb, SunLight
from myriorama.scenes.radiometry.color import linear_rgb, scaled
from myriorama.scenes.radiometry.equirect import reduced, turned_about_z
from myriorama.scenes.radiometry.meter import light_level, light_on_paper, white_balance
from myriorama.scenes.radiometry.sun_extraction import extract_sun

SHIPPED_MAPS: Final = ("apartment", "city", "studio", "sunset", "warehouse")
_KEPT_MAPS: Final = 4
_METERED_PX: Final = 256


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A map without its sun, the sun, the light level of both, and their light on white paper."""

    radiance: RadianceMap
    sun: SunLight | None
    level: float
    on_paper: Rgb


class Hdri(Environment):
    """An equirectangular radiance file."""

    name = "hdri"
    label = "HDRI"
    help = "A photographed environment that lights the scene and stands behind it."
    parameters = (
        File(
            "file",
            "",
            help="Equirectangular .hdr or .exr file.",
            role="radiance",
            required=True,
            group="Map",
            suggested={"choice": [f"resource:hdri/{name}.exr" for name in SHIPPED_MAPS]},
        ),
        Float(
            "rotation_deg",
            0.0,
            help="Turns the map about the vertical, counter-clockwise seen from above.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Map",
            suggested={"uniform": [0.0, 360.0]},
        ),
        strength(1.0, "With `normalize`: brightness of white paper in this light; else a factor on the file."),
        Bool(
            "normalize",
            True,
            help="Bring every map to the same light level first; off keeps the file's own scale.",
            group="Light",
        ),
        white_balance_parameter(0.5),
        Bool(
            "extract_sun", True, help="Take a very bright sun out of the map as a light with a shadow.", group="Light"
        ),
        Int(
            "widest_px",
            2048,
            help="A wider map is averaged down to at most this width.",
            unit="px",
            minimum=64,
            maximum=16384,
            group="Map",
        ),
        Bool("visible", True, help="The camera sees the map; off: it only lights.", group="Background"),
        Color("background", "#9a9a9a", help="Colour behind everything while the map is hidden.", group="Background"),
    )

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, bool], _Prepared] = OrderedDict()

    def build(self, values: Values) -> EnvironmentParts:
        """Return the map as background and its sun, if any, as a light.

        Raises
        ------
        ProjectError
            No file is named, or it holds no light.
        AssetError
            The file cannot be read.
        """
        asset = values["file"]
        if asset is None:
            raise ProjectError(
                Problem("file", "an hdri environment needs a file", allowed="a path or resource:... to .hdr or .exr")
            )
        prepared = self._prepared(asset, int(values["widest_px"]), bool(values["extract_sun"]))
        factor = float(values["strength"])
        if values["normalize"]:
            if not prepared.level > 0.0:
                raise ProjectError(
                    Problem("file", "the map is black, so it has no light level to normalize", asset.asset.reference)
                )
            factor /= prepared.level
        rotation = float(values["rotation_deg"])
        color = scaled(white_balance(prepared.on_paper, float(values["white_balance"])), factor)
        background = Background(
            radiance=prepared.radiance,
            color=color,
            rotation_deg=rotation,
            visible=bool(values["visible"]),
            visible_color=linear_rgb(values["background"]),
        )
        sun = prepared.sun
        if sun is None:
            return EnvironmentParts(background=background)
        light = SunLight(
            direction=triple(turned_about_z(np.array(sun.direction), rotation)),
            irradiance=(sun.irradiance[0] * color[0], sun.irradiance[1] * color[1], sun.irradiance[2] * color[2]),
            angular_diameter_deg=sun.angular_diameter_deg,
        )
        return EnvironmentParts(background=background, lights=(light,))

    def _prepared(self, asset: OpenAsset, widest_px: int, take_sun: bool) -> _Prepared:
        """Return the map without its sun, the sun, and the light level of both; the last few files are kept."""
        key = (asset.asset.sha256, widest_px, take_sun)
        found = self._kept.get(key)
        if found is None:
            radiance = asset.radiance()
            # The sun is found at full resolution, where it is smallest, and only then is the map reduced.
            radiance, sun = extract_sun(radiance) if take_sun else (radiance, None)
            smaller = reduced(radiance.pixels, widest_px)
            if smaller is not radiance.pixels:
                radiance = RadianceMap(smaller)
            suns = () if sun is None else (sun,)
            metered = reduced(radiance.pixels, _METERED_PX)
            found = _Prepared(radiance, sun, light_level(metered, suns), light_on_paper(metered, suns))
            self._kept[key] = found
            while len(self._kept) > _KEPT_MAPS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found
