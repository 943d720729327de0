"""Under which headings effects are offered: what a photographer would look for, not the stage that they work in.

It knows the shipped effects by name; any other is grouped by its stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from myriorama.scenes.registry import EffectStage

CAMERAS: Final = "Cameras"
LENS, AIR, SENSOR, PICTURE, DEPTH = "Lens & shutter", "Air", "Sensor", "Picture", "Depth sensors"
GROUPS: Final = (CAMERAS, LENS, AIR, SENSOR, PICTURE, DEPTH)
"""In the order in which they are shown; cameras are whole lists of effects."""

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    LENS: (
        "lens_distortion",
        "fisheye",
        "depth_of_field",
        "shutter",
        "rolling_shutter",
        "vignette",
        "chromatic_aberration",
        "bloom",
        "flare",
        "lens_dirt",
        "lens_drops",
    ),
    AIR: ("fog", "haze", "rain", "snow", "dust", "wet_surface"),
    SENSOR: ("exposure", "white_balance", "grey", "sensor_noise", "bayer", "tone_curve"),
    PICTURE: ("thermal_grey", "quantise", "jpeg"),
    DEPTH: ("stereo_depth", "structured_light_depth", "tof_depth"),
}
_OF_NAME: Final[Mapping[str, str]] = {name: group for group, names in _NAMES.items() for name in names}
_OF_STAGE: Final[Mapping[EffectStage, str]] = {"optics": LENS, "light": AIR, "curve": SENSOR, "picture": PICTURE}


def group_of(name: str, stage: EffectStage) -> str:
    """Return the heading of an effect."""
    return _OF_NAME.get(name, _OF_STAGE[stage])


def group_of_shipped(name: str) -> str:
    """Return the heading of an effect that is shipped; empty for any other."""
    return _OF_NAME.get(name, "")
