"""One tab bar a group of docks is seen, and no other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from myriorama.app.finding import find_project
from myriorama.widgets.application import Application


def test_only_groups_of_docks_have_a_tab_bar(program: Application, qtbot: QtBot) -> None:
    window = program.window
    window.flow.open(Path(find_project("first_light")))
    qtbot.waitUntil(lambda: window.docks["gallery"].isVisible())

    def seen() -> list[str]:
        bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [bar.tabText(i) for bar in bars if bar.isVisible() for i in range(bar.count())]

    grouped = [d.windowTitle() for d in window.docks.values() if window.tabifiedDockWidgets(d)]
    assert len(grouped) >= 6
    qtbot.waitUntil(lambda: sorted(seen()) == sorted(grouped))
    for _ in range(3):
        window.reset_layout()
        qtbot.wait(600)  # Qt makes new bars with each restored layout
        assert sorted(seen()) == sorted(grouped)
