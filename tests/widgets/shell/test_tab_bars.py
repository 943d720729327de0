"""One tab bar a group of docks is seen, and no other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget
from pytestqt.qtbot import QtBot

from myriorama.app.finding import find_project
from myriorama.widgets.application import Application
from myriorama.widgets.main_window.tab_bars import hide_stray_tab_bars


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


def test_a_second_bar_with_the_same_tabs_is_hidden_and_the_one_over_the_docks_stays(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    docks = [QDockWidget(title, window) for title in ("One", "Two")]
    for dock in docks:
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
    window.tabifyDockWidget(*docks)
    window.resize(500, 400)
    window.show()
    qtbot.waitExposed(window)
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    qtbot.waitUntil(lambda: any(b.isVisible() for b in window.findChildren(QTabBar, options=direct)))
    real = next(b for b in window.findChildren(QTabBar, options=direct) if b.isVisible())
    left = QTabBar(window)
    for dock in docks:
        left.addTab(dock.windowTitle())
    left.setGeometry(real.geometry().translated(30, 17))
    left.show()
    assert hide_stray_tab_bars(window, docks) == 1
    assert left.isHidden()
    assert real.isVisible()
