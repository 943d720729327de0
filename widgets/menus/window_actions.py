"""One QAction for every row of the action table: for menus, tool bars and keys alike.

What a key means where is Qt's to decide, by the widget that the keyboard is in; nothing here reads key events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from myriorama.app.actions import ActionTable
from myriorama.widgets.binding import bind
from myriorama.widgets.theme import icon

_OWN = Qt.ShortcutContext.WidgetWithChildrenShortcut


class WindowActions(QObject):
    """The QActions of a window, by id.

    Parameters
    ----------
    refused : callable
        Told the title of an action whose key was pressed while it cannot be done.
    """

    def __init__(self, table: ActionTable, window: QWidget, refused: Callable[[str], None]) -> None:
        super().__init__(window)
        self._table = table
        self._refused = refused
        self._actions: dict[str, QAction] = {}
        bind(self, table.keys_changed, self._set_keys)

    def __getitem__(self, id_: str) -> QAction:
        return self._actions[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def add(self, id_: str, widget: QWidget) -> QAction:
        """Make the QAction of a row; its keys hold while the keyboard is within `widget`."""
        row = self._table[id_].action
        made = QAction(row.title, self)
        made.setObjectName(id_)
        made.setCheckable(row.checkable)
        if row.icon:
            made.setIcon(icon(row.icon))
        window_wide = row.context == "window"
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut if window_wide else _OWN)
        made.setShortcuts(self._sequences(id_))
        made.setToolTip(row.help)
        made.setStatusTip(row.help)
        made.triggered.connect(self._on_triggered)
        self._actions[id_] = made
        widget.addAction(made)
        return made

    def refresh(self, ids: list[str]) -> None:
        """Ask which of these can be done now, and which are on."""
        for id_ in ids:
            action, row = self._actions[id_], self._table[id_]
            action.setEnabled(self._table.can_run(id_))
            if row.checked is not None:
                action.setChecked(row.checked())

    def enable_all(self, ids: list[str]) -> None:
        """Let keys reach every action again; whether it can be done is asked when one is pressed."""
        for id_ in ids:
            self._actions[id_].setEnabled(True)

    def _sequences(self, id_: str) -> list[QKeySequence]:
        portable = QKeySequence.SequenceFormat.PortableText
        return [QKeySequence.fromString(key, portable) for key in self._table.keys(id_)]

    def _set_keys(self) -> None:
        for id_, action in self._actions.items():
            action.setShortcuts(self._sequences(id_))

    def _on_triggered(self, checked: bool) -> None:
        action = self.sender()
        if not isinstance(action, QAction):
            return
        id_ = action.objectName()
        row = self._table[id_]
        if not row.action.checkable:
            done = self._table.run(id_)
        else:
            before = row.checked() if row.checked is not None else not checked
            done = self._table.run(id_, not before)
            action.setChecked(row.checked() if row.checked is not None else checked)
        if not done:
            self._refused(row.action.title)
