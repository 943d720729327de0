"""The generators at the left of the object studio: pictures and names, found by a few letters. It opens none."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.catalogue.entries import Entry
from myriorama.app.catalogue.search import search
from myriorama.widgets.object_studio.plate import Plate
from myriorama.widgets.outliner.entry_delegate import ENTRY_ROLE
from myriorama.widgets.outliner.marks import MARKS
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_PICTURE_PX: Final = 44
_PAD_PX: Final = 5
_TO_LIST: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class _Shelved(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def show(self, entries: tuple[Entry, ...]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        words = {
            Qt.ItemDataRole.DisplayRole: entry.label,
            Qt.ItemDataRole.ToolTipRole: plain_tip(entry.help),
            Qt.ItemDataRole.AccessibleTextRole: f"{entry.label}: {entry.help}",
        }
        return entry if role == ENTRY_ROLE else words.get(Qt.ItemDataRole(role))


class _Tiles(QStyledItemDelegate):
    """A picture and a name a row."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures: dict[tuple[str, float], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, _PICTURE_PX + 2 * _PAD_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        tokens, rect = theme(), option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection if chosen else tokens.hover))
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), tokens.radius, tokens.radius)
        at = QRect(rect.left() + _PAD_PX + 2, rect.top() + _PAD_PX, _PICTURE_PX, _PICTURE_PX)
        self._paint_picture(painter, entry, at)
        text = rect.adjusted(_PICTURE_PX + 2 * _PAD_PX + 8, 0, -_PAD_PX, 0)
        painter.setPen(QColor(tokens.text))
        shown = option.fontMetrics.elidedText(entry.label, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_picture(self, painter: QPainter, entry: Entry, rect: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        key = (str(entry.picture), ratio)
        if key not in self._pictures:
            picture = QPixmap(str(entry.picture)) if entry.picture is not None else QPixmap()
            if not picture.isNull():
                side = round(_PICTURE_PX * ratio)
                smooth = Qt.TransformationMode.SmoothTransformation
                picture = picture.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth)
                picture.setDevicePixelRatio(ratio)
            self._pictures[key] = picture
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(rect), theme().radius, theme().radius)
        painter.save()
        painter.setClipPath(frame)
        painter.fillRect(rect, QColor(theme().field))
        picture = self._pictures[key]
        if picture.isNull():
            icon(MARKS[entry.shelf], theme().dim).paint(painter, rect.adjusted(11, 11, -11, -11))
        else:
            painter.drawPixmap(rect.topLeft(), picture)
        painter.restore()


class Shelf(Plate):
    """The list.

    Attributes
    ----------
    chosen : signal of (str,)
        Name of a generator.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Generators")
        self._all: tuple[Entry, ...] = ()
        self._name = ""
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Find a generator")
        self.filter.setAccessibleName("Find a generator")
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.textChanged.connect(self._refresh)
        self.filter.installEventFilter(self)
        self._model = _Shelved(self)
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Tiles(self.list))
        self.list.setAccessibleName("Generators")
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._empty = QLabel("Nothing fits these letters.", self)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.hide()
        tokens = theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.gap, tokens.gap, tokens.tight, tokens.tight)
        column.setSpacing(tokens.gap)
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty, 1)

    @property
    def shown(self) -> tuple[str, ...]:
        """The names that fit."""
        return tuple(e.name for e in self._model.entries)

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Offer these; only generators are taken."""
        found = tuple(e for e in entries if e.kind == "generator")
        if found != self._all:
            self._all = found
            self._refresh()

    def show_name(self, name: str) -> None:
        """Mark the generator that is open."""
        self._name = name
        self._mark()

    def _refresh(self) -> None:
        found = search(self._all, self.filter.text())
        self._model.show(found)
        self.list.setVisible(bool(found))
        self._empty.setVisible(not found)
        self._mark()

    def _mark(self) -> None:
        row = next((i for i, e in enumerate(self._model.entries) if e.name == self._name), -1)
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        if row < 0:
            selection.clear()
        else:
            selection.setCurrentIndex(self._model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(self._model.index(row))
        selection.blockSignals(False)
        self.list.viewport().update()

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            entry: Entry = index.data(ENTRY_ROLE)
            if entry.name != self._name:
                self.chosen.emit(entry.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.filter and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _TO_LIST:
                self.list.keyPressEvent(event)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._model.entries:
                self.chosen.emit(self._model.entries[max(0, self.list.currentIndex().row())].name)
                return True
        return super().eventFilter(watched, event)
