"""The menu of the grid: the actions of the gallery, with their keys in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from myriorama.widgets.panel import Bound
from myriorama.widgets.theme import icon


def samples_menu(bounds: Iterable[Bound], shortcuts: Mapping[str, tuple[str, ...]], parent: QWidget) -> QMenu:
    """Return a menu that goes when it is closed; stars have one of their own."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    stars = QMenu("Stars", menu)
    stars.setIcon(icon("star-outline"))
    for bound in bounds:
        action = bound.action
        if action.context != "gallery":
            continue
        item = QAction(icon(action.icon), action.title, menu)
        item.setToolTip(action.help)
        keys = shortcuts.get(action.id, action.keys)
        if keys:
            item.setShortcut(QKeySequence.fromString(keys[0], QKeySequence.SequenceFormat.PortableText))
            item.setShortcutVisibleInContextMenu(True)
            item.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # shown here; the key itself is the grid's
        item.setEnabled(bound.enabled is None or bound.enabled())
        if action.checkable:
            item.setCheckable(True)
            item.setChecked(bound.checked is not None and bound.checked())
        item.triggered.connect(partial(_run, bound))
        if ".stars_" not in action.id:
            menu.addAction(item)
            continue
        stars.addAction(item)
        if action.id.endswith("_0"):
            menu.addMenu(stars)
            menu.addSeparator()
    return menu


def _run(bound: Bound, checked: bool = False) -> None:
    if bound.action.checkable:
        bound.run(checked)
    else:
        bound.run()
