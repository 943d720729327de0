"""A gallery fed with made-up tiles: whatever is wanted comes at once, unless it is held back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from myriorama.app.pictures.overlay import OverlayItem
from myriorama.app.preview.tiles import ObjectFacts, SampleFacts, Tile, TileKey
from myriorama.app.studio import Studio
from myriorama.widgets.gallery.panel import GalleryPanel


def made_up_tile(key: TileKey, epoch: int, size_px: int, problem: str = "", generation: int = 0) -> Tile:
    """A tile whose colours, objects and recipe follow from its key."""
    height = size_px * 9 // 16
    rgb = np.full((height, size_px, 3), 40 + key.index % 180, dtype=np.uint8)
    side = height // 3
    mask = np.ones((side, side), dtype=bool)
    items = tuple(
        OverlayItem(side * (k % 4), side * (k // 4), mask, "mug", f"{key.index}/{k}") for k in range(1 + key.index % 3)
    )
    recipe = f"{key.index:08x}{generation:08x}"
    if problem:
        rgb, items = np.full((1, 1, 3), 128, dtype=np.uint8), ()
    return Tile(key, epoch, f"{key.index:08d}-{recipe}", recipe, rgb, items, problem)


@dataclass
class Feeder:
    """Stands for the workers: answers what the panel wants."""

    studio: Studio
    held_back: set[int] = field(default_factory=set)
    problems: dict[int, str] = field(default_factory=dict)
    generation: int = 0
    answers: bool = True
    wanted: list[tuple[tuple[TileKey, ...], int]] = field(default_factory=list)

    def want(self, keys: Sequence[TileKey], size_px: int) -> None:
        self.wanted.append((tuple(keys), size_px))
        if self.answers:
            self.answer(keys, size_px)

    def answer(self, keys: Sequence[TileKey], size_px: int) -> None:
        tiles = self.studio.tiles
        for key in keys:
            if key.index not in self.held_back:
                problem = self.problems.get(key.index, "")
                made = made_up_tile(key, tiles.epoch, size_px, problem, self.generation)
                tiles.tile_ready.emit(replace(made, traced=key.index in tiles.traced and not key.variant))

    def restart(self) -> None:
        """The project changed: everything is stale."""
        self.generation += 1
        self.studio.tiles.epoch += 1
        self.studio.tiles.epoch_changed.emit(self.studio.tiles.epoch)

    def facts(self, index: int, **values: float) -> None:
        """Let the facts of a sample come in; it has `index` objects modulo 3, plus one."""
        tiles = self.studio.tiles
        thing = ObjectFacts("mugs/0", 1, "mug", (1, 1, 20, 20), 300, 0.5, 1.0 + index, (0.0, 0.0, 1.0))
        recipe = f"{index:08x}{self.generation:08x}"
        facts = SampleFacts(
            index, tiles.epoch, f"{index:08d}-{recipe}", recipe, 640, 480, (thing,) * (1 + index % 3), 0, values
        )
        tiles.facts_ready.emit(facts)


@pytest.fixture
def feeder(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Feeder:
    """Takes the place of the workers; no process is started."""
    made = Feeder(studio)
    monkeypatch.setattr(studio.tiles, "want", made.want)
    monkeypatch.setattr(studio.tiles, "want_facts", lambda indices: None)
    monkeypatch.setattr(studio.tiles, "set_variants", lambda variants: None)
    monkeypatch.setattr(studio.tiles, "set_project", lambda *args: None)
    return made


@pytest.fixture
def panel(
    qtbot: QtBot, open_example: Callable[[str], Studio], feeder: Feeder, monkeypatch: pytest.MonkeyPatch
) -> GalleryPanel:
    """The panel with an example of 40 samples, shown, with the keyboard in the grid."""
    settings = feeder.studio.settings
    settings.set(settings.value.model_copy(update={"gallery_count": 40, "tile_px": 128}))
    monkeypatch.setattr(feeder.studio.preview, "request", lambda wanted: 0)
    made = GalleryPanel(feeder.studio)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    open_example("first_light")
    qtbot.waitUntil(lambda: made.gallery.held.ready(40) > 0)
    made.grid.setFocus()
    return made
