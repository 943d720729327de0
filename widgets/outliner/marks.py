"""Names of the icons by which the outliner, and the list of what can be added, tell kinds apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from myriorama.app.catalogue import effect_groups as groups
from myriorama.app.document import addresses

MARKS: Final[Mapping[str, str]] = {
    "environment": "weather-partly-cloudy",
    "stage": "table-furniture",
    "lights": "lightbulb-outline",
    "objects": "cube-outline",
    "effects": "auto-fix",
    "placement": "dots-grid",
    "rig": "video-outline",
    addresses.CAMERA: "video-outline",
    addresses.CLASSES: "tag-multiple-outline",
    addresses.NAMED: "variable",
    addresses.ACCEPTANCE: "check-decagram-outline",
    addresses.OUTPUT: "export-variant",
    addresses.SETTINGS: "cog-outline",
}

GROUP_MARKS: Final[Mapping[str, str]] = {
    groups.CAMERAS: "camera-outline",
    groups.LENS: "camera-iris",
    groups.AIR: "weather-fog",
    groups.SENSOR: "chip",
    groups.PICTURE: "image-edit-outline",
    groups.DEPTH: "gradient-vertical",
}
"""Of the groups of effects."""
