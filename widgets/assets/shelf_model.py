"""Assets as rows of a list: their data, which of them are kept by a search, and how one is drawn."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QUrl,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from myriorama.app.assets.library import ROLE_TITLES, Entry
from myriorama.app.assets.looks import Look
from myriorama.scenes.conventions import U8
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

ENTRY: Final = int(Qt.ItemDataRole.UserRole)
PICTURE: Final = ENTRY + 1
FAULT: Final = ENTRY + 2
REFERENCE_MIME: Final = "application/x-myriorama-asset"
EVERY: Final = "all"
ROLE_ICONS: Final[dict[str, str]] = {
    "model": "cube-outline",
    "radiance": "weather-sunset",
    "image": "image-outline",
    "texture_set": "texture-box",
}
_PLACES: Final = {"project": "in the project", "shipped": "shipped", "approved": "approved folder", "nowhere": ""}
_THUMB: Final = 44
_ROW: Final = 54
Index = QModelIndex | QPersistentModelIndex


def pixmap_of(pixels: U8) -> QPixmap:
    """Return (H, W, 3) uint8 pixels as a picture."""
    whole = np.ascontiguousarray(pixels)
    height, width = whole.shape[:2]
    return QPixmap.fromImage(QImage(whole.data, width, height, 3 * width, QImage.Format.Format_RGB888))


def told_of(entry: Entry) -> str:
    """Return the second line of an entry: what it is, where it lies, who uses it."""
    if entry.state == "missing":
        first = "Missing"
    elif entry.state == "changed":
        first = "Changed since import"
    else:
        first = ROLE_TITLES[entry.role]
    where = _PLACES[entry.place]
    used = f"used by {', '.join(user.title for user in entry.users)}" if entry.users else ""
    return " · ".join(part for part in (first, where, used) if part)


class AssetModel(QAbstractListModel):
    """Entries with their looks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self._pictures: dict[tuple[str, str], QPixmap] = {}
        self._faults: dict[tuple[str, str], str] = {}

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show other entries; pictures that are known stay."""
        if entries == self.entries:
            return
        same = [(e.reference, e.role) for e in entries] == [(e.reference, e.role) for e in self.entries]
        if same:
            self.entries = entries
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def set_look(self, reference: str, role: str, look: Look) -> None:
        """Show what was seen."""
        key = (reference, role)
        self._faults[key] = look.problems[0].message if look.problems else ""
        if look.rgb is not None:
            self._pictures[key] = pixmap_of(look.rgb)
        for row, entry in enumerate(self.entries):
            if (entry.reference, entry.role) == key:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        key = (entry.reference, entry.role)
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            fault = self._faults.get(key, "")
            return plain_tip(f"{entry.reference}\n{told_of(entry)}" + (f"\n{fault}" if fault else ""))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.name}, {told_of(entry)}"
        if role == ENTRY:
            return entry
        if role == PICTURE:
            return self._pictures.get(key)
        if role == FAULT:
            return self._faults.get(key, "")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [REFERENCE_MIME, "text/plain", "text/uri-list"]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:
        carried = QMimeData()
        if indexes:
            entry: Entry = self.entries[indexes[0].row()]
            carried.setText(entry.reference)
            carried.setData(REFERENCE_MIME, f"{entry.role}\n{entry.reference}".encode())
            if entry.path is not None:
                carried.setUrls([QUrl.fromLocalFile(str(entry.path))])
        return carried


class AssetFilter(QSortFilterProxyModel):
    """Keeps entries of one role whose name, reference or users hold every word that is searched."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._role = EVERY
        self._words: tuple[str, ...] = ()

    def set_role(self, role: str) -> None:
        self._role = role
        self.invalidate()

    def set_words(self, text: str) -> None:
        self._words = tuple(text.lower().split())
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        entry: Entry = self.sourceModel().index(row, 0, parent).data(ENTRY)
        if self._role not in (EVERY, entry.role):
            return False
        searched = f"{entry.reference} {ROLE_TITLES[entry.role]} {told_of(entry)}".lower()
        return all(word in searched for word in self._words)


class AssetDelegate(QStyledItemDelegate):
    """Draws an entry: picture, name, what it is; a mark where something is wrong."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme()
        entry: Entry = index.data(ENTRY)
        fault: str = index.data(FAULT)
        area: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.raised))
        frame = QRectF(area.left() + 6, area.top() + (_ROW - _THUMB) / 2, _THUMB, _THUMB)
        self._paint_picture(painter, frame, entry, index.data(PICTURE))
        left = int(frame.right()) + 10
        wrong = entry.state != "found" or bool(fault)
        right = area.right() - (28 if wrong else 8)
        name_area = QRect(left, area.top() + 8, right - left, 19)
        told_area = QRect(left, area.top() + 28, right - left, 18)
        painter.setPen(QColor(tokens.text))
        metrics = painter.fontMetrics()
        painter.drawText(
            name_area,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(entry.name, Qt.TextElideMode.ElideMiddle, name_area.width()),
        )
        colors = {"missing": tokens.error, "changed": tokens.warning, "found": tokens.dim}
        painter.setPen(QColor(tokens.error if fault else colors[entry.state]))
        told = fault[:1].upper() + fault[1:] if fault and entry.state != "missing" else told_of(entry)
        painter.drawText(
            told_area,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(told, Qt.TextElideMode.ElideRight, told_area.width()),
        )
        if wrong:
            color = tokens.warning if entry.state == "changed" else tokens.error
            mark = QRect(area.right() - 24, area.center().y() - 8, 16, 16)
            icon("alert-circle-outline", color).paint(painter, mark)
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRectF, entry: Entry, picture: QPixmap | None) -> None:
        """Fill the frame with the middle of the picture, or with an icon of the role."""
        tokens = theme()
        shape = QPainterPath()
        shape.addRoundedRect(frame, tokens.radius, tokens.radius)
        painter.fillPath(shape, QColor(tokens.field))
        if picture is None:
            inner = frame.toRect().adjusted(12, 12, -12, -12)
            icon(ROLE_ICONS[entry.role], tokens.dim).paint(painter, inner)
            return
        side = min(picture.width(), picture.height())
        middle = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
        painter.save()
        painter.setClipPath(shape)
        painter.drawPixmap(frame, picture, middle)
        painter.restore()
