"""Which colour each labelled object is drawn in, by class, by instance or by how much of it is seen.

It draws nothing; every picture with labels takes its colours from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from myriorama.app.overlays import ColorBy
from myriorama.app.pictures.class_looks import Looks, Rgb, item_color, item_use
from myriorama.app.pictures.overlay import OverlayItem, color_of

UNKNOWN: Final[Rgb] = (150, 152, 158)
"""For a class that the project's table does not have, and a visible fraction that nobody computed."""

_RAMP: Final[tuple[tuple[float, Rgb], ...]] = ((0.0, (213, 94, 0)), (0.5, (240, 228, 66)), (1.0, (86, 180, 233)))
"""Orange over yellow to blue: its order can be told with every common colour deficiency."""


def tints(items: Sequence[OverlayItem], by: ColorBy, looks: Looks) -> tuple[Rgb, ...]:
    """Return the colour of each item.

    Parameters
    ----------
    looks : mapping
        Class of the dataset -> its look. What is ignored has its class's colour, whatever the others are coloured by.
    """
    return tuple(_tint(item, by, looks) for item in items)


def _tint(item: OverlayItem, by: ColorBy, looks: Looks) -> Rgb:
    if by == "class" or item_use(item, looks) != "label":
        return item_color(item, looks) or UNKNOWN
    if by == "visible":
        return UNKNOWN if item.visible is None else ramp(item.visible)
    return color_of(item.key)  # it keeps its colour from view to view, also where two neighbours then look alike


def ramp(share: float) -> Rgb:
    """Return the colour of a share in [0, 1]."""
    for (low, a), (high, b) in zip(_RAMP, _RAMP[1:], strict=False):
        if share <= high:
            t = max(0.0, (share - low) / (high - low))
            return (round(a[0] + t * (b[0] - a[0])), round(a[1] + t * (b[1] - a[1])), round(a[2] + t * (b[2] - a[2])))
    return _RAMP[-1][1]
