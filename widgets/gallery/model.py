"""The rows of the grid: sample numbers, and what a screen reader says of each. No object per row exists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from myriorama.widgets.plain import plain_tip

_NOWHERE: Final = QModelIndex()


class SamplesModel(QAbstractListModel):
    """Samples in the order in which they are shown.

    Parameters
    ----------
    told : callable
        Sample -> one line about it, for assistive technology.
    tip : callable
        Sample -> tooltip, plain text.
    """

    def __init__(self, told: Callable[[int], str], tip: Callable[[int], str], parent: QObject) -> None:
        super().__init__(parent)
        self._told = told
        self._tip = tip
        self._shown: Sequence[int] = ()
        self._rows: dict[int, int] | None = None

    @property
    def shown(self) -> Sequence[int]:
        return self._shown

    def show(self, indices: Sequence[int]) -> None:
        """Show these samples."""
        self.beginResetModel()
        self._shown = indices
        self._rows = None
        self.endResetModel()

    def row_of(self, index: int) -> int:
        """Return the row of a sample, -1 where it is not shown."""
        if isinstance(self._shown, range):
            return index if index in self._shown else -1
        if self._rows is None:
            self._rows = {sample: row for row, sample in enumerate(self._shown)}
        return self._rows.get(index, -1)

    def changed(self, index: int) -> None:
        """Tell views that a sample looks different now."""
        row = self.row_of(index)
        if row >= 0:
            cell = self.index(row)
            self.dataChanged.emit(cell, cell)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not 0 <= row < len(self._shown):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._told(self._shown[row])
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(self._shown[row]))
        return None
