"""The list of troubles as Qt's views read it."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from myriorama.app.problems import Problems, Trouble
from myriorama.widgets.binding import bind
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

COLUMNS: Final = ("Problem", "Where", "How to fix it")
_ICONS: Final = {"error": "alert-circle", "warning": "alert", "note": "information"}
_Index = QModelIndex | QPersistentModelIndex


class TroubleModel(QAbstractTableModel):
    """One row a trouble, errors first."""

    def __init__(self, problems: Problems) -> None:
        super().__init__()
        self._problems = problems
        self._rows = problems.all
        bind(self, problems.changed, self._on_problems_changed)

    def trouble(self, row: int) -> Trouble:
        return self._rows[row]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        trouble = self._rows[index.row()]
        text = (trouble.message, trouble.place, trouble.way_out)[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(text)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            tokens = theme()
            color = {"error": tokens.error, "warning": tokens.warning, "note": tokens.accent}[trouble.severity]
            return icon(_ICONS[trouble.severity], color)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{trouble.severity}: {text}" if index.column() == 0 else text
        return None

    def _on_problems_changed(self) -> None:
        self.beginResetModel()
        self._rows = self._problems.all
        self.endResetModel()
