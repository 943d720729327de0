"""Tab bars that Qt leaves behind: while docks are grouped step by step it makes bars that no group uses afterwards,
and keeps drawing them. This hides those; it deletes none, because Qt may use them again.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar


def hide_stray_tab_bars(window: QMainWindow, docks: Iterable[QDockWidget]) -> int:
    """Hide each tab bar of the window whose tabs are not those of a group of docks; return how many were."""
    groups = set()
    for dock in docks:
        if not dock.isFloating() and not dock.isHidden():
            beside = [d for d in window.tabifiedDockWidgets(dock) if not d.isHidden()]
            groups.add(frozenset(d.windowTitle() for d in (dock, *beside)))
    hidden = 0
    for bar in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        titles = frozenset(bar.tabText(i) for i in range(bar.count()))
        if titles not in groups and not bar.isHidden():
            bar.hide()
            hidden += 1
    return hidden
