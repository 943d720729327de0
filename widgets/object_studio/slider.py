"""A slim slider for one number, with the part of it marked that the generator suggests.

It knows places from 0 to 1; what numbers they stand for is its owner's affair.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from myriorama.widgets.theme import theme

_HANDLE_PX: Final = 12.0
_STEP: Final = 0.02


class PlaceSlider(QWidget):
    """A place from 0 to 1.

    Attributes
    ----------
    moving, moved : signal of (float,)
        While it is held; it was let go or stepped by key.
    cancelled : signal of ()
        Esc while it was held.
    """

    moving = Signal(float)
    moved = Signal(float)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = 0.0
        self._before = 0.0
        self._usual: tuple[float, float] | None = None
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(22)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def place(self) -> float:
        return self._place

    @property
    def held(self) -> bool:
        """A hand is on it."""
        return self._held

    def set_place(self, place: float) -> None:
        """Show a place; not while a hand is on it."""
        if not self._held and place != self._place:
            self._place = place
            self.update()

    def set_usual(self, usual: tuple[float, float] | None) -> None:
        """Mark a part of it."""
        if usual != self._usual:
            self._usual = usual
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(90, 22)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            self._held, self._before = True, self._place
            self._go(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._held = False
            self.update()
            self.moved.emit(self._place)

    def _go(self, event: QMouseEvent) -> None:
        room = self.width() - _HANDLE_PX
        place = min(max((event.position().x() - _HANDLE_PX / 2.0) / max(room, 1.0), 0.0), 1.0)
        if place != self._place:
            self._place = place
            self.update()
            self.moving.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a list that is scrolled under the pointer must not change its values

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}
        if key in ways:
            fine = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self._place = min(max(self._place + ways[key] * _STEP / fine, 0.0), 1.0)
            self.update()
            self.moved.emit(self._place)
        elif key == Qt.Key.Key_Escape and self._held:
            self._held, self._place = False, self._before
            self.update()
            self.cancelled.emit()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room, half, middle = self.width() - _HANDLE_PX, _HANDLE_PX / 2.0, self.height() / 2.0
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(QRectF(half, middle - 2, room, 4), 2, 2)
        if self._usual is not None:
            start, end = (half + room * p for p in self._usual)
            color = QColor(tokens.accent)
            color.setAlpha(120)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(start, middle - 2, max(3.0, end - start), 4), 2, 2)
        center = half + room * self._place
        marked = self.hasFocus() or self._held
        painter.setPen(QPen(QColor(tokens.accent if marked else tokens.surface), 2.0 if marked else 1.0))
        painter.setBrush(QColor(tokens.text if self.isEnabled() else tokens.disabled))
        painter.drawEllipse(QRectF(center - 5.5, middle - 5.5, 11, 11))
        painter.end()
