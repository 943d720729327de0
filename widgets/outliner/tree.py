"""The tree itself: what is selected in it in the order of clicks, renamed in place, dragged to another place.

It knows uids and no project.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from myriorama.app.document.outline import Row, Section
from myriorama.widgets.outliner.model import UID_ROLE, OutlineModel
from myriorama.widgets.outliner.row_delegate import RowDelegate
from myriorama.widgets.theme import theme


class OutlineTree(QTreeView):
    """Sections and rows.

    Attributes
    ----------
    selected : signal of (list of str,)
        What was selected by hand, the last clicked last.
    switched : signal of (str, bool)
        A uid should be switched on or off.
    add_wanted : signal of (str, QPoint)
        Something should be added to a list; where on the screen that was asked for.
    """

    selected = Signal(list)
    switched = Signal(str, bool)
    add_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outline = OutlineModel(self)
        self._shown: tuple[str, ...] = ()
        self.rows = RowDelegate(self)
        self._pressed = ""
        self._over: QPoint | None = None
        self.setModel(self.outline)
        self.setItemDelegate(self.rows)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setExpandsOnDoubleClick(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setAutoScroll(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName("Outline of the project")

    def select(self, uids: Sequence[str]) -> None:
        """Show these as selected; the last of them is the current one and is scrolled to."""
        self._shown = tuple(uids)
        wanted = QItemSelection()
        last = QModelIndex()
        for uid in uids:
            index = self.outline.index_of(uid)
            if index.isValid():
                wanted.select(index, index)
                last = index
        chosen = self.selectionModel()
        if {i.data(UID_ROLE) for i in chosen.selectedIndexes()} != {i.data(UID_ROLE) for i in wanted.indexes()}:
            chosen.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if last.isValid() and self.currentIndex() != last:
            chosen.setCurrentIndex(last, QItemSelectionModel.SelectionFlag.NoUpdate)
        if last.isValid() and not self.hasFocus():
            self.expand(last.parent())
            self.scrollTo(last)

    def rename(self, uid: str) -> None:
        """Open the field for a new name."""
        index = self.outline.index_of(uid)
        if index.isValid():
            self.expand(index.parent())
            self.scrollTo(index)
            self.edit(index)

    def selectionChanged(self, chosen: QItemSelection, dropped: QItemSelection) -> None:
        super().selectionChanged(chosen, dropped)
        found = [i.data(UID_ROLE) for i in self.selectionModel().selectedIndexes() if i.data(UID_ROLE)]
        kept = [uid for uid in self._shown if uid in found]
        added = [uid for uid in found if uid not in kept]
        current = self.currentIndex().data(UID_ROLE)
        if current in added:
            added = [*(uid for uid in added if uid != current), current]
        self._shown = (*kept, *added)
        self.selected.emit(list(self._shown))

    def startDrag(self, actions: Qt.DropAction) -> None:
        # A heading cannot be dragged, and a part stays where it is: without rows there is nothing to carry.
        if any(i.flags() & Qt.ItemFlag.ItemIsDragEnabled for i in self.selectedIndexes()):
            super().startDrag(actions)

    # --- where something would be dropped

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        self._over = event.position().toPoint() if event.isAccepted() else None
        self.viewport().update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._over = None

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self._over = None
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        index = self.indexAt(self._over) if self._over is not None else QModelIndex()
        if not index.isValid():
            return
        rect = self.visualRect(index)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(theme().accent), 2))
        where = self.dropIndicatorPosition()
        if where == QAbstractItemView.DropIndicatorPosition.OnItem:
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme().radius, theme().radius)
        elif where == QAbstractItemView.DropIndicatorPosition.AboveItem:
            painter.drawLine(rect.topLeft(), rect.topRight())
        elif where == QAbstractItemView.DropIndicatorPosition.BelowItem:
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.end()

    # --- the marks at the right end: they neither select nor open a field

    def mousePressEvent(self, event: QMouseEvent) -> None:
        thing = self._marked(event.position().toPoint())
        self._pressed = _name(thing)
        if not self._pressed or event.button() != Qt.MouseButton.LeftButton:
            self._pressed = ""
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._marked(event.position().toPoint()) is not None:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._pressed:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, ""
        if not pressed:
            super().mouseReleaseEvent(event)
            return
        thing = self._marked(event.position().toPoint())
        if _name(thing) != pressed:
            return
        if isinstance(thing, Row):
            self.switched.emit(thing.uid, not thing.enabled)
        elif thing is not None:
            self.add_wanted.emit(thing.key, event.globalPosition().toPoint())

    def _marked(self, at: QPoint) -> Section | Row | None:
        """Return what the mark under a point belongs to; None where there is no mark."""
        index = self.indexAt(at)
        thing = self.outline.thing(index)
        if thing is None or not self.rows.parts(self.visualRect(index), thing, self.fontMetrics()).mark.contains(at):
            return None
        return thing


def _name(thing: Section | Row | None) -> str:
    if thing is None:
        return ""
    return f"row {thing.uid}" if isinstance(thing, Row) else f"list {thing.key}"
