"""One value of the object: its name, a slider where it is a number, its field, a die and a way back to the default.

It shows what it is given and tells what a hand wants; values are the page's affair.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolButton, QToolTip, QWidget

from myriorama.app.inspection.naming import described_limits, readable
from myriorama.app.inspection.wording import value_in_words
from myriorama.app.object_studio.spans import Span, span_of
from myriorama.app.studio import Studio
from myriorama.scenes.parameters.schema import Parameter
from myriorama.widgets.editors import VectorField
from myriorama.widgets.inspector.literal import editor_kind, make_editor, set_up, show_value
from myriorama.widgets.inspector.row_widget import FIELD, HEIGHT, MARGIN, REASON, small_font
from myriorama.widgets.object_studio.slider import PlaceSlider
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_BUTTON: Final = 24
_NUMBER: Final = 98
_TOGGLE: Final = 26
Judge = Callable[[str, Any], str]


class ValueRow(QWidget):
    """A row that can be bound to any parameter of its kind.

    Attributes
    ----------
    trying, wanted : signal of (str, object)
        Name and value: while it is moved; when it is done.
    cancelled : signal of ()
    reset_wanted, roll_wanted : signal of (str,)
    """

    trying = Signal(str, object)
    wanted = Signal(str, object)
    cancelled = Signal()
    reset_wanted = Signal(str)
    roll_wanted = Signal(str)

    def __init__(self, kind: str, studio: Studio, judge: Judge, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.parameter: Parameter | None = None
        self._judge = judge
        self._span: Span | None = None
        self._changed = False
        self._reason = ""
        self.slider = PlaceSlider(self) if kind in ("float", "int") else None
        self.editor: Any = make_editor(kind, studio, self)
        self.die = self._button("dice-3-outline", "Draw it anew from what the generator suggests")
        self.back = self._button("backup-restore", "Back to the default")
        self.die.clicked.connect(lambda: self.roll_wanted.emit(self.name))
        self.back.clicked.connect(lambda: self.reset_wanted.emit(self.name))
        self.editor.changing.connect(lambda value: self.trying.emit(self.name, value))
        self.editor.changed.connect(lambda value: self.wanted.emit(self.name, value))
        if hasattr(self.editor, "cancelled"):
            self.editor.cancelled.connect(self.cancelled)
        if hasattr(self.editor, "refusal_changed"):
            self.editor.refusal_changed.connect(self.show_reason)
        if self.slider is not None:
            self.slider.moving.connect(self._on_sliding)
            self.slider.moved.connect(self._on_slid)
            self.slider.cancelled.connect(self.cancelled)
        self.setFixedHeight(HEIGHT)

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name, theme().dim))
        button.setIconSize(QSize(16, 16))
        button.setAutoRaise(True)
        button.setFixedSize(_BUTTON, FIELD)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @property
    def name(self) -> str:
        return self.parameter.name if self.parameter is not None else ""

    # -- setters -----------------------------------------------------------------------------------------------------

    def bind(self, parameter: Parameter) -> None:
        """Become the row of a parameter."""
        if parameter == self.parameter:
            return
        self.parameter = parameter
        title = self.title
        set_up(self.editor, parameter, None, title, lambda value: self._judge(parameter.name, value))
        self._span = span_of(parameter)
        if self.slider is not None:
            self.slider.setVisible(self._span is not None)
            self.slider.setAccessibleName(f"{title}, slider")
            usual = self._span.usual if self._span is not None else None
            self.slider.set_usual(None if self._span is None or usual is None else self._places(self._span, usual))
        self.die.setVisible(parameter.suggested is not None)
        self.die.setAccessibleName(f"Draw {title.lower()} anew")
        self.back.setAccessibleName(f"Reset {title.lower()}")
        self.setAccessibleName(title)
        self.show_reason("")
        self.update()

    def show_value(self, value: Any, default: Any) -> None:
        """Show a value; the way back is offered where it is not the default."""
        show_value(self.editor, value)
        if self.slider is not None and self._span is not None and isinstance(value, int | float):
            self.slider.set_place(self._span.place_of(float(value)))
        changed = value != default
        self.back.setVisible(changed)
        if changed != self._changed:
            self._changed = changed
            self.update()

    def show_reason(self, reason: str) -> None:
        """Show beneath the value why it is refused."""
        if reason != self._reason:
            self._reason = reason
            self.setFixedHeight(HEIGHT + (REASON if reason else 0))
            self.update()

    def dress(self) -> None:
        """Take the colours of the theme in force."""
        self.die.setIcon(icon("dice-3-outline", theme().dim))
        self.back.setIcon(icon("backup-restore", theme().dim))
        self.update()

    @property
    def title(self) -> str:
        return readable(self.parameter.name, self.parameter.unit) if self.parameter is not None else ""

    @staticmethod
    def _places(span: Span, usual: tuple[float, float]) -> tuple[float, float]:
        return span.place_of(usual[0]), span.place_of(usual[1])

    # -- hands -------------------------------------------------------------------------------------------------------

    def _on_sliding(self, place: float) -> None:
        if self._span is not None:
            value = self._number(place)
            show_value(self.editor, value)
            self.trying.emit(self.name, value)

    def _on_slid(self, place: float) -> None:
        if self._span is not None:
            self.wanted.emit(self.name, self._number(place))

    def _number(self, place: float) -> float | int:
        assert self._span is not None
        value = self._span.value_at(place)
        return int(value) if self._span.whole else value

    # -- geometry and painting ---------------------------------------------------------------------------------------

    def _name_width(self) -> int:
        return min(170, max(104, round(self.width() * 0.34)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        top, right = (HEIGHT - FIELD) // 2, self.width() - MARGIN
        self.back.move(right - _BUTTON, top)
        self.die.move(right - 2 * _BUTTON, top)
        left, end = self._name_width(), right - 2 * _BUTTON - 4
        if self.slider is not None:
            self.editor.setGeometry(end - _NUMBER, top, _NUMBER, FIELD)
            self.slider.setGeometry(left, top + 1, max(30, end - _NUMBER - 8 - left), FIELD - 2)
        else:
            width = _TOGGLE if self.kind == "bool" else end - left
            self.editor.setGeometry(left, top, width, FIELD)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._changed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(QRectF(MARGIN - 2, HEIGHT / 2 - 2, 4, 4))
        area = QRect(MARGIN + 8, 0, self._name_width() - MARGIN - 14, HEIGHT)
        text = self.title
        if isinstance(self.editor, VectorField) and self.parameter is not None and self.parameter.unit:
            text += f" {self.parameter.unit}"
        painter.setPen(QColor(tokens.text if self._changed else tokens.dim))
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if self._reason:
            painter.setFont(small_font(self))
            painter.setPen(QColor(tokens.error))
            room = QRect(MARGIN + 8, HEIGHT - 3, self.width() - 2 * MARGIN - 8, REASON)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._reason)
        painter.end()

    def help_text(self) -> str:
        """Return the tooltip: help, default, limits, what is suggested."""
        parameter = self.parameter
        if parameter is None:
            return ""
        lines = [parameter.help]
        default = value_in_words(parameter.default, parameter)
        lines += [f"Default: {default}"] if default else []
        limits = described_limits(parameter)
        lines += [f"Allowed: {limits}"] if limits else []
        lines.append(f"Name: {parameter.name}")
        return "\n".join(lines)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self._reason or self.help_text()), self)
            return True
        return super().event(event)


def row_kind(parameter: Parameter) -> str:
    """Return a word for the rows that can show a parameter."""
    return editor_kind(parameter)
