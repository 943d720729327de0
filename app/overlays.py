"""How labels are drawn over pictures, everywhere alike: one state for viewport, gallery and detail view.

It says what to draw; it draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Base = Literal["rgb", "instances", "classes", "depth", "normals", "object_coordinates", "amodal"]
"""The picture under the overlays."""
BASES: Final[tuple[Base, ...]] = get_args(Base)
ColorBy = Literal["class", "instance", "visible"]


@dataclass(frozen=True)
class OverlayState:
    """What is drawn over pictures.

    Attributes
    ----------
    hidden : bool
        Space is held: nothing is drawn for as long.
    mask : str
        ``fill``, ``contour``, ``both`` or ``off``.
    opacity : float
        Of the fill, in [0, 1].
    contour_px : int
        1 to 6.
    color_by : str
        Class colours come from the project's table; instances from the colour-blind-safe palette; visible is a ramp.
    """

    base: Base = "rgb"
    hidden: bool = False
    mask: Literal["fill", "contour", "both", "off"] = "both"
    opacity: float = 0.35
    contour_px: int = 2
    boxes: bool = True
    amodal_boxes: bool = False
    boxes_3d: bool = False
    keypoints: bool = True
    names: bool = True
    attributes: bool = False
    color_by: ColorBy = "instance"
