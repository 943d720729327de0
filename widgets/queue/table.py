"""The table of jobs: rows that can be dragged, columns that go where there is no room for them.

It shows and tells; what is done with a job is decided by whoever listens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QItemSelection, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from myriorama.app.queue_view.board import QueueBoard
from myriorama.app.queue_view.figures import JobFigures
from myriorama.widgets.binding import bind
from myriorama.widgets.queue.cells import ROW_PX, JobCells
from myriorama.widgets.queue.model import COLUMNS, JOB, LEFT, PRIORITY, RATE, SAMPLES, SIZE, STATE, WORKERS, JobsModel

_WIDTHS_PX: Final = {STATE: 126, SAMPLES: 156, RATE: 124, LEFT: 152, SIZE: 148, WORKERS: 84, PRIORITY: 70}
_NAME_PX: Final = 120
_FIRST_TO_GO: Final = (WORKERS, PRIORITY, SIZE, RATE, LEFT)
"""Columns that a narrow table does without, in this order; a job's details have them all."""


class JobsTable(QTableView):
    """The jobs of a board.

    Signals
    -------
    menu_wanted : (QPoint,)
        Global position.
    opened : (str,)
        A job was double-clicked, or Return was pressed on it.
    """

    menu_wanted = Signal(QPoint)
    opened = Signal(str)

    def __init__(self, board: QueueBoard, parent: QWidget) -> None:
        super().__init__(parent)
        self._board = board
        self.jobs = JobsModel(board.rates.of, self)
        self.setModel(self.jobs)
        self.setItemDelegate(JobCells(self))
        self.setAccessibleName("Jobs, in the order in which they are made")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setSectionResizeMode(JOB, QHeaderView.ResizeMode.Stretch)
        for column, width_px in _WIDTHS_PX.items():
            self.setColumnWidth(column, width_px)
        self.jobs.moved.connect(board.move)
        self.jobs.priority_given.connect(board.set_priority)
        self.doubleClicked.connect(self._on_double_click)
        bind(self, board.changed, self._on_rows)
        bind(self, board.selected.changed, self._on_selected)
        self._on_rows(board.rows)

    def _on_rows(self, rows: Sequence[JobFigures]) -> None:
        self.jobs.show(rows)
        self._on_selected()

    def _on_selected(self) -> None:
        row = self.jobs.row_of(self._board.selected.value)
        if row == self.currentIndex().row() and self.selectionModel().isRowSelected(row):
            return
        with QSignalBlocker(self.selectionModel()):
            if row < 0:
                self.clearSelection()
            else:
                self.selectRow(row)
        self.viewport().update()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        rows = self.selectionModel().selectedRows()
        if rows and 0 <= rows[0].row() < len(self.jobs.rows):
            self._board.selected.set(self.jobs.rows[rows[0].row()].id)

    def _on_double_click(self) -> None:
        at = self.currentIndex()
        if at.isValid() and at.column() != PRIORITY:
            self.opened.emit(self.jobs.rows[at.row()].id)

    def edit_priority(self) -> None:
        """Open the field of the selected job's priority."""
        row = self.jobs.row_of(self._board.selected.value)
        if row >= 0:
            self.setColumnHidden(PRIORITY, False)
            at = self.jobs.index(row, PRIORITY)
            self.scrollTo(at)
            self.edit(at)

    def sizeHint(self) -> QSize:
        return QSize(560, 160)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Hide what there is no room for."""
        room = self.viewport().width() - _NAME_PX - sum(_WIDTHS_PX[c] for c in range(1, len(COLUMNS)))
        for column in _FIRST_TO_GO:
            self.setColumnHidden(column, room < 0)
            if room < 0:
                room += _WIDTHS_PX[column]
