"""Rows of a class map as cells. It changes nothing: what is typed into a cell is told to whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from myriorama.app.conversion.class_map import ShownRow
from myriorama.widgets.theme import theme

CLASS, SHOWN, ID, OBJECTS, USE = range(5)
TITLES: Final = ("Class", "Shown as", "Id", "Objects", "Use")
USES: Final = ("label", "ignore", "drop")
USE_TITLES: Final = {"label": "label", "ignore": "ignore", "drop": "leave out"}
TIPS: Final = (
    "A class of the project",
    "The name that formats give it; classes of one name become one. Empty: its own",
    "The id that formats give it. Empty: its own; of merged classes the lowest",
    "Labelled objects of the class in the whole dataset",
    "label: shown. ignore: a region that a trainer neither rewards nor punishes. leave out: as if it were background",
)
_DIGITS: Final = 9
ROW_ROLE: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


def change_of(column: int, text: str) -> dict[str, Any]:
    """Return what a text in a column asks for, as `class_map.with_use` takes it; nothing in those that only tell."""
    text = text.strip()
    if column == SHOWN:
        return {"shown_name": text}
    if column == ID:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0 if not text else -1
        return {"shown_id": number}
    return {"use": text} if column == USE else {}


class ClassMapModel(QAbstractTableModel):
    """The rows.

    Parameters
    ----------
    ticks : bool
        A class has a tick that leaves it out, or brings it back.

    Attributes
    ----------
    wanted : signal of (str, dict)
        Class, and what should become of it, as `class_map.with_use` takes it.
    """

    wanted = Signal(str, object)

    def __init__(self, parent: QObject | None = None, *, ticks: bool = False) -> None:
        super().__init__(parent)
        self.rows: tuple[ShownRow, ...] = ()
        self.counts: Mapping[str, int] = {}
        self._ticks = ticks

    def set_rows(self, rows: tuple[ShownRow, ...]) -> None:
        """Show other rows; where the classes are the same ones, the selection and open editors stay."""
        if rows == self.rows:
            return
        if [row.name for row in rows] == [row.name for row in self.rows]:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, USE))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many objects each class has."""
        self.counts = counts
        if self.rows:
            self.dataChanged.emit(self.index(0, OBJECTS), self.index(len(self.rows) - 1, OBJECTS))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if section in (ID, OBJECTS) else Qt.AlignmentFlag.AlignLeft
            return right | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == CLASS and self._ticks:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        labelled = self.rows[index.row()].use == "label"
        if index.column() == USE or (index.column() in (SHOWN, ID) and labelled):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.EditRole:
            return {SHOWN: row.shown_name, ID: str(row.shown_id), USE: row.use}.get(column, self._text(row, column))
        if role == Qt.ItemDataRole.CheckStateRole and column == CLASS and self._ticks:
            return Qt.CheckState.Unchecked if row.use == "drop" else Qt.CheckState.Checked
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (ID, OBJECTS):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{TIPS[column]}. {row.told[:1].upper() + row.told[1:]}" if row.told else TIPS[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{TITLES[column]}: {self._text(row, column) or 'none'}" + (f" ({row.told})" if row.told else "")
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == CLASS:
            kept = Qt.CheckState(value) == Qt.CheckState.Checked
            self.wanted.emit(row.name, {"use": "label" if kept else "drop"})
            return True
        if role != Qt.ItemDataRole.EditRole or str(value) == str(self.data(index, role)):
            return False
        change = change_of(column, str(value))
        if change:
            self.wanted.emit(row.name, change)
        return True

    def _text(self, row: ShownRow, column: int) -> str:
        if column == CLASS:
            return row.name
        if column == USE:
            return USE_TITLES[row.use]
        if column == OBJECTS:
            if row.name not in self.counts:
                return ""
            return f"{self.counts[row.name]:,}" if row.kind == "thing" else row.kind
        if row.use != "label":
            return "–"
        return row.shown_name if column == SHOWN else str(row.shown_id)

    def _color(self, row: ShownRow, column: int) -> QColor | None:
        tokens = theme()
        if row.conflict and column in (SHOWN, ID):
            return QColor(tokens.error)
        own = (column == SHOWN and row.shown_name == row.name) or (column == ID and row.shown_id == row.id)
        if own or row.use == "drop" or column == OBJECTS or (row.use == "ignore" and column != USE):
            return QColor(tokens.dim)
        return None
