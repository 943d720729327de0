"""The view of a class map: cells that are typed into, and what is to know of a class in a line below its row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from myriorama.app.conversion.class_map import ShownRow
from myriorama.widgets.class_map.model import (
    CLASS,
    ID,
    OBJECTS,
    ROW_ROLE,
    SHOWN,
    TITLES,
    USE,
    USE_TITLES,
    USES,
    ClassMapModel,
    change_of,
)
from myriorama.widgets.theme import icon, theme

_DOT_PX: Final = 10
_TICK_PX: Final = 22
Index = QModelIndex | QPersistentModelIndex


class ClassMapDelegate(QStyledItemDelegate):
    """Cells stand in the upper part of their row; the use is chosen from a list.

    Attributes
    ----------
    typed : signal of (str, dict)
        Class, and what would become of it if what stands in the open cell were taken; empty: it was taken back.
    """

    typed = Signal(str, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.closeEditor.connect(self._on_closed)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        if index.column() != USE:
            editor = super().createEditor(parent, option, index)
            if isinstance(editor, QLineEdit):
                editor.setAccessibleName(TITLES[index.column()])
                editor.textEdited.connect(partial(self._on_typed, index.data(ROW_ROLE).name, index.column()))
            return editor
        box = QComboBox(parent)
        for use in USES:
            box.addItem(USE_TITLES[use], use)
        box.setAccessibleName("Use")
        box.activated.connect(partial(self._on_chosen, box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(USES.index(index.data(Qt.ItemDataRole.EditRole)))
            return
        super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
            return
        super().setModelData(editor, model, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(_upper(option.rect))  # type: ignore[attr-defined]

    def editorEvent(self, event: QEvent, model: Any, option: QStyleOptionViewItem, index: Index) -> bool:
        option.rect = _upper(option.rect)  # type: ignore[attr-defined]
        return super().editorEvent(event, model, option, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if index.column() == CLASS:
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration  # type: ignore[attr-defined]
            option.icon = _dot(index.data(ROW_ROLE).color)  # type: ignore[attr-defined]
            option.decorationSize = option.icon.availableSizes()[0]  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option.rect = _upper(option.rect)  # type: ignore[attr-defined]
        option.state &= ~QStyle.StateFlag.State_HasFocus  # type: ignore[attr-defined]
        super().paint(painter, option, index)
        if index.column() == USE:
            area = option.rect  # type: ignore[attr-defined]
            place = QRect(area.right() - 16, area.center().y() - 6, 12, 12)
            icon("chevron-down", theme().dim).paint(painter, place)

    def _on_typed(self, name: str, column: int, text: str) -> None:
        self.typed.emit(name, change_of(column, text))

    def _on_closed(self, _editor: QWidget, hint: QStyledItemDelegate.EndEditHint) -> None:
        if hint == QStyledItemDelegate.EndEditHint.RevertModelCache:
            self.typed.emit("", {})

    def _on_chosen(self, box: QComboBox, _place: int) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)


class ClassMapTable(QTableView):
    """A class map.

    Parameters
    ----------
    ids : bool
        Ids can be given.
    ticks : bool
        Classes are left out and brought back by a tick.
    counts : bool
        There is a column of objects.

    Attributes
    ----------
    wanted : signal of (str, dict)
        As `ClassMapModel.wanted`.
    typed : signal of (str, dict)
        As `ClassMapDelegate.typed`: nothing is wanted yet, and one can say what would be wrong with it.
    """

    wanted = Signal(str, object)
    typed = Signal(str, object)

    def __init__(
        self, parent: QWidget | None = None, *, ids: bool = True, ticks: bool = False, counts: bool = False
    ) -> None:
        super().__init__(parent)
        self.rows = ClassMapModel(self, ticks=ticks)
        self._ticks = ticks
        self._most = 14
        self.setModel(self.rows)
        delegate = ClassMapDelegate(self)
        delegate.typed.connect(self.typed)
        self.setItemDelegate(delegate)
        self.setAccessibleName("How classes are shown")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(theme().row)
        self.verticalHeader().setDefaultSectionSize(theme().row)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(28)
        for column, width in ((ID, 40), (OBJECTS, 76), (USE, 84)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        for column in (CLASS, SHOWN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.setColumnHidden(ID, not ids)
        self.setColumnHidden(OBJECTS, not counts)
        self.rows.wanted.connect(self.wanted)
        self.clicked.connect(self._on_clicked)

    def set_most(self, rows: int) -> None:
        """Set how many rows are seen at once before it scrolls."""
        self._most = rows

    def show_rows(self, rows: tuple[ShownRow, ...]) -> None:
        """Show a class map."""
        self.rows.set_rows(rows)
        self._make_room()
        self.viewport().update()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many objects each class has."""
        self.rows.set_counts(counts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._make_room()

    def _make_room(self) -> None:
        """Give each row the height of its cells and of what is told below them."""
        rows = self.rows.rows
        for place, row in enumerate(rows):
            self.setRowHeight(place, theme().row + self._note_height(row))
        seen = sum(self.rowHeight(i) for i in range(min(len(rows), self._most))) or theme().row
        self.setFixedHeight(seen + self.horizontalHeader().sizeHint().height() + 4)

    @property
    def _note_left(self) -> int:
        return 12 + (_TICK_PX if self._ticks else 0) + _DOT_PX

    def _note_height(self, row: ShownRow) -> int:
        if not row.told:
            return 0
        wide = QRect(0, 0, max(80, self.viewport().width() - self._note_left - 8), 1000)
        lines = self.fontMetrics().boundingRect(wide, Qt.TextFlag.TextWordWrap, row.told).height()
        return min(lines, 3 * self.fontMetrics().height()) + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        tokens = theme()
        for place, row in enumerate(self.rows.rows):
            if not row.told:
                continue
            left = self._note_left
            top = self.rowViewportPosition(place) + tokens.row - 4
            area = QRect(left, top, self.viewport().width() - left - 8, self._note_height(row))
            painter.setPen(QColor(tokens.error if row.conflict else tokens.dim))
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, row.told)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.row() != self.currentIndex().row():
            self.setCurrentIndex(index)  # a press on a tick alone leaves the keyboard elsewhere

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            row = self.rows.rows[self.currentIndex().row()]
            self.wanted.emit(row.name, {"use": "label" if row.use == "drop" else "drop"})
            event.accept()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if self.state() != QAbstractItemView.State.EditingState:
                self.edit(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == USE:
            self.edit(index)
            box = next((b for b in self.viewport().findChildren(QComboBox) if b.isVisible()), None)
            if box is not None:
                box.showPopup()


def _upper(area: QRect) -> QRect:
    return QRect(area.left(), area.top(), area.width(), min(area.height(), theme().row))


def _dot(color: str) -> QIcon:
    key = (theme().name, color)
    made = _DOTS.get(key)
    if made is None:
        pixmap = QPixmap(_DOT_PX, _DOT_PX)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().border)))
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(QRectF(0.5, 0.5, _DOT_PX - 1, _DOT_PX - 1), 2, 2)
        painter.end()
        made = _DOTS[key] = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # a selected row would tint it
            made.addPixmap(pixmap, mode)
    return made


_DOTS: dict[tuple[str, str], QIcon] = {}
