"""Asks for facts while somebody looks at them or filters by them, and for none otherwise.

A sample that could not be made is not asked for again before the project changes.
"""

from __future__ import annotations

from typing import Final

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.table import FactsTable
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.tiles import SampleFacts
from myriorama.app.settings.store import Settings, SettingsStore

_BATCH: Final = 500


class FactsDemand:
    """Keeps the tile service supplied with wishes for facts.

    Parameters
    ----------
    tiles : TileService
    table : FactsTable
        What is known; it is told of facts and epochs before this is.
    browse : Browse
        While it filters or sorts, facts are needed.
    settings : SettingsStore
        How many samples there are.
    """

    def __init__(self, tiles: TileService, table: FactsTable, browse: Browse, settings: SettingsStore) -> None:
        self._tiles = tiles
        self._table = table
        self._browse = browse
        self._settings = settings
        self._holders: set[str] = set()
        self._batch: tuple[int, ...] = ()
        self._left = 0
        self._tried: set[int] = set()
        tiles.epoch_changed.connect(self._on_epoch)
        tiles.facts_ready.connect(self._on_facts)
        browse.changed.connect(self._ask_more)
        settings.changed.connect(self._on_settings)

    @property
    def needed(self) -> bool:
        """Somebody looks at facts, or the samples are filtered or sorted by them."""
        order = self._browse.value
        return bool(self._holders or order.conditions or order.sort not in ("", "index"))

    def hold(self, name: str) -> None:
        """Need facts until `release` of the same name."""
        self._holders.add(name)
        self._ask_more()

    def release(self, name: str) -> None:
        """Need them no more."""
        self._holders.discard(name)
        if not self.needed and self._left:
            self._batch, self._left = (), 0
            self._tried.clear()
            self._tiles.want_facts(())

    def _on_epoch(self) -> None:
        self._batch, self._left = (), 0
        self._tried.clear()
        self._ask_more()

    def _on_settings(self, value: Settings) -> None:
        self._ask_more()

    def _on_facts(self, facts: SampleFacts) -> None:
        if not self._batch:
            return
        self._left -= 1
        if self._left <= 0 or facts.index == self._batch[-1]:
            self._batch, self._left = (), 0
            self._ask_more()

    def _ask_more(self) -> None:
        if self._batch or not self.needed:
            return
        count = self._settings.value.gallery_count
        wanted: list[int] = []
        for index in range(count):
            if index not in self._tried and (not self._table.recipe_hash(index) or self._table.is_stale(index)):
                wanted.append(index)
                if len(wanted) == _BATCH:
                    break
        if not wanted:
            return
        self._tried.update(wanted)
        self._batch, self._left = tuple(wanted), len(wanted)
        self._tiles.want_facts(wanted)
