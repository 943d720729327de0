"""Three shares whose sum is 1, on one bar with two handles: what is left of the first is train, then val, then test."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from myriorama.widgets.theme import theme
from myriorama.widgets.theme.tokens import contrast

Shares = tuple[float, float, float]
_NAMES: Final = ("train", "val", "test")
_HEIGHT_PX: Final = 30
_REACH_PX: Final = 9.0
_COLORS: Final = {"dark": ("#2f6f9f", "#8a6d2f", "#7b4f86"), "light": ("#9cc7ea", "#efd08a", "#d9b3e0")}


def _steps_of(shares: Shares) -> tuple[int, int]:
    return (round(100 * shares[0]), round(100 * (shares[0] + shares[1])))


def _shares_of(steps: tuple[int, int]) -> Shares:
    val, test = steps
    return (val / 100, (test - val) / 100, (100 - test) / 100)


class SharesBar(QWidget):
    """The bar.

    Attributes
    ----------
    changing : signal of (tuple,)
        While a handle is dragged.
    changed : signal of (tuple,)
        When it is let go, and at each key.
    """

    changing = Signal(object)
    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = (100, 100)  # where val and test begin, in hundredths
        self._handle = 0
        self._dragged = False
        self._before = self._steps
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Shares of train, val and test")
        self.setToolTip("Drag a border; Left and Right move it by 1 %, with Shift by 5 %; Up and Down take the other")
        self._tell_name()

    @property
    def value(self) -> Shares:
        """Shares of train, val and test, in hundredths."""
        return _shares_of(self._steps)

    @staticmethod
    def rounded(shares: Shares) -> Shares:
        """Return shares as the bar shows them."""
        return _shares_of(_steps_of(shares))

    def set_value(self, shares: Shares) -> None:
        """Show shares; they are rounded to hundredths for the eye only."""
        if not self._dragged:
            self._steps = _steps_of(shares)
            self._tell_name()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, _HEIGHT_PX)

    # -- hand and keys ---------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        first, second = (abs(x - self._x(step)) for step in self._steps)
        if self._steps[0] == self._steps[1]:  # one above the other: to the right only the second may go
            self._handle = 0 if x < self._x(self._steps[0]) or self._steps[0] == 100 else 1
        else:
            self._handle = 0 if first < second else 1
        self._before, self._dragged = self._steps, True
        self._drag_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragged:
            self._drag_to(x)
        else:
            near = any(abs(x - self._x(step)) < _REACH_PX for step in self._steps)
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = False
            if self._steps != self._before:
                self.changed.emit(self.value)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        moves = {Qt.Key.Key_Left: -by, Qt.Key.Key_Right: by}
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._handle = 1 - self._handle
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self._dragged:
            self._dragged = False
            self._move_to(self._before[self._handle])
        elif event.key() in moves:
            before = self._steps
            self._move_to(self._steps[self._handle] + moves[Qt.Key(event.key())])
            if self._steps != before:
                self.changed.emit(self.value)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the form scrolls under the pointer

    def _drag_to(self, x: float) -> None:
        before = self._steps
        self._move_to(round(100 * (x - 1) / max(1, self.width() - 2)))
        if self._steps != before:
            self.changing.emit(self.value)

    def _move_to(self, step: int) -> None:
        """Move the handle in hand; the other gives way, so that a share shrinks to nothing before the next does."""
        step = min(max(step, 0), 100)
        val, test = self._steps
        self._steps = (step, max(step, test)) if self._handle == 0 else (min(step, val), step)
        self._tell_name()
        self.update()

    def _tell_name(self) -> None:
        shares = self.value
        told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in zip(_NAMES, shares, strict=True))
        self.setAccessibleDescription(told)

    # -- looks -----------------------------------------------------------------------------------------------------

    def _x(self, step: int) -> float:
        return 1 + step / 100 * (self.width() - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(1, 3, self.width() - 2, self.height() - 6)
        clip = QPainterPath()
        clip.addRoundedRect(whole, tokens.radius, tokens.radius)
        painter.setClipPath(clip)
        edges = (self._x(0), self._x(self._steps[0]), self._x(self._steps[1]), self._x(100))
        for name, share, left, right, color in zip(
            _NAMES, self.value, edges[:3], edges[1:], _COLORS[tokens.name], strict=True
        ):
            area = QRectF(left, whole.top(), right - left, whole.height())
            painter.fillRect(area, QColor(color))
            self._write(painter, area, name, share, color)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent if self.hasFocus() else tokens.border), 1.0))
        painter.drawRoundedRect(whole, tokens.radius, tokens.radius)
        for place, step in enumerate(self._steps):
            held = self.hasFocus() and place == self._handle
            x = min(max(self._x(step), 3.0), self.width() - 3.0)
            painter.setPen(QPen(QColor(tokens.accent if held else tokens.text), 4.0 if held else 3.0))
            painter.drawLine(QPointF(x, 2.0), QPointF(x, self.height() - 2.0))
        painter.end()

    def _write(self, painter: QPainter, area: QRectF, name: str, share: float, color: str) -> None:
        tokens = theme()
        ink = max((tokens.text, tokens.window, "#000000", "#ffffff"), key=lambda c: contrast(c, color))
        painter.setPen(QColor(ink))
        font = QFont(self.font())
        font.setPixelSize(12)
        painter.setFont(font)
        number = f"{100 * share:.0f} %"
        for text in (f"{name} {number}", number):
            if painter.fontMetrics().horizontalAdvance(text) + 5 <= area.width():
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
                return
