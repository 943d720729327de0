"""What a window must know of a dataset to show its pictures, labels and figures: ours or a foreign one.

It says nothing of where samples come from; they go by their place, 0 to N - 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from psygnal import SignalInstance

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.demand import FactsDemand
from myriorama.app.browsing.table import FactsTable
from myriorama.app.observable import Observable
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import Looks
from myriorama.app.preview.tiles import TileKey


class ShownTiles(Protocol):
    """Where thumbnails and facts come from; the face of `preview.gallery.TileService` for what does not change.

    Attributes
    ----------
    epoch : int
        Always 0.
    tile_ready : signal of (Tile,)
    facts_ready : signal of (SampleFacts,)
    epoch_changed : signal of (int,)
        Never emitted.
    """

    epoch: int

    @property
    def tile_ready(self) -> SignalInstance: ...

    @property
    def facts_ready(self) -> SignalInstance: ...

    @property
    def epoch_changed(self) -> SignalInstance: ...

    def want(self, keys: Sequence[TileKey], size_px: int) -> None: ...

    def want_facts(self, indices: Sequence[int]) -> None: ...


class ShownDataset(Protocol):
    """A dataset that is looked at."""

    browse: Browse
    table: FactsTable
    facts_demand: FactsDemand
    overlays: Observable[OverlayState]

    @property
    def tiles(self) -> ShownTiles: ...

    @property
    def count(self) -> int:
        """How many samples there are."""

    @property
    def looks(self) -> Looks:
        """How each class is drawn."""

    @property
    def usual_size(self) -> tuple[int, int]:
        """Width and height that most pictures have."""

    @property
    def in_viewport(self) -> bool:
        """Its samples can be drawn again, in the viewport."""

    @property
    def lacking(self) -> Mapping[str, str]:
        """Parts of the overlays' state that none of its labels has -> why; a part that is not named may be there."""

    def size(self, place: int) -> tuple[int, int]:
        """Width and height of a picture at its largest."""

    def number(self, place: int) -> int:
        """Return the number of a sample."""

    def title(self, place: int) -> str:
        """Return what a sample is called below its picture."""

    def told(self, place: int) -> str:
        """Return what a sample is called in a sentence."""

    def shown(self) -> Sequence[int]:
        """Return the places of the samples that are asked for, in their order."""
