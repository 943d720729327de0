"""An sRGB colour: a swatch that opens a colour dialog, and its ``#rrggbb``."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QColorDialog, QHBoxLayout, QWidget

from myriorama.scenes.parameters.colors import hex_color
from myriorama.widgets.editors.text import TextField
from myriorama.widgets.theme import theme


def hex_of(value: str | Sequence[float] | None) -> str | None:
    """Return a colour as written in a project, a text or three numbers in [0, 1], as ``#rrggbb``."""
    if value is None or isinstance(value, str):
        return value
    red, green, blue = (round(min(max(v, 0.0), 1.0) * 255.0) for v in value)
    return f"#{red:02x}{green:02x}{blue:02x}"


class Swatch(QAbstractButton):
    """A patch of colour to click on; struck out where several differ."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color: str | None = "#000000"
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Choose a colour")

    def set_color(self, color: str | None) -> None:
        self._color = color
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(34, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.accent if self.hasFocus() else tokens.border
        painter.setPen(QPen(QColor(edge), 1.5 if self.hasFocus() else 1.0))
        painter.setBrush(QColor(self._color or tokens.field))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.radius, tokens.radius)
        if self._color is None:
            painter.setPen(QColor(tokens.dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "—")
        painter.end()


class ColorField(QWidget):
    """A colour.

    Attributes
    ----------
    changing, changed : signal of (str,)
        ``#rrggbb``: while the dialog is open; accepted or typed.
    cancelled : signal of ()
        The dialog was left without choosing.
    """

    changing = Signal(object)
    changed = Signal(object)
    cancelled = Signal()
    refusal_changed = Signal(str)

    def __init__(self, value: str | Sequence[float] | None = "#808080", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = hex_of(value)
        self._dialog: QColorDialog | None = None
        self.swatch = Swatch(self)
        self.line = TextField(self._value, parent=self)
        self.line.setAccessibleName("Colour as #rrggbb")
        self.line.set_judge(lambda text: "" if hex_color(_with_hash(text)) else "a colour is written #rrggbb")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().tight)
        row.addWidget(self.swatch)
        row.addWidget(self.line, 1)
        self.setFocusProxy(self.line)
        self.swatch.clicked.connect(self.open_dialog)
        self.line.changed.connect(self._on_typed)
        self.line.refusal_changed.connect(self.refusal_changed)
        self._show()

    @property
    def value(self) -> str | None:
        """``#rrggbb``, or None where several differ."""
        return self._value

    def set_value(self, value: str | Sequence[float] | None) -> None:
        """Show a colour; None for several that differ."""
        found = hex_of(value)
        if found != self._value or self.line.refusal:
            self._value = found
            self._show()

    def open_dialog(self) -> None:
        """Let the colour be chosen by eye."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = QColorDialog(QColor(self._value or "#808080"), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setWindowTitle("Colour")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.currentColorChanged.connect(self._on_looked_at)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def _on_looked_at(self, color: QColor) -> None:
        self.swatch.set_color(color.name())
        self.changing.emit(color.name())

    def _on_finished(self, accepted: int) -> None:
        dialog, self._dialog = self._dialog, None
        if accepted and dialog is not None:
            before, self._value = self._value, dialog.selectedColor().name()
            self._show()
            if self._value != before:
                self.changed.emit(self._value)
                return
        self._show()
        self.cancelled.emit()

    def _on_typed(self, text: str) -> None:
        self._value = _with_hash(text).lower()
        self._show()
        self.changed.emit(self._value)

    def _show(self) -> None:
        self.swatch.set_color(self._value)
        self.line.set_value(self._value)


def _with_hash(text: str) -> str:
    text = text.strip()
    return text if text.startswith("#") else f"#{text}"
