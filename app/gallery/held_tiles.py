"""The thumbnails that are at hand, within a budget of bytes, and which of them still show the project as it is.

It asks nobody for a picture: what to ask for, and when, is decided where one can see what is in view.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from psygnal import Signal

from myriorama.app.pictures.overlay import OverlayItem
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.tiles import SampleFacts, Tile, TileKey
from myriorama.app.queue_view.shown import ShownTiles

TILE_BYTES: Final = 40 * 2**20
_NEARLY: Final = 0.95
"""A picture counts as large enough from this share of the size on: sizes are rounded on the way."""


class HeldTiles:
    """Tiles by key, the least recently used forgotten first; and the recipe of every sample that was seen.

    Parameters
    ----------
    service : TileService or ShownTiles
    limit_bytes : int

    Attributes
    ----------
    traced : frozenset of int
        Samples whose pictures are to be path traced: another one does not serve.
    arrived : signal of (TileKey,)
    recipe_known : signal of (int,)
        The current recipe of this sample became known, or became another.
    restarted : signal of ()
        The project changed: everything held is stale now.
    """

    arrived = Signal(object)
    recipe_known = Signal(int)
    restarted = Signal()

    def __init__(self, service: TileService | ShownTiles, limit_bytes: int = TILE_BYTES) -> None:
        self._service = service
        self._limit = limit_bytes
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()
        self._bytes = 0
        self._recipes: dict[int, str] = {}
        self._ready: set[TileKey] = set()
        self.traced: frozenset[int] = frozenset()
        service.tile_ready.connect(self._take_tile)
        service.facts_ready.connect(self._take_facts)
        service.epoch_changed.connect(self._restart)

    def close(self) -> None:
        """Listen no more."""
        for signal, slot in (
            (self._service.tile_ready, self._take_tile),
            (self._service.facts_ready, self._take_facts),
            (self._service.epoch_changed, self._restart),
        ):
            signal.disconnect(slot, missing_ok=True)

    @property
    def held_bytes(self) -> int:
        return self._bytes

    def get(self, key: TileKey) -> Tile | None:
        """Return the tile, stale or not, and keep it longer than those not asked for."""
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
        return tile

    def stale(self, tile: Tile) -> bool:
        """The project has changed since this picture was made."""
        return tile.epoch < self._service.epoch

    def outdated(self, tile: Tile) -> bool:
        """The project has changed since, or the picture is to be made by the other engine."""
        wanted = not tile.key.variant and tile.key.index in self.traced
        return self.stale(tile) or tile.traced != wanted

    def serves(self, key: TileKey, long_side_px: int) -> bool:
        """Say whether no better picture is needed: it is there, it is of the project as it is, and large enough."""
        tile = self._tiles.get(key)
        if tile is None or self.outdated(tile):
            return False
        return bool(tile.problem) or max(tile.rgb.shape[:2]) >= _NEARLY * long_side_px

    def recipe_of(self, index: int) -> str:
        """Return the recipe hash that the project as it is gives this sample; empty where it is not known yet."""
        return self._recipes.get(index, "")

    def ready(self, count: int) -> int:
        """Return how many of the samples 0..count-1 have had a picture of the project as it is."""
        return sum(not key.variant and key.index < count for key in self._ready)

    def forget_variants(self) -> None:
        """Let go of every picture of a sweep or a contact sheet."""
        for key in [key for key in self._tiles if key.variant]:
            self._bytes -= _size_of(self._tiles.pop(key))

    def clear(self) -> None:
        """Let go of everything: another project was opened."""
        self._tiles.clear()
        self._bytes = 0
        self._recipes.clear()
        self._ready.clear()
        self.restarted.emit()

    def _take_tile(self, tile: Tile) -> None:
        before = self._tiles.pop(tile.key, None)
        if before is not None:
            self._bytes -= _size_of(before)
            if before.epoch > tile.epoch:
                tile = before
        self._tiles[tile.key] = tile
        self._bytes += _size_of(tile)
        while self._bytes > self._limit and len(self._tiles) > 1:
            _, oldest = self._tiles.popitem(last=False)
            self._bytes -= _size_of(oldest)
        if tile.epoch >= self._service.epoch:
            self._ready.add(tile.key)
            if not tile.key.variant and tile.recipe_hash:
                self._learn(tile.key.index, tile.recipe_hash)
        self.arrived.emit(tile.key)

    def _take_facts(self, facts: SampleFacts) -> None:
        if facts.epoch >= self._service.epoch:
            self._learn(facts.index, facts.recipe_hash)

    def _learn(self, index: int, recipe_hash: str) -> None:
        if self._recipes.get(index) != recipe_hash:
            self._recipes[index] = recipe_hash
            self.recipe_known.emit(index)

    def _restart(self, epoch: int) -> None:
        self._recipes.clear()
        self._ready.clear()
        self.restarted.emit()


def _size_of(tile: Tile) -> int:
    return int(tile.rgb.nbytes) + sum(_item_bytes(item) for item in tile.items) + 500


def _item_bytes(item: OverlayItem) -> int:
    return int(item.mask.nbytes) + 400
