"""Tiles made by path tracing: chosen, badged, dimmed while they come, and back to raster."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from myriorama.app.preview.tiles import TileKey
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.widgets.gallery.panel import GalleryPanel


@pytest.fixture(autouse=True)
def tracer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("myriorama.app.preview.tracer_here.look", lambda: TracerFound(True))


def press(qtbot: QtBot, panel: GalleryPanel) -> None:
    qtbot.keyClick(panel.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)


def test_the_chosen_tile_is_traced_and_back(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    feeder.held_back = {0}
    press(qtbot, panel)
    assert panel.studio.tiles.traced == {0}
    keys, side_px = feeder.wanted[-1]
    assert keys[0] == TileKey(0)
    look = panel.looks.sample(0, False, False, False)
    assert look.stale
    assert not look.traced
    feeder.held_back = set()
    feeder.answer(keys, side_px)
    look = panel.looks.sample(0, False, False, False)
    assert look.traced
    assert not look.stale
    assert "Path traced" in panel.looks.tip(0)
    assert not panel.looks.sample(1, False, False, False).traced
    press(qtbot, panel)
    assert panel.studio.tiles.traced == frozenset()
    assert not panel.looks.sample(0, False, False, False).traced


def test_the_badge_is_painted(qtbot: QtBot, panel: GalleryPanel) -> None:
    before = panel.grid.viewport().grab().toImage()
    press(qtbot, panel)
    qtbot.wait(50)
    after = panel.grid.viewport().grab().toImage()
    rect = panel.grid.visualRect(panel.grid.model().index(0, 0))
    changed = [
        (x, y)
        for x in range(rect.left(), rect.right(), 2)
        for y in range(rect.top(), rect.top() + rect.height() // 2, 2)
        if before.pixelColor(x, y) != after.pixelColor(x, y)
    ]
    assert changed
    assert min(x for x, _ in changed) > rect.center().x()


MISSING = TracerFound(False, "the path tracer needs the package mitsuba", way_out="pip install 'myriorama[render]'")


def test_what_is_missing_is_said_instead(qtbot: QtBot, panel: GalleryPanel) -> None:
    panel.studio.tracer.set(MISSING)
    press(qtbot, panel)
    assert panel.studio.tiles.traced == frozenset()
    notice = panel.foot.notice
    assert "mitsuba" in notice.text
    assert "pip install" in notice.text
    (told,) = panel.studio.problems.all
    assert "pip install" in told.way_out
    press(qtbot, panel)
    assert panel.studio.problems.all == (told,), "told once"
    notice.close_button.click()
    assert notice.text == ""


def test_it_is_said_too_where_the_answer_came_after_the_wish(qtbot: QtBot, panel: GalleryPanel) -> None:
    panel.studio.tracer.close()  # its own answer never comes
    press(qtbot, panel)
    assert panel.studio.tiles.traced == {0}
    panel.studio.tracer.set(MISSING)
    assert panel.studio.tiles.traced == frozenset()
    assert not panel.looks.sample(0, False, False, False).traced
    assert "mitsuba" in panel.foot.notice.text
    assert len(panel.studio.problems.all) == 1


def test_the_reason_is_read_in_full_in_a_narrow_gallery(qtbot: QtBot, panel: GalleryPanel) -> None:
    panel.resize(420, 500)
    panel.studio.tracer.set(MISSING)
    press(qtbot, panel)
    label = panel.foot.notice.findChild(QLabel, "words")
    qtbot.waitUntil(lambda: label.width() > 100)
    needed = label.fontMetrics().boundingRect(0, 0, label.width(), 2000, Qt.TextFlag.TextWordWrap, label.text())
    assert needed.height() > label.fontMetrics().height() * 1.5, "it takes more than one line here"
    qtbot.waitUntil(lambda: label.height() >= needed.height())
    assert panel.foot.rect().contains(panel.foot.notice.geometry())
