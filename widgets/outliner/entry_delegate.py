"""Paints what can be added: its picture, its name, and what it is in a sentence or two.

It scales each picture once and keeps it; it reads no file twice.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from myriorama.app.catalogue.entries import SHELVES, Entry
from myriorama.app.printable import printable
from myriorama.widgets.outliner.marks import GROUP_MARKS, MARKS
from myriorama.widgets.theme import icon, theme

PICTURE_PX: Final = 64
_PAD_PX: Final = 6
ENTRY_ROLE: Final = Qt.ItemDataRole.UserRole


class EntryDelegate(QStyledItemDelegate):
    """One entry a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[tuple[str, float], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(240, PICTURE_PX + 2 * _PAD_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        tokens = theme()
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if option.state & QStyle.StateFlag.State_Selected:
            self._fill(painter, rect, tokens.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            self._fill(painter, rect, tokens.hover)
        at = QRect(rect.left() + _PAD_PX, rect.top() + _PAD_PX, PICTURE_PX, PICTURE_PX)
        self._paint_picture(painter, entry, at)
        left = at.right() + 2 * _PAD_PX
        text = QRect(left, rect.top() + _PAD_PX, rect.right() - left - _PAD_PX, PICTURE_PX)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        bold, plain = QFontMetrics(font), QFontMetrics(option.font)
        line = QRect(text.left(), text.top(), text.width(), bold.height() + 2)
        shelf = plain.elidedText(told_at_right(entry), _RIGHT, line.width() // 2)
        room = line.width() - plain.horizontalAdvance(shelf) - 12
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, bold.elidedText(entry.label, _RIGHT, room))
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.dim))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, shelf)
        below = QRect(text.left(), line.bottom() + 2, text.width(), text.bottom() - line.bottom())
        lines = _lines(entry.help, plain, below.width(), below.height() // plain.lineSpacing())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, lines)
        painter.restore()

    def _paint_picture(self, painter: QPainter, entry: Entry, rect: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        key = (entry.key, ratio)
        if key not in self._pictures:
            picture = QPixmap(str(entry.picture)) if entry.picture is not None else QPixmap()
            if not picture.isNull():
                size = round(PICTURE_PX * ratio)
                picture = picture.scaled(
                    size,
                    size,
                    Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                    Qt.TransformationMode.SmoothTransformation,
                )
                picture.setDevicePixelRatio(ratio)
            self._pictures[key] = picture
        tokens = theme()
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(rect), tokens.radius, tokens.radius)
        painter.save()
        painter.setClipPath(frame)
        painter.fillRect(rect, QColor(tokens.field))
        picture = self._pictures[key]
        if picture.isNull():
            icon(GROUP_MARKS.get(entry.group) or MARKS[entry.shelf], tokens.dim).paint(
                painter, rect.adjusted(18, 18, -18, -18)
            )
        else:
            painter.drawPixmap(rect.topLeft(), picture)
        painter.restore()

    def _fill(self, painter: QPainter, rect: QRect, color: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme().radius, theme().radius)


_RIGHT: Final = Qt.TextElideMode.ElideRight


def told_at_right(entry: Entry) -> str:
    """Return the shelf or group of an entry, and whose plugin it is."""
    shelf = entry.group or SHELVES[entry.shelf]
    return printable(f"{shelf} · {entry.source}", 80) if entry.source else shelf


def _lines(text: str, metrics: QFontMetrics, width: int, most: int) -> str:
    """Return a text broken at blanks into at most so many lines; the last is cut with dots where there is more."""
    words, lines = text.split(), [""]
    for i, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if metrics.horizontalAdvance(longer) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = metrics.elidedText(" ".join([lines[-1], *words[i:]]), _RIGHT, width)
            break
    return "\n".join(lines)
