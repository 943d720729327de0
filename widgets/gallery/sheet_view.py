"""Pictures in rows and columns with a value over each: contact sheets and sweeps. It asks for nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from myriorama.app.gallery.variants import Sheet
from myriorama.app.preview.tiles import TileKey
from myriorama.widgets.gallery.cell import CellLook, CellPainter, cell_size, picture_size
from myriorama.widgets.plain import plain_tip

_NOWHERE: Final = QModelIndex()


class _SheetModel(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self.index_shown = 0

    def show(self, sheet: Sheet | None, index: int) -> None:
        self.beginResetModel()
        self.sheet, self.index_shown = sheet, index
        self.endResetModel()

    def key(self, row: int, column: int) -> TileKey | None:
        if self.sheet is None or not 0 <= row < len(self.sheet.names) or not 0 <= column < len(self.sheet.names[row]):
            return None
        return TileKey(self.index_shown, self.sheet.names[row][column])

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.sheet is None else len(self.sheet.names)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.sheet is None else len(self.sheet.across.values)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole) and self.sheet is not None:
            parts = [f"{self.sheet.across.title} = {self.sheet.across.headings[index.column()]}"]
            if self.sheet.down is not None:
                parts.append(f"{self.sheet.down.title} = {self.sheet.down.headings[index.row()]}")
            told = "\n".join(parts)
            return plain_tip(told) if role == Qt.ItemDataRole.ToolTipRole else told
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or self.sheet is None:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self.sheet.across.headings[section]
        return self.sheet.down.headings[section] if self.sheet.down is not None else ""


class _Cells(QStyledItemDelegate):
    def __init__(self, view: SheetView) -> None:
        super().__init__(view)
        self._view = view
        self._painter = CellPainter(view)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look = self._view.look_at(index.row(), index.column())
        if look is not None:
            self._painter.paint(painter, option.rect, self._view.picture, look)  # type: ignore[attr-defined]

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._view.cell


class SheetView(QTableView):
    """A sheet's pictures.

    Parameters
    ----------
    look : callable
        Key, selected, focused -> how its cell looks.

    Signals
    -------
    chosen : (int, int)
        Row and column: a picture was double-clicked, or Enter pressed on it.
    menu_wanted : (int, int, QPoint)
        Row, column, global position.
    in_view_changed : ()
    left : ()
        Escape was pressed.
    frame_starts, frame_ended : ()
        Around the painting of all that is in view.
    """

    chosen = Signal(int, int)
    menu_wanted = Signal(int, int, QPoint)
    in_view_changed = Signal()
    left = Signal()
    frame_starts = Signal()
    frame_ended = Signal()

    def __init__(self, look: Callable[[TileKey, bool, bool], CellLook], name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._sheet_model = _SheetModel(self)
        self.picture = QSize()
        self.cell = QSize()
        self.setModel(self._sheet_model)
        self.setItemDelegate(_Cells(self))
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(20)
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self._settle = QTimer(self, singleShot=True, interval=60, timeout=self.in_view_changed.emit)
        self.horizontalScrollBar().valueChanged.connect(self._settle.start)
        self.verticalScrollBar().valueChanged.connect(self._settle.start)
        self.doubleClicked.connect(self._on_double_click)

    @property
    def sheet(self) -> Sheet | None:
        return self._sheet_model.sheet

    def show_sheet(self, sheet: Sheet | None, index: int) -> None:
        """Show the variants of a sample."""
        current = self.currentIndex()
        at = (current.row(), current.column())
        self._sheet_model.show(sheet, index)
        self.verticalHeader().setVisible(sheet is not None and sheet.down is not None)
        if self._sheet_model.key(*at) is not None:
            self.setCurrentIndex(self._sheet_model.index(*at))
        self._settle.start()

    def set_pictures(self, long_side: int, aspect: float) -> None:
        """Show pictures of this size."""
        self.picture = picture_size(long_side, aspect)
        self.cell = cell_size(long_side, aspect, caption=False)
        self.horizontalHeader().setDefaultSectionSize(self.cell.width())
        self.verticalHeader().setDefaultSectionSize(self.cell.height())
        self._settle.start()

    def look_at(self, row: int, column: int) -> CellLook | None:
        """Return how a cell looks now."""
        key = self._sheet_model.key(row, column)
        if key is None:
            return None
        return self._look(key, self.currentIndex() == self._sheet_model.index(row, column), self.hasFocus())

    def keys_in_view(self) -> list[TileKey]:
        """Return the keys of all cells, those in view first."""
        model = self._sheet_model
        room = self.viewport().rect()
        seen: list[TileKey] = []
        others: list[TileKey] = []
        for row in range(model.rowCount()):
            for column in range(model.columnCount()):
                key = model.key(row, column)
                inside = self.visualRect(model.index(row, column)).intersects(room)
                if key is not None:
                    (seen if inside and self.isVisible() else others).append(key)
        return seen + others

    def _on_double_click(self, at: QModelIndex) -> None:
        self.chosen.emit(at.row(), at.column())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at.isValid():
            self.chosen.emit(at.row(), at.column())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.indexAt(event.pos())
        if at.isValid():
            self.menu_wanted.emit(at.row(), at.column(), event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        self.frame_starts.emit()
        super().paintEvent(event)
        self.frame_ended.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()
