"""The jobs as rows of a table. What did not change is not told, so selection and scrolling stay where they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from myriorama.app.amounts import size_text
from myriorama.app.queue_view.figures import (
    MEANINGS,
    TONES,
    JobFigures,
    left_text,
    room_short,
    samples_text,
    size_told,
    workers_text,
)
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import theme

COLUMNS: Final = ("Job", "State", "Samples", "Images/s", "Time left", "Written", "Workers", "Priority")
JOB, STATE, SAMPLES, RATE, LEFT, SIZE, WORKERS, PRIORITY = range(len(COLUMNS))
FIGURES: Final = Qt.ItemDataRole.UserRole
"""The row's `JobFigures`."""
POINTS: Final = Qt.ItemDataRole.UserRole + 1
"""The rate over time, for the plot."""
_MIME: Final = "application/x-myriorama-job"
_NOWHERE: Final = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class JobsModel(QAbstractTableModel):
    """One row a job, in the order in which they are made.

    Parameters
    ----------
    points : callable
        Job -> (seconds, images a second), oldest first.

    Signals
    -------
    moved : (str, object)
        A job was dropped before another one; None: at the end.
    priority_given : (str, int)
        A priority was typed.
    """

    moved = Signal(str, object)
    priority_given = Signal(str, int)

    def __init__(self, points: Callable[[str], Sequence[tuple[float, float]]], parent: QObject) -> None:
        super().__init__(parent)
        self._points = points
        self._rows: list[JobFigures] = []

    @property
    def rows(self) -> Sequence[JobFigures]:
        return self._rows

    def row_of(self, job: str) -> int:
        """Return the row of a job, -1 where there is none."""
        return next((k for k, row in enumerate(self._rows) if row.id == job), -1)

    def show(self, rows: Sequence[JobFigures]) -> None:
        """Show these jobs: rows go, come, move and change, each by itself."""
        wanted = [row.id for row in rows]
        for k in range(len(self._rows) - 1, -1, -1):
            if self._rows[k].id not in wanted:
                self.beginRemoveRows(_NOWHERE, k, k)
                del self._rows[k]
                self.endRemoveRows()
        for k, row in enumerate(rows):
            at = self.row_of(row.id)
            if at < 0:
                self.beginInsertRows(_NOWHERE, k, k)
                self._rows.insert(k, row)
                self.endInsertRows()
                continue
            if at != k:  # always from below: what is above is in place already
                self.beginMoveRows(_NOWHERE, at, at, _NOWHERE, k)
                self._rows.insert(k, self._rows.pop(at))
                self.endMoveRows()
            if self._rows[k] != row:
                self._rows[k] = row
                self.dataChanged.emit(self.index(k, 0), self.index(k, len(COLUMNS) - 1))

    # -- what views ask --------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _HEADER_TIPS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.EditRole and column == PRIORITY:
            return row.priority
        if role == FIGURES:
            return row
        if role == POINTS:
            return self._points(row.id)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(row, column))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]}: {_text(row, column) or 'nothing'}"
        if role == Qt.ItemDataRole.ForegroundRole and column == SIZE and room_short(row):
            return _color("warning")
        if role == Qt.ItemDataRole.TextAlignmentRole and column == PRIORITY:
            return Qt.AlignmentFlag.AlignCenter
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if self._rows[index.row()].can("reorder"):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if index.column() == PRIORITY:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != PRIORITY:
            return False
        row = self._rows[index.row()]
        if int(value) != row.priority:
            self.priority_given.emit(row.id, int(value))
        return True

    # -- dragging --------------------------------------------------------------------------------------------------

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        carried = QMimeData()
        if indexes:
            carried.setData(_MIME, self._rows[indexes[0].row()].id.encode())
        return carried

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        """Tell where a job was dropped; its row moves when the queue says so, and the view moves nothing itself."""
        job = bytes(data.data(_MIME).data()).decode()
        if self.row_of(job) < 0:
            return False
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self._rows)
        before = next((r.id for r in self._rows[at:] if r.id != job), None)
        self.moved.emit(job, before)
        return False


_HEADER_TIPS: Final = (
    "The project, and where its dataset is written",
    "Read from the job's database alone",
    "Written, failed and all samples",
    "Of the last samples, and over time",
    "With one standard deviation",
    "On the disk so far, and what is free there",
    "Render processes and their memory",
    "Higher goes first; double-click to change it",
)


def _text(row: JobFigures, column: int) -> str:
    if column == JOB:
        traced = "  path traced" if row.engine.startswith("path traced") else ""
        return f"{row.name}  {row.out.name}{traced}"
    if column == STATE:
        return row.word
    if column == SAMPLES:
        return samples_text(row)
    if column == RATE:
        return f"{row.images_per_s:.1f}" if row.images_per_s else ""
    if column == LEFT:
        return left_text(row)
    if column == SIZE:
        return size_told(row)
    if column == WORKERS:
        return workers_text(row)
    return f"{row.priority:+d}" if row.priority else "0"


def _tip(row: JobFigures, column: int) -> str:
    if column == JOB:
        traced = f"\nEngine: {row.engine}" if row.engine.startswith("path traced") else ""
        return f"{row.name}\n{row.place}{traced}"
    if column == STATE:
        if row.state == "waiting for disk":
            return row.meaning
        return MEANINGS[row.state] + (f"\n{row.told}" if row.told else "")
    if column == SIZE and room_short(row):
        return "What is still to be written is more than the disk has left"
    if column == WORKERS and row.workers:
        return "\n".join(f"process {pid}: {size_text(size)}" for pid, size in row.workers)
    return _text(row, column)


def tone_color(row: JobFigures) -> str:
    """Return the colour in which a job's state is told."""
    tone = TONES[row.state]
    return str(getattr(theme(), tone)) if tone else theme().text


def _color(name: str) -> Any:
    from PySide6.QtGui import QColor

    return QColor(getattr(theme(), name))
