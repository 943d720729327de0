"""The steps as Qt sees them: the start, then each step; what was undone is still there, slanted.

It follows the history; it makes no step.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFont

from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

START: Final = "Start"


class StepsModel(QAbstractListModel):
    """Row n is the state after n steps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._done = 0

    @property
    def done(self) -> int:
        """How many steps are in force."""
        return self._done

    def show(self, labels: tuple[str, ...], done: int) -> None:
        """Show another history, telling only what is different."""
        old = self._labels
        same = next(
            (i for i, (a, b) in enumerate(zip(old, labels, strict=False)) if a != b), min(len(old), len(labels))
        )
        if len(old) > same:
            self.beginRemoveRows(QModelIndex(), same + 1, len(old))
            self._labels = old[:same]
            self.endRemoveRows()
        if len(labels) > same:
            self.beginInsertRows(QModelIndex(), same + 1, len(labels))
            self._labels = labels
            self.endInsertRows()
        before, self._done = self._done, done
        low, high = sorted((min(before, len(labels)), done))
        self.dataChanged.emit(self.index(low), self.index(high))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._labels) + 1

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = index.row()
        title = self._labels[row - 1] if row else START
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{title}\n{'The project is here now.' if row == self._done else 'Click to go there.'}")
        if role == Qt.ItemDataRole.DecorationRole:
            return icon("circle-medium", theme().accent) if row == self._done else icon("circle-small", theme().border)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme().text if row <= self._done else theme().dim)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(1, theme().row)  # as wide as the list: a long label is cut with dots, not scrolled to
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setItalic(row > self._done)
            font.setWeight(QFont.Weight.DemiBold if row == self._done else QFont.Weight.Normal)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "current" if row == self._done else "undone" if row > self._done else "done"
            return f"{title}, {state}"
        return None
