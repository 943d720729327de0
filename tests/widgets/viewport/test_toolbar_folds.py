"""The viewport's toolbar at any width: every action has a button that is seen, or a named row in its group's menu."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot


def resized(shown: Any, qtbot: QtBot, width: int) -> Any:
    """Give the viewport a width; return its toolbar."""
    bar = shown.panel.toolbar
    shown.panel.window().resize(width, 500)
    qtbot.waitUntil(lambda: bar.width() == width)
    return bar


def reached(bar: Any) -> set[str]:
    """Return the names of buttons that lie wholly within the bar, and those in menus of groups that do."""
    buttons = [b for b in bar.findChildren(QToolButton) if b.isVisible() and b.geometry().right() <= bar.width()]
    names = {b.accessibleName() for b in buttons}
    for fold in bar.folds:
        if fold.folded and fold.button in buttons:
            fold.menu.aboutToShow.emit()
            rows = [row.text().partition("\t") for row in fold.menu.actions()]
            names |= {title for title, _, keys in rows if keys}
    return names


@pytest.mark.parametrize("width", [450, 600, 700, 1300])
def test_nothing_is_out_of_reach_at_any_width(shown: Any, qtbot: QtBot, width: int) -> None:
    bar = resized(shown, qtbot, width)
    wanted = {bound.action.title for id_, bound in bar._bound.items() if id_.partition(".")[2] in bar._buttons}
    assert len(wanted) == 22
    qtbot.waitUntil(lambda: reached(bar) >= wanted)


def test_groups_fold_one_after_the_other_and_layers_last(shown: Any, qtbot: QtBot) -> None:
    bar = resized(shown, qtbot, 1300)
    assert [fold.folded for fold in bar.folds] == [False, False, False]
    _, icons, look, labels, layers = bar._steps_px
    assert icons > look > labels > layers
    slider = 70 - 36
    assert [f.folded for f in resized(shown, qtbot, icons - slider - 1).folds] == [True, False, False]
    assert [f.folded for f in resized(shown, qtbot, look - slider - 1).folds] == [True, True, False]
    assert [f.folded for f in resized(shown, qtbot, labels - slider - 1).folds] == [True, True, True]


def test_a_folded_group_does_and_tells_the_same(shown: Any, qtbot: QtBot) -> None:
    bar = resized(shown, qtbot, 450)
    layers = bar.folds[2]
    assert layers.folded
    assert layers.button.text() == "RGB"
    layers.menu.aboutToShow.emit()
    next(row for row in layers.menu.actions() if row.text().startswith("Depth")).trigger()
    assert shown.studio.overlays.value.base == "depth"
    assert layers.button.text() == "Depth"
    assert layers.button.accessibleName() == "Layer: Depth"
    layers.menu.aboutToShow.emit()
    assert [row.text().partition("\t")[0] for row in layers.menu.actions() if row.isChecked()] == ["Depth"]
