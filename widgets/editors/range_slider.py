"""A slider with two handles over a range of numbers, even in the number or in its logarithm.

The handle that is not moved keeps its number to the last digit.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from superqt import QDoubleRangeSlider

from myriorama.widgets.theme import theme

HANDLE_PX = 13
_STEPS = 100.0


class _Handles(QDoubleRangeSlider):  # type: ignore[misc]
    """superqt's slider in the theme's colours; it says when a hand lets go."""

    released = Signal()
    stepped = Signal(int, float)
    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0.0, 1.0)
        self.setSingleStep(0.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)
        self.setBarIsRigid(True)
        self._held = False
        self.active = 0

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 20)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._held = event.button() == Qt.MouseButton.LeftButton
        self.active = int(self._pressedIndex)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._held:
            self._held = False
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a list that is scrolled under the pointer must not change its values

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}
        key = Qt.Key(event.key())
        if key in keys:
            fine = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self.stepped.emit(self.active, keys[key] / _STEPS / fine)
        elif key == Qt.Key.Key_Space:
            self.active = 1 - self.active
            self.update()
        elif key == Qt.Key.Key_Escape and self._held:
            self._held = False
            self.escaped.emit()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2.0
        centers = [QRectF(self._handleRect(i)).center().x() for i in (0, 1)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), 4), 2, 2)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRect(QRectF(centers[0], middle - 2, centers[1] - centers[0], 4))
        for i, center in enumerate(centers):
            marked = self.hasFocus() and i == self.active
            painter.setPen(QPen(QColor(tokens.accent if marked else tokens.surface), 2.0 if marked else 1.0))
            painter.setBrush(QColor(tokens.text))
            painter.drawEllipse(QRectF(center - 6, middle - 6, 12, 12))
        painter.end()


class RangeSlider(QWidget):
    """Two handles.

    Attributes
    ----------
    changing, changed : signal of (float, float)
        A handle moves; it was let go or stepped by key.
    cancelled : signal of ()
        Esc was pressed while a handle was held.
    """

    changing = Signal(float, float)
    changed = Signal(float, float)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start, self._end, self._logarithmic, self._whole = 0.0, 1.0, False, False
        self._values = self._before = (0.0, 1.0)
        self.handles = _Handles(self)
        self.handles.setAccessibleName("Range")
        self.handles.setToolTip("Drag a handle, or the bar between; Space changes the handle that arrow keys move")
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.handles)
        self.setFocusProxy(self.handles)
        self.handles.slidersMoved.connect(self._on_moved)
        self.handles.valuesChanged.connect(self._on_moved)
        self.handles.released.connect(self._on_released)
        self.handles.stepped.connect(self._on_stepped)
        self.handles.escaped.connect(self._on_escaped)

    @property
    def values(self) -> tuple[float, float]:
        return self._values

    @property
    def held(self) -> bool:
        """A hand is on it."""
        return bool(self.handles._held)

    @property
    def ends(self) -> tuple[float, float]:
        return self._start, self._end

    def set_range(self, start: float, end: float, *, logarithmic: bool = False, whole: bool = False) -> None:
        """Span other numbers; not while a hand is on it."""
        if not self.held:
            self._start, self._end, self._logarithmic, self._whole = start, end, logarithmic and start > 0.0, whole
            self._show()

    def set_values(self, low: float, high: float) -> None:
        """Show a range."""
        if not self.held and (low, high) != self._values:
            self._values = self._before = (low, high)
            self._show()

    def place_of(self, value: float) -> float:
        """Return where a number lies, 0 to 1 between the ends."""
        if self._logarithmic:
            return math.log(value / self._start) / math.log(self._end / self._start) if value > 0.0 else 0.0
        return (value - self._start) / (self._end - self._start) if self._end > self._start else 0.5

    def pixel_of(self, value: float) -> float:
        """Return the x of a number in the slider's own pixels."""
        room = self.width() - HANDLE_PX
        return HANDLE_PX / 2.0 + self.place_of(value) * room

    def _value_at(self, place: float) -> float:
        if self._logarithmic:
            value = self._start * math.exp(place * math.log(self._end / self._start))
            digits = 2 - math.floor(math.log10(value))
        else:
            value = self._start + place * (self._end - self._start)
            span = self._end - self._start
            digits = 2 - math.floor(math.log10(span)) if span > 0.0 else 3
        value = round(value) if self._whole else round(value, digits)
        return min(max(value, self._start), self._end)

    def _show(self) -> None:
        places = tuple(min(max(self.place_of(v), 0.0), 1.0) for v in self._values)
        with QSignalBlocker(self.handles):
            self.handles.setValue(places)
        self.handles.update()

    def _on_moved(self, places: tuple[float, float]) -> None:
        shown = [min(max(self.place_of(v), 0.0), 1.0) for v in self._before]
        low, high = (
            before if abs(place - then) < 1e-6 else self._value_at(place)
            for place, then, before in zip(places, shown, self._before, strict=True)
        )
        if (low, high) != self._values and low <= high:
            self._values = (low, high)
            self.changing.emit(low, high)

    def _on_released(self) -> None:
        before, self._before = self._before, self._values
        self._show()
        if self._values != before:
            self.changed.emit(*self._values)

    def _on_stepped(self, handle: int, share: float) -> None:
        moved = list(self._values)
        moved[handle] = self._value_at(min(max(self.place_of(moved[handle]) + share, 0.0), 1.0))
        if self._whole and moved[handle] == self._values[handle]:
            moved[handle] = min(max(moved[handle] + (1 if share > 0 else -1), self._start), self._end)
        if moved[0] <= moved[1] and tuple(moved) != self._values:
            self._values = self._before = (moved[0], moved[1])
            self._show()
            self.changed.emit(*self._values)

    def _on_escaped(self) -> None:
        self._values = self._before
        self._show()
        self.cancelled.emit()
