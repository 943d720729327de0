"""Tab bars that Qt leaves behind: while docks are grouped step by step it makes bars that no group uses afterwards,
and keeps drawing them. This hides those; it deletes none, because Qt may use them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

_NEAR_PX: Final = 3


def hide_stray_tab_bars(window: QMainWindow, docks: Iterable[QDockWidget]) -> int:
    """Hide each tab bar of the window that is not the one over a group of docks; return how many were.

    A bar may have a group's very tabs and yet be one that was left behind: then another one stands over the docks.
    """
    groups: dict[frozenset[str], QDockWidget] = {}
    for dock in docks:
        if not dock.isFloating() and not dock.isHidden():
            beside = [d for d in window.tabifiedDockWidgets(dock) if not d.isHidden()]
            group = [dock, *beside]
            on_top = next((d for d in group if not d.visibleRegion().isEmpty()), dock)
            groups[frozenset(d.windowTitle() for d in group)] = on_top
    bars: defaultdict[frozenset[str], list[QTabBar]] = defaultdict(list)
    for bar in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if not bar.isHidden():
            bars[frozenset(bar.tabText(i) for i in range(bar.count()))].append(bar)
    stray: list[QTabBar] = []
    for titles, found in bars.items():
        if titles not in groups:
            stray += found
        elif len(found) > 1:
            over = [bar for bar in found if _stands_over(bar, groups[titles])]
            stray += [bar for bar in found if over and bar is not over[-1]]
    for bar in stray:
        bar.hide()
    return len(stray)


def _stands_over(bar: QTabBar, dock: QDockWidget) -> bool:
    return bar.x() == dock.x() and abs(bar.geometry().bottom() + 1 - dock.y()) <= _NEAR_PX
