"""What the gallery asks its workers for, and what it gets: thumbnails that show, and facts that count.

A tile is only looked at; every number about labels comes from a truth pass at export size, a `SampleFacts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from myriorama.app.pictures.overlay import OverlayItem
from myriorama.scenes.conventions import U8


@dataclass(frozen=True)
class TileKey:
    """Which picture: sample `index` of the project, or of a variant of it (a sweep, a contact sheet); "" is none."""

    index: int
    variant: str = ""


@dataclass(frozen=True, eq=False)
class Tile:
    """A thumbnail.

    Attributes
    ----------
    epoch : int
        Of the project that it shows; older than the service's is stale.
    rgb : (h, w, 3) uint8
    items : tuple of OverlayItem
        In the thumbnail's own pixels.
    problem : str
        Why there is no picture (then `rgb` is one grey pixel), else empty.
    traced : bool
        The picture is path traced, or was asked to be.
    """

    key: TileKey
    epoch: int
    sample_key: str
    recipe_hash: str
    rgb: U8
    items: tuple[OverlayItem, ...]
    problem: str = ""
    traced: bool = False


@dataclass(frozen=True)
class ObjectFacts:
    """What is counted of one labelled object, at export size.

    Attributes
    ----------
    box : (x, y, w, h)
        Tight, pixels; whole numbers where the labels are ours.
    area_px : float
        Pixels of the mask; not a number where there is only a box.
    visible : float
        unoccluded * in_frame, see the label contract.
    distance_m : float
        Camera to the centre of the object's 3D box.
    viewing_direction : (x, y, z)
        Unit vector from the object to the camera, in the object's own frame.
    """

    instance_key: str
    class_id: int
    class_name: str
    box: tuple[float, float, float, float]
    area_px: float
    visible: float
    distance_m: float
    viewing_direction: tuple[float, float, float]
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class SampleFacts:
    """What is counted of one sample.

    Attributes
    ----------
    values : mapping
        Drawn values by path: ``uid/name``, ``uid/name/component``, for objects ``uid/number/name``, and ``uid/count``;
        numbers, words, colours as "#rrggbb".
    hidden : int
        Things with no visible pixel.
    """

    index: int
    epoch: int
    sample_key: str
    recipe_hash: str
    width: int
    height: int
    objects: tuple[ObjectFacts, ...]
    hidden: int
    values: Mapping[str, Any]
    brightness: float = 0.0
    violations: tuple[str, ...] = ()
