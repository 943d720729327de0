"""Facts are asked for while they are needed, each sample once a state of the project."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from psygnal import Signal

from myriorama.app.browsing.browse import Browse, Condition
from myriorama.app.browsing.demand import FactsDemand
from myriorama.app.browsing.table import FactsTable
from myriorama.app.preview.tiles import SampleFacts
from myriorama.app.settings.store import SettingsStore


class Tiles:
    """Takes wishes; the test makes the facts."""

    facts_ready = Signal(SampleFacts)
    epoch_changed = Signal(int)

    def __init__(self) -> None:
        self.wishes: list[list[int]] = []

    def want_facts(self, indices: Sequence[int]) -> None:
        self.wishes.append(list(indices))


@pytest.fixture
def parts(facts_of: Callable[..., SampleFacts]) -> tuple[Tiles, FactsTable, Browse, FactsDemand]:
    tiles, table, browse, settings = Tiles(), FactsTable(), Browse(), SettingsStore(None)
    settings.set(settings.value.model_copy(update={"gallery_count": 4}))
    tiles.facts_ready.connect(table.add)
    tiles.epoch_changed.connect(table.start_epoch)
    return tiles, table, browse, FactsDemand(tiles, table, browse, settings)  # type: ignore[arg-type]


def test_only_while_somebody_looks(parts: tuple[Tiles, FactsTable, Browse, FactsDemand]) -> None:
    tiles, _, browse, demand = parts
    assert tiles.wishes == []
    demand.hold("statistics")
    assert tiles.wishes == [[0, 1, 2, 3]]
    demand.release("statistics")
    assert tiles.wishes[-1] == []
    browse.demand(Condition("objects", 1, None))
    assert tiles.wishes[-1] == [0, 1, 2, 3]


def test_what_is_known_is_not_asked_for_until_the_project_changes(
    parts: tuple[Tiles, FactsTable, Browse, FactsDemand], facts_of: Callable[..., SampleFacts]
) -> None:
    tiles, table, _, demand = parts
    demand.hold("statistics")
    for index in (0, 2, 3):  # sample 1 cannot be made
        tiles.facts_ready.emit(facts_of(index, epoch=0))
    assert tiles.wishes == [[0, 1, 2, 3]], "a sample that failed is not tried again"
    tiles.epoch_changed.emit(1)
    assert tiles.wishes == [[0, 1, 2, 3], [0, 1, 2, 3]]
    assert table.fresh == 0


def test_many_samples_are_asked_for_a_part_at_a_time(
    parts: tuple[Tiles, FactsTable, Browse, FactsDemand], facts_of: Callable[..., SampleFacts]
) -> None:
    tiles, table, _, demand = parts
    store: SettingsStore = demand._settings
    store.set(store.value.model_copy(update={"gallery_count": 1200}))
    demand.hold("statistics")
    failing = {0, 250, 499}
    for _ in range(5):
        for index in tiles.wishes[-1]:
            if index not in failing and not table.recipe_hash(index):
                tiles.facts_ready.emit(facts_of(index, epoch=0))
    assert [len(wish) for wish in tiles.wishes] == [500, 500, 216], "eight of each were still open"
    assert table.known == 1200 - len(failing)
