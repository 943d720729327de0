"""The menu of a row: what can be done with its value."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from myriorama.app.inspection.changes import sweep_range
from myriorama.app.inspection.rows import MIXED, Row
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.theme import icon


def row_menu(row: Row, editing: RowEditing, parent: QWidget) -> QMenu:
    """Return the menu of a row; it deletes itself when it is closed."""
    menu = QMenu(parent)
    menu.setObjectName("row_menu")
    menu.setAccessibleName(f"Menu of {row.full_title}")

    def add(title: str, symbol: str, run: Callable[[Row], object], enabled: bool = True) -> None:
        action = menu.addAction(icon(symbol), title)
        action.setEnabled(enabled)
        action.triggered.connect(lambda: run(row))

    varies = row.state == "varied"
    known = row.value is not MIXED and row.value is not None
    add("Reset to default" if row.state != "unset" else "Reset", "restore", editing.reset, editing.can_reset(row))
    if row.can_vary or row.parts:
        title = "Make it fixed" if varies else "Let it vary"
        add(title, "dice-5-outline", editing.toggle_varied, not row.locked)
    if varies and not row.parts:
        add("Vary only this", "tune-variant", editing.vary_only)
    menu.addSeparator()
    add("Copy value", "content-copy", editing.copy_value, known)
    add("Paste value", "content-paste", editing.paste_value, not row.locked)
    add("Copy path", "link-variant", editing.copy_path)
    add("Copy as Python", "language-python", editing.copy_python, not row.special or row.special == "count")
    menu.addSeparator()
    add(
        "Unlock" if row.locked else "Lock",
        "lock-open-variant-outline" if row.locked else "lock-outline",
        lambda r: editing.set_locked(r, not r.locked),
    )
    add(
        "Sweep in the gallery",
        "arrow-expand-horizontal",
        editing.sweep,
        sweep_range(row) is not None and not row.locked,
    )
    section = row.addresses[0].section
    if section.startswith("views/"):
        menu.addSeparator()
        uid = section.removeprefix("views/")
        add(editing.removal_of(uid), "delete-outline", lambda _: editing.remove_view(uid))
    return menu


def open_menu(row: Row, editing: RowEditing, where: QPoint, parent: QWidget) -> None:
    """Open the menu of a row at a place of the screen."""
    menu = row_menu(row, editing, parent)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)
