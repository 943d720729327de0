"""The grid of tiles: a virtual list that wraps, with keys, selection and a picture for whatever is in view.

It knows which rows are in view; what is done with a sample is told by signals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from myriorama.widgets.gallery.cell import PAD, CellLook, CellPainter, cell_size, picture_size
from myriorama.widgets.gallery.model import SamplesModel

_SETTLE_MS: Final = 40
"""After a scroll, pictures are asked for once the view has been still for so long."""
_AT_LATEST_MS: Final = 160


class _Cells(QStyledItemDelegate):
    def __init__(self, grid: SampleGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._painter = CellPainter(grid)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        grid = self._grid
        shown = grid.samples.shown
        row = index.row()
        if 0 <= row < len(shown):
            self._painter.paint(painter, option.rect, grid.picture, grid.look_of(shown[row], row))  # type: ignore[attr-defined]

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._grid.gridSize()  # not the cell's: what is left of a row is shared out


class SampleGrid(QListView):
    """Samples as tiles.

    Parameters
    ----------
    look : callable
        Sample, selected, current, focused -> how its cell looks.
    samples : SamplesModel

    Signals
    -------
    in_view_changed : ()
        Other rows came into view, or other pictures are needed for them.
    current_moved : (int,)
        The person went to this sample.
    opened : (int,)
        A sample was double-clicked.
    menu_wanted : (QPoint,)
        Global position.
    hold_changed : (bool,)
        Space is held down, or was let go.
    key_pressed : (QKeyEvent,)
        A key that does not move about in the grid; accepted by whoever takes it.
    frame_starts, frame_ended : ()
        Around the painting of all that is in view.
    """

    in_view_changed = Signal()
    current_moved = Signal(int)
    opened = Signal(int)
    menu_wanted = Signal(object)
    hold_changed = Signal(bool)
    key_pressed = Signal(object)
    frame_starts = Signal()
    frame_ended = Signal()

    def __init__(
        self, look: Callable[[int, bool, bool, bool], CellLook], samples: SamplesModel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.samples = samples
        self._look = look
        self._long_side = 192
        self._aspect = 4 / 3
        self.picture = QSize()
        self.cell = QSize()
        self._moving = False
        self.setModel(samples)
        self.setItemDelegate(_Cells(self))
        self.setAccessibleName("Samples")
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(False)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS, timeout=self._tell_in_view)
        self._latest = QTimer(self, singleShot=True, interval=_AT_LATEST_MS, timeout=self._tell_in_view)
        self.verticalScrollBar().valueChanged.connect(self._schedule)
        self.doubleClicked.connect(self._on_double_click)
        self._measure()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def look_of(self, index: int, row: int) -> CellLook:
        """Return how the cell of a sample looks now."""
        at = self.samples.index(row)
        selected = self.selectionModel().isSelected(at)
        return self._look(index, selected, self.currentIndex().row() == row, self.hasFocus())

    def set_pictures(self, long_side: int, aspect: float) -> None:
        """Show pictures of this size; the sample in the middle of the view stays there."""
        if (long_side, aspect) == (self._long_side, self._aspect):
            return
        anchor = self.currentIndex().row()
        first, last = self.rows_in_view()
        if not first <= anchor <= last:
            anchor = (first + last) // 2
        self._long_side, self._aspect = long_side, aspect
        self._measure()
        if 0 <= anchor < len(self.samples.shown):
            self.scrollTo(self.samples.index(anchor), QAbstractItemView.ScrollHint.PositionAtCenter)
        self._schedule()

    def show_samples(self, indices: object) -> None:
        """Show these samples; current and selected ones that are still shown stay so."""
        kept = set(self.selected_samples())
        current = self.current_sample()
        top = self.verticalScrollBar().value()
        self._moving = True
        self.samples.show(indices)  # type: ignore[arg-type]
        model = self.selectionModel()
        rows = [row for row in (self.samples.row_of(i) for i in kept) if row >= 0] if len(kept) < 2000 else []
        for row in rows:
            model.select(self.samples.index(row), QItemSelectionModel.SelectionFlag.Select)
        row = self.samples.row_of(current) if current is not None else -1
        if row >= 0:
            model.setCurrentIndex(self.samples.index(row), QItemSelectionModel.SelectionFlag.NoUpdate)
        self._moving = False
        self.verticalScrollBar().setValue(top)
        self._schedule()

    def go_to(self, index: int | None) -> None:
        """Make a sample the current and only selected one, and bring it into view."""
        row = self.samples.row_of(index) if index is not None else -1
        if row < 0 or (row == self.currentIndex().row() and self.selectionModel().isSelected(self.currentIndex())):
            return
        self._moving = True
        self.setCurrentIndex(self.samples.index(row))
        self._moving = False

    def current_sample(self) -> int | None:
        """Return the sample that keys act on."""
        row = self.currentIndex().row()
        return self.samples.shown[row] if 0 <= row < len(self.samples.shown) else None

    def selected_samples(self) -> list[int]:
        """Return the selected samples, in the order in which they are shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.samples.shown[row] for row in rows if row < len(self.samples.shown)]

    def rows_in_view(self) -> tuple[int, int]:
        """Return the first and the last row of which something is in view; (0, -1) where there is none."""
        rows = len(self.samples.shown)
        if not rows or self.gridSize().height() <= 0:
            return 0, -1
        columns = self.columns()
        top = self.verticalScrollBar().value()
        height = self.gridSize().height()
        first = (top // height) * columns
        last = ((top + self.viewport().height() - 1) // height + 1) * columns - 1
        return min(first, rows - 1), min(last, rows - 1)

    def columns(self) -> int:
        """Return how many tiles stand side by side."""
        return max(1, self.viewport().width() // max(1, self.cell.width()))

    def repaint_sample(self, index: int) -> None:
        """Paint one tile again, if it is in view."""
        row = self.samples.row_of(index)
        first, last = self.rows_in_view()
        if first <= row <= last:
            self.viewport().update(self.visualRect(self.samples.index(row)))

    def cell_rect(self, index: int) -> QRect:
        """Return where a sample's tile is in the viewport; empty where it is not shown."""
        row = self.samples.row_of(index)
        return self.visualRect(self.samples.index(row)) if row >= 0 else QRect()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _measure(self) -> None:
        self.picture = picture_size(self._long_side, self._aspect)
        self.cell = cell_size(self._long_side, self._aspect)
        self._spread()

    def _spread(self) -> None:
        """Share what is left of a row's width between its tiles."""
        # one pixel less: the list wraps before a row that fits exactly
        width = max(self.cell.width(), (self.viewport().width() - 1) // self.columns())
        size = QSize(width, self.cell.height() + PAD // 2)
        if size != self.gridSize():
            self.setGridSize(size)
            self.verticalScrollBar().setSingleStep(max(20, size.height() // 3))

    def _schedule(self) -> None:
        self._settle.start()
        if not self._latest.isActive():
            self._latest.start()

    def _tell_in_view(self) -> None:
        self._settle.stop()
        self._latest.stop()
        self.in_view_changed.emit()

    def _on_double_click(self, at: QModelIndex) -> None:
        if 0 <= at.row() < len(self.samples.shown):
            self.opened.emit(self.samples.shown[at.row()])

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if not self._moving and 0 <= current.row() < len(self.samples.shown):
            self.current_moved.emit(self.samples.shown[current.row()])

    def paintEvent(self, event: QPaintEvent) -> None:
        self.frame_starts.emit()
        super().paintEvent(event)
        self.frame_ended.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()
        self._schedule()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.hold_changed.emit(True)
            return
        event.setAccepted(False)
        self.key_pressed.emit(event)
        if not event.isAccepted():
            event.setAccepted(True)
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.hold_changed.emit(False)
            return
        super().keyReleaseEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters and digits judge."""
