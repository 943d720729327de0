"""What the object studio shows of an object, as frozen values: how it is looked at, what is known of it, its draws.

Nothing here is made or asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from myriorama.app.object_studio.bench import (
    AZIMUTH_DEG,
    ELEVATION_DEG,
    FIELD_OF_VIEW_DEG,
    OBJECT,
    Extent,
    distance_m,
    extent_of,
)
from myriorama.app.preview.anatomy import SeenKeypoint, SeenPart
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing.navigation import Orbit
from myriorama.scenes.conventions import U8

NEAREST: Final = 8.0
FURTHEST: Final = 0.35
_LOWEST_DEG: Final = -89.0
_HIGHEST_DEG: Final = 89.0


@dataclass(frozen=True)
class Turn:
    """From where the object is seen, whatever its size.

    Attributes
    ----------
    zoom : float
        1 shows it whole; 2 from half the distance.
    """

    azimuth_deg: float = AZIMUTH_DEG
    elevation_deg: float = ELEVATION_DEG
    zoom: float = 1.0

    def turned(self, azimuth_deg: float, elevation_deg: float = 0.0) -> Turn:
        azimuth = (self.azimuth_deg + azimuth_deg + 180.0) % 360.0 - 180.0
        elevation = min(max(self.elevation_deg + elevation_deg, _LOWEST_DEG), _HIGHEST_DEG)
        return replace(self, azimuth_deg=azimuth, elevation_deg=elevation)

    def zoomed(self, factor: float) -> Turn:
        return replace(self, zoom=min(max(self.zoom * factor, FURTHEST), NEAREST))

    def orbit(self, extent: Extent, aspect: float) -> Orbit:
        """Return the camera that sees an extent so, in a picture of this width over height."""
        away_m = distance_m(extent, aspect) / self.zoom
        return Orbit(extent.middle, away_m, self.azimuth_deg, self.elevation_deg, FIELD_OF_VIEW_DEG)


@dataclass(frozen=True)
class Shows:
    """What is drawn over the picture."""

    keypoints: bool = True
    names: bool = True
    parts: bool = False
    wire: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of the object that is shown.

    Attributes
    ----------
    made_ms : float
        The longest that drawing its numbers and building it took for these values: later pictures find it kept.
    """

    extent: Extent
    triangles: int
    parts: tuple[SeenPart, ...]
    keypoints: tuple[SeenKeypoint, ...]
    skeleton: tuple[tuple[str, str], ...]
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    mass_kg: float | None = None
    made_ms: float = 0.0


@dataclass(frozen=True, eq=False)
class Draw:
    """One of the random draws.

    Attributes
    ----------
    index : int
        Of the draw, under the page's seed.
    values : mapping or None
        None until its turn comes.
    rgb : (H, W, 3) uint8 or None
    problem : str
        Why there is no picture; empty where there is one or it is still to come.
    """

    index: int
    values: Mapping[str, Any] | None = None
    rgb: U8 | None = None
    extent: Extent | None = None
    problem: str = ""

    @property
    def done(self) -> bool:
        return self.rgb is not None or bool(self.problem)


def object_extent(frame: SampleFrame) -> Extent | None:
    """Return the extent of the page's object; None where the frame has none."""
    seen = next((i for i in frame.instances if i.group_uid == OBJECT), None)
    return None if seen is None else extent_of(seen.bounds)


def facts_of(frame: SampleFrame, made_ms: float) -> Facts | None:
    """Return the facts of the page's object; None where the frame does not tell them."""
    seen = next((i for i in frame.instances if i.group_uid == OBJECT), None)
    if seen is None or seen.anatomy is None:
        return None
    anatomy = seen.anatomy
    return Facts(
        extent_of(seen.bounds),
        sum(part.triangles for part in anatomy.parts),
        anatomy.parts,
        anatomy.keypoints,
        anatomy.skeleton,
        seen.attributes,
        anatomy.mass_kg,
        made_ms,
    )
