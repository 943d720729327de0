"""A number with its unit: dragged, typed with units and arithmetic, or stepped by keys.

A number outside the hard limits is refused with the reason; it is never moved inside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from myriorama.app.inspection.quantities import (
    QuantityError,
    exact_number,
    parse_quantity,
    shown_number,
    shown_unit,
    with_unit,
)
from myriorama.widgets.editors.line import FieldLine

DASH = "—"
_PIXELS_PER_STEP = 4


class NumberField(FieldLine):
    """Drag sideways to change (Shift: fine, Ctrl: in whole steps), click or Tab to type.

    Parameters
    ----------
    minimum, maximum : float
        Inclusive hard limits.
    unit : str
        As declarations write it: "m", "deg", ...
    decimals : int or None
        Shown after the point; None shows six significant digits. The value itself is not rounded.
    step : float or None
        Of the arrow keys; None takes one that suits the value and its limits.

    Attributes
    ----------
    changing : signal of (float,)
        While it is dragged.
    changed : signal of (float,)
        It was typed, stepped, or a drag ended.
    cancelled : signal of ()
        A drag was taken back by Esc.
    """

    changing = Signal(object)
    changed = Signal(object)
    cancelled = Signal()

    def __init__(
        self,
        value: float | None = 0.0,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        unit: str = "",
        decimals: int | None = None,
        step: float | None = None,
        whole: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._value = value
        self._minimum, self._maximum, self._unit = minimum, maximum, unit
        self._decimals, self._step, self._whole = decimals, step, whole
        self._judge: Callable[[float], str] | None = None
        self._editing = False
        self._pressed_at: QPointF | None = None
        self._dragged_from: float | None = None
        self._dragged_to: float | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.set_suffix(shown_unit(unit))
        self._leave_editing()

    @property
    def value(self) -> float | None:
        """The number, or None where several differ."""
        return self._value

    @property
    def dragging(self) -> bool:
        return self._dragged_from is not None

    def set_value(self, value: float | None) -> None:
        """Show a number, or a dash for None; what is being typed stays."""
        if value == self._value and type(value) is type(self._value) and not self._refusal:
            return
        self._value = value
        if not self.typing and not self.dragging:
            self.refuse("")
            self._show()

    def configure(
        self, *, minimum: float, maximum: float, unit: str, whole: bool = False, step: float | None = None
    ) -> None:
        """Use the field for another quantity."""
        self._minimum, self._maximum, self._unit, self._whole, self._step = minimum, maximum, unit, whole, step
        self.set_suffix(shown_unit(unit))

    def set_judge(self, judge: Callable[[float], str] | None) -> None:
        """Ask `judge` for the reason why a number within the limits is refused; it answers "" where it is not."""
        self._judge = judge

    def reason_against(self, value: float) -> str:
        """Return why a number is refused, or an empty text."""
        if self._whole and not float(value).is_integer():
            return "a whole number is needed"
        if value < self._minimum:
            return f"at least {with_unit(self._minimum, self._unit)}"
        if value > self._maximum:
            return f"at most {with_unit(self._maximum, self._unit)}"
        return self._judge(value) if self._judge is not None else ""

    def step_size(self) -> float:
        """Return what one press of an arrow key adds."""
        if self._step is not None:
            return self._step
        size = abs(self._value or 0.0)
        span = self._maximum - self._minimum
        wanted = size / 20.0 if size > 0.0 else 0.1
        if math.isfinite(span) and span > 0.0:
            wanted = min(max(wanted, span / 100.0) if span <= 10.0 else wanted, span / 10.0)
        step = 10.0 ** math.floor(math.log10(wanted) + 1e-9) if wanted > 0 else 0.1
        return max(1.0, step) if self._whole else step

    # typing

    def commit(self) -> None:
        if not self._editing or not self.isModified():
            return
        try:
            value = parse_quantity(self.text(), self._unit)
        except QuantityError as error:
            self.refuse(str(error))
            return
        if self._whole and value.is_integer():
            # Digits alone are read as they are: a seed has more of them than a float keeps.
            plain = self.text().strip()
            value = int(plain) if plain.lstrip("+-").isdecimal() and plain.isascii() else int(value)
        reason = self.reason_against(value)
        self.refuse(reason)
        if reason:
            return
        self._take(value)
        if self.hasFocus():
            self._show()
        else:
            self._leave_editing()

    def restore(self) -> None:
        self._show()

    def _take(self, value: float) -> None:
        before, self._value = self._value, value
        self.setModified(False)
        if value != before:
            self.changed.emit(value)

    def _show(self) -> None:
        if self._value is None:
            text = DASH
        elif self._editing:
            text = exact_number(self._value)
        elif self._decimals is not None:
            text = f"{self._value:.{self._decimals}f}"
        else:
            text = shown_number(self._value)
        if text != self.text():
            selected, at = self.hasSelectedText(), self.cursorPosition()
            self.setText(text)
            if self._editing and selected:
                self.selectAll()
            else:
                self.setCursorPosition(min(at, len(text)) if self._editing else 0)
        self.setModified(False)

    def _enter_editing(self) -> None:
        self._editing = True
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self._show()
        self.selectAll()

    def _leave_editing(self) -> None:
        self._editing = False
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._show()
        self.deselect()
        self.setCursorPosition(0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if (
            event.reason()
            in (
                Qt.FocusReason.TabFocusReason,
                Qt.FocusReason.BacktabFocusReason,
                Qt.FocusReason.ShortcutFocusReason,
            )
            and not self._refusal
        ):
            self._enter_editing()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason and not self._refusal:
            self._leave_editing()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.dragging:
            self._end_drag(keep=False)
            event.accept()
            return
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._key_step(1 if key == Qt.Key.Key_Up else -1, event.modifiers())
            event.accept()
            return
        if not self._editing and (event.text().strip() or key in (Qt.Key.Key_Return, Qt.Key.Key_F2)):
            self._enter_editing()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_F2):
                event.accept()
                return
        super().keyPressEvent(event)

    def _key_step(self, sign: int, modifiers: Qt.KeyboardModifier) -> None:
        self.commit()
        if self._refusal or self._value is None:
            return
        step = self.step_size()
        if modifiers & Qt.KeyboardModifier.ShiftModifier and not self._whole:
            step /= 10.0
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            step *= 10.0
        self._propose(_tidy(self._value + sign * step, step, self._whole))

    def _propose(self, value: float) -> None:
        reason = self.reason_against(value)
        if reason:
            self._say(reason)
            return
        self._take(value)
        self._show()

    # dragging

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._editing and self.isEnabled():
            self._pressed_at = event.position()
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            super().mouseMoveEvent(event)
            return
        moved = event.position().x() - self._pressed_at.x()
        if self._dragged_from is None:
            if self._value is None or abs(moved) < QApplication.startDragDistance():
                return
            self._dragged_from = self._dragged_to = self._value
            self._drag_step = self.step_size()
            self._pressed_at = event.position()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            return
        self._drag_to(moved / _PIXELS_PER_STEP, event.modifiers())

    def _drag_to(self, steps: float, modifiers: Qt.KeyboardModifier) -> None:
        start = self._dragged_from
        assert start is not None
        step = self._drag_step / (1.0 if self._whole else 2.0)
        if modifiers & Qt.KeyboardModifier.ShiftModifier and not self._whole:
            step /= 10.0
        value = start + steps * step
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            value = round(value / self._drag_step) * self._drag_step
            value = _tidy(value, self._drag_step, self._whole)
        else:
            value = _tidy(value, step / 10.0, self._whole)
        if self.reason_against(value):
            # A hand that goes on at the end of the way stays there; the end and its reason are shown.
            self._say(self.reason_against(value))
            value = self._minimum if value < self._minimum else self._maximum if value > self._maximum else value
            if not math.isfinite(value) or self.reason_against(value):
                return
        if value != self._dragged_to:
            self._dragged_to = self._value = value
            self._show()
            self.changing.emit(value)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            super().mouseReleaseEvent(event)
            return
        if self.dragging:
            self._end_drag(keep=True)
        else:
            self._pressed_at = None
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._enter_editing()

    def _end_drag(self, *, keep: bool) -> None:
        start, self._dragged_from, self._pressed_at = self._dragged_from, None, None
        if keep:
            if self._value != start:
                self.changed.emit(self._value)
        else:
            self._value = start
            self._show()
            self.cancelled.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a list that is scrolled under the pointer must not change its values

    def _say(self, reason: str) -> None:
        from PySide6.QtWidgets import QToolTip

        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), reason, self)


class IntField(NumberField):
    """A `NumberField` of whole numbers."""

    def __init__(
        self,
        value: int | None = 0,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(value, minimum=minimum, maximum=maximum, unit=unit, whole=True, parent=parent)


def _tidy(value: float, step: float, whole: bool) -> float:
    """Take away the digits far below a step that adding in binary leaves."""
    if whole:
        return round(value)
    digits = max(0, 2 - math.floor(math.log10(step)))
    return round(value, min(digits, 15))
