"""Asks for facts while somebody looks at them or filters by them, and for none otherwise.

A sample that could not be made is not asked for again before the project changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from psygnal import SignalInstance

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.table import FactsTable
from myriorama.app.preview.tiles import SampleFacts
from myriorama.app.settings.store import Settings, SettingsStore

_BATCH: Final = 500
_SPARE: Final = 8


class FactsSource(Protocol):
    """Whatever makes or reads facts: the gallery's processes, a written dataset."""

    @property
    def facts_ready(self) -> SignalInstance: ...

    @property
    def epoch_changed(self) -> SignalInstance: ...

    def want_facts(self, indices: Sequence[int]) -> None: ...


class FactsDemand:
    """Keeps the source of facts supplied with wishes for them.

    Parameters
    ----------
    tiles : FactsSource
    table : FactsTable
        What is known; it is told of facts and epochs before this is.
    browse : Browse
        While it filters or sorts, facts are needed.
    settings : SettingsStore
        How many samples there are.
    """

    def __init__(self, tiles: FactsSource, table: FactsTable, browse: Browse, settings: SettingsStore) -> None:
        self._tiles = tiles
        self._table = table
        self._browse = browse
        self._settings = settings
        self._holders: set[str] = set()
        self._asked: set[int] = set()
        self._full = False
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
        if not self.needed and self._asked:
            self._forget()
            self._tiles.want_facts(())

    def _on_epoch(self) -> None:
        self._forget()
        self._ask_more()

    def _forget(self) -> None:
        self._asked.clear()
        self._tried.clear()
        self._full = False

    def _on_settings(self, value: Settings) -> None:
        self._ask_more()

    def _on_facts(self, facts: SampleFacts) -> None:
        self._asked.discard(facts.index)
        if self._full and len(self._asked) <= _SPARE:
            # a few may have failed, which nobody tells: they are asked for again with the next ones
            self._tried -= self._asked
            self._asked.clear()
            self._ask_more()

    def _ask_more(self) -> None:
        if self._asked or not self.needed:
            return
        wanted: list[int] = []
        for index in range(self._settings.value.gallery_count):
            if index not in self._tried and (not self._table.recipe_hash(index) or self._table.is_stale(index)):
                wanted.append(index)
                if len(wanted) == _BATCH:
                    break
        if not wanted:
            return
        self._full = len(wanted) == _BATCH
        self._tried.update(wanted)
        self._asked = set(wanted)
        self._tiles.want_facts(wanted)
