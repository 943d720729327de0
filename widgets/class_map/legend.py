"""What colours and stripes mean where classes are not drawn as they are: a small plate in a corner of a picture.

It says what `class_looks.legend` found; it is not there where there is nothing to say.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from myriorama.app.pictures.class_looks import LegendRow
from myriorama.app.pictures.overlay import STRIPE_DARK

_PLATE: Final = QColor(24, 26, 31, 228)
_LETTERS: Final = QColor("#eceef1")
_SWATCH: Final = QSize(22, 12)
_ROW_PX: Final = 19
_PAD_PX: Final = 9
_GAP_PX: Final = 8
_STRIPE_PX: Final = 3.0
_MOST: Final = 8
_WIDEST_PX: Final = 300


class Legend(QWidget):
    """A plate in the lower right corner of its parent; clicks go through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("What the class map shows otherwise")
        self.rows: tuple[LegendRow, ...] = ()
        self._more = 0
        parent.installEventFilter(self)
        self.hide()

    @property
    def lines(self) -> tuple[str, ...]:
        """What is written, a line for each row, uncut."""
        told = tuple(row.text for row in self.rows)
        return (*told, f"and {self._more} more") if self._more else told

    def show_rows(self, rows: tuple[LegendRow, ...]) -> None:
        """Show these; none takes the plate away."""
        kept = rows if len(rows) <= _MOST else rows[: _MOST - 1]
        if (kept, len(rows) - len(kept)) == (self.rows, self._more):
            return
        self.rows, self._more = kept, len(rows) - len(kept)
        self.setVisible(bool(rows))
        self.setAccessibleDescription("; ".join(self.lines))
        if rows:
            words = QFontMetrics(self._letters())
            widest = max(words.horizontalAdvance(line) for line in self.lines)
            width = 2 * _PAD_PX + _SWATCH.width() + _GAP_PX + min(widest, _WIDEST_PX) + 2
            self.resize(width, len(self.lines) * _ROW_PX + _PAD_PX)
            self._place()
            self.raise_()
            self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        letters = self._letters()
        painter.setFont(letters)
        words = QFontMetrics(letters)
        left = _PAD_PX + _SWATCH.width() + _GAP_PX
        room = self.width() - left - _PAD_PX + 2
        for place, line in enumerate(self.lines):
            top = _PAD_PX / 2 + place * _ROW_PX
            if place < len(self.rows):
                swatch = QRectF(_PAD_PX, top + (_ROW_PX - _SWATCH.height()) / 2, _SWATCH.width(), _SWATCH.height())
                _paint_swatch(painter, swatch, self.rows[place])
            painter.setPen(_LETTERS)
            text = words.elidedText(line, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, top, room, _ROW_PX), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _letters(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        return font

    def _place(self) -> None:
        room = self.parentWidget().rect()  # it has one from its beginning to its end
        self.move(max(room.width() - self.width() - _GAP_PX, 0), max(room.height() - self.height() - _GAP_PX, 0))


def _paint_swatch(painter: QPainter, area: QRectF, row: LegendRow) -> None:
    """Paint a swatch as the object's mask is drawn: plain, striped, or a veil without an outline."""
    color = QColor(*row.color)
    painter.save()
    painter.setClipRect(area)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if row.use == "drop":
        painter.setOpacity(0.8)
    painter.drawRect(area)
    if row.use == "ignore":
        painter.setBrush(QColor(*STRIPE_DARK))
        x, height = area.left() - area.height(), area.height()
        while x < area.right() + height:
            foot = QPointF(x, area.bottom())
            lean, wide = QPointF(height, -height), QPointF(_STRIPE_PX * 1.4, 0)
            painter.drawPolygon(QPolygonF([foot, foot + lean, foot + lean + wide, foot + wide]))
            x += _STRIPE_PX * 2.8
    if row.use != "drop":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(color)
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()
