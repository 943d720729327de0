"""The tree itself: what is selected in it in the order of clicks, renamed in place, dragged to another place.

It knows uids and no project.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from myriorama.widgets.outliner.model import UID_ROLE, OutlineModel
from myriorama.widgets.outliner.row_delegate import RowDelegate


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
        delegate = RowDelegate(self)
        delegate.eye_clicked.connect(self.switched)
        delegate.plus_clicked.connect(self._on_plus)
        self.setModel(self.outline)
        self.setItemDelegate(delegate)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setExpandsOnDoubleClick(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
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

    def _on_plus(self, list_name: str) -> None:
        self.add_wanted.emit(list_name, QCursor.pos())
