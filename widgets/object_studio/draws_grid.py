"""Random draws as a grid of small pictures: a click takes the values of one.

It paints what the page has; what is still to come is an empty plate.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from myriorama.app.object_studio.facts_words import size_words
from myriorama.app.object_studio.looks import Draw
from myriorama.app.object_studio.pictures import DRAW_PX
from myriorama.widgets.gallery.pixmaps import image_of
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_GAP: Final = 6
_LEAST_PX: Final = 104
_MOST_PX: Final = DRAW_PX[0]
_ASPECT: Final = DRAW_PX[1] / DRAW_PX[0]


class DrawsGrid(QWidget):
    """The draws.

    Attributes
    ----------
    chosen : signal of (int,)
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Random draws")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._draws: list[Draw] = []
        self._images: dict[int, QImage] = {}
        self._hot = -1
        self._current = 0
        self._taken = -1

    @property
    def current(self) -> int:
        """Where the keyboard is."""
        return self._current

    def show_draws(self, draws: list[Draw]) -> None:
        """Show other draws."""
        self._draws = draws
        self._images.clear()
        self._taken = -1
        self._current = min(self._current, max(0, len(draws) - 1))
        self.updateGeometry()
        self._fit()
        self.update()

    def show_draw(self, number: int) -> None:
        """Show what has come of one."""
        self._images.pop(number, None)
        self.update(self.cell(number))

    def show_taken(self, number: int) -> None:
        """Mark the draw whose values are the object's; -1 marks none."""
        if number != self._taken:
            self._taken = number
            self.update()

    # -- geometry ----------------------------------------------------------------------------------------------------

    def _columns(self) -> int:
        return max(1, (self.width() - _GAP) // (_LEAST_PX + _GAP))

    def _cell_size(self) -> QSize:
        columns = min(self._columns(), max(1, len(self._draws)))
        width = min(_MOST_PX, (self.width() - _GAP * (columns + 1)) // columns)
        return QSize(max(40, width), round(max(40, width) * _ASPECT))

    def cell(self, number: int) -> QRect:
        """Return where a draw is painted."""
        size, columns = self._cell_size(), self._columns()
        row, column = divmod(number, columns)
        at = QPoint(_GAP + column * (size.width() + _GAP), _GAP + row * (size.height() + _GAP))
        return QRect(at, size)

    def _number_at(self, at: QPoint) -> int:
        return next((i for i in range(len(self._draws)) if self.cell(i).contains(at)), -1)

    def _fit(self) -> None:
        bottom = self.cell(len(self._draws) - 1).bottom() if self._draws else _GAP
        self.setFixedHeight(bottom + _GAP + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # -- hands -------------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hot = self._number_at(event.position().toPoint())
        if hot != self._hot:
            self._hot = hot
            self.setCursor(Qt.CursorShape.PointingHandCursor if hot >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._hot = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._choose(number)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_Down: self._columns(),
        }
        if key in steps:
            self._current = min(max(self._current + steps[key], 0), max(0, len(self._draws) - 1))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._current)
        else:
            super().keyPressEvent(event)

    def _choose(self, number: int) -> None:
        if number < len(self._draws) and self._draws[number].values is not None:
            self._current = number
            self.chosen.emit(number)
            self.update()

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            number = self._number_at(event.pos())
            if number >= 0:
                draw = self._draws[number]
                told = draw.problem or f"Draw {number + 1}: click to take its values"
                QToolTip.showText(event.globalPos(), plain_tip(told), self, self.cell(number))
            return True
        return super().event(event)  # type: ignore[arg-type]

    # -- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        letters = QFont(self.font())
        letters.setPixelSize(10)
        painter.setFont(letters)
        for number, draw in enumerate(self._draws):
            rect = self.cell(number)
            if not rect.intersects(event.rect()):
                continue
            shape = QPainterPath()
            shape.addRoundedRect(QRectF(rect), tokens.radius, tokens.radius)
            painter.save()
            painter.setClipPath(shape)
            painter.fillRect(rect, QColor(tokens.field))
            if draw.rgb is not None:
                if number not in self._images:
                    self._images[number] = image_of(draw.rgb)
                painter.drawImage(QRectF(rect), self._images[number])
                if draw.extent is not None:
                    self._paint_size(painter, rect, size_words(draw.extent.size_m, largest=True))
            else:
                mark = icon("alert-outline" if draw.problem else "dice-3-outline", tokens.border)
                mark.paint(painter, rect.center().x() - 12, rect.center().y() - 12, 24, 24)
            painter.restore()
            current = self.hasFocus() and number == self._current
            if number == self._taken or current or number == self._hot:
                painter.setPen(QPen(QColor(tokens.accent), 2.0 if number == self._taken or current else 1.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), tokens.radius, tokens.radius)
        painter.end()

    def _paint_size(self, painter: QPainter, rect: QRect, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        plate = QRectF(rect.right() - width - 3, rect.bottom() - 16, width, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 18, 22, 150))
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(QColor("#e4e6ea"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
