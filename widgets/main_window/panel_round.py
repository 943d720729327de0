"""The keyboard's way from panel to panel: left, middle, right, bottom, and round again.

It shows and hides none; a panel behind another one's tab is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from myriorama.widgets.main_window.panels import DOCKED
from myriorama.widgets.panel import Panel
from myriorama.widgets.viewport.panel import ViewportPanel

if TYPE_CHECKING:
    from myriorama.widgets.main_window.window import MainWindow


def go_on(window: MainWindow, forward: bool) -> None:
    """Put the keyboard into the next visible panel, or the one before; where it was in that one, if it was there."""
    panels = [window.panels[name] for name in _order() if not window.panels[name].visibleRegion().isEmpty()]
    takers = [(panel, taker) for panel in panels if (taker := _taker(panel)) is not None]
    if not takers:
        return
    focused = QApplication.focusWidget()
    owners = [panel for panel, _ in takers]
    here = next((k for k, p in enumerate(owners) if p is focused or (focused and p.isAncestorOf(focused))), None)
    if here is None:
        there = 0 if forward else len(takers) - 1
    else:
        there = (here + (1 if forward else -1)) % len(takers)
    takers[there][1].setFocus(Qt.FocusReason.TabFocusReason)


def _order() -> list[str]:
    names = {place: [kind.name for kind, at in DOCKED if at == place] for place in ("left", "right", "bottom")}
    return [*names["left"], ViewportPanel.name, *names["right"], *names["bottom"]]


def _taker(panel: Panel) -> QWidget | None:
    """Return what takes the keyboard in a panel: what had it last, else its home, else the first that Tab finds."""
    for known in (panel.focusWidget(), panel.keyboard_home()):
        if known is not None and _takes(known):
            return known
    found: QWidget | None = panel
    while found is not None:
        if _takes(found) and (found is panel or panel.isAncestorOf(found)):
            return found
        found = found.nextInFocusChain()
        if found is panel:
            break
    return None


def _takes(widget: QWidget) -> bool:
    by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return by_tab and widget.isVisible() and widget.isEnabled()
