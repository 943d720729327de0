"""What lies on the picture as words: a state with its way out, badges, and the depth's colour bar.

They are plain widgets over the canvas, so that they are there when OpenGL is not.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from myriorama.app.viewing.colors import DEPTH_RAMP
from myriorama.app.viewing.layers import depth_at
from myriorama.widgets.theme import icon

_PLATE = "rgba(24, 26, 31, 228)"
_LETTERS = "#eceef1"
_DIM = "#b4b9c2"


def plain(text: str = "") -> QLabel:
    """Return a label that shows text as it is."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def set_role(label: QLabel, role: str) -> None:
    """Give a label one of the style sheet's roles: dim, error, warning, good, or none."""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)
        label.style().polish(label)


class Message(QFrame):
    """A sentence in the middle of the view, with what can be done about it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._symbol = plain()
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title, self._detail = plain(), plain()
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._detail.setWordWrap(True)
        self._title.setWordWrap(True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._detail.setAccessibleName("Details")
        self._button = QPushButton()
        self._button.hide()
        self._run: Callable[[], None] | None = None
        self._button.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(6)
        layout.addWidget(self._symbol)
        layout.addWidget(self._title)
        layout.addWidget(self._detail)
        layout.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setStyleSheet(
            f"#message {{ background: {_PLATE}; border-radius: 8px; }}"
            f"#message QLabel {{ color: {_DIM}; background: transparent; }}"
            f"#message QLabel#title {{ color: {_LETTERS}; font-size: 15px; font-weight: 600; }}"
        )
        self._title.setObjectName("title")
        self._told: tuple[str, str, str] = ("", "", "")
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty where nothing is."""
        return "" if self.isHidden() else f"{self._title.text()}. {self._detail.text()}".strip(". ")

    def say(
        self,
        title: str,
        detail: str = "",
        symbol: str = "",
        way_out: str = "",
        run: Callable[[], None] | None = None,
    ) -> None:
        """Show a sentence; an empty title takes it away."""
        self._run = run
        if (title, detail, way_out) != self._told:
            self._told = (title, detail, way_out)
            self._title.setText(title)
            self._detail.setText(detail)
            self._detail.setVisible(bool(detail))
            self._symbol.setVisible(bool(symbol))
            if symbol:
                self._symbol.setPixmap(icon(symbol, _DIM).pixmap(32, 32))
            self._button.setText(way_out)
            self._button.setVisible(bool(way_out))
            self.setAccessibleName(title)
            self.setAccessibleDescription(detail)
        self.setVisible(bool(title))
        self.place()

    def place(self) -> None:
        """Stand in the middle of the parent."""
        room = self.parentWidget()
        if self.isHidden() or room is None:
            return
        width = min(440, max(room.width() - 40, 120))
        self.setFixedWidth(width)
        layout = self.layout()
        if layout is not None:
            self.setFixedHeight(
                layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
            )
        self.move((room.width() - self.width()) // 2, (room.height() - self.height()) // 2)
        self.raise_()

    def _on_clicked(self) -> None:
        if self._run is not None:
            self._run()


class Badge(QFrame):
    """A short word in a corner."""

    def __init__(self, parent: QWidget, color: str = _LETTERS) -> None:
        super().__init__(parent)
        self.setObjectName("badge")
        self._label = plain()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(9, 4, 9, 4)
        layout.addWidget(self._label)
        self.setStyleSheet(
            f"#badge {{ background: {_PLATE}; border-radius: 4px; }}"
            f"#badge QLabel {{ color: {color}; background: transparent; font-size: 12px; }}"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        return "" if self.isHidden() else self._label.text()

    def say(self, text: str) -> None:
        if text == self._label.text() and self.isVisible() == bool(text):
            return
        self._label.setText(text)
        self.setVisible(bool(text))
        self.adjustSize()
        self.raise_()


class DepthBar(QWidget):
    """The ramp of depths with its ends in metres."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(84, 190)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._range = (0.1, 1.0)
        self.hide()

    def show_range(self, near_m: float, far_m: float) -> None:
        self._range = (near_m, far_m)
        self.setAccessibleName(f"Depth from {near_m:.3g} m to {far_m:.3g} m")
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(18, 20, 24, 225))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        bar = QRectF(9, 12, 12, self.height() - 24)
        ramp = QLinearGradient(QPointF(0, bar.top()), QPointF(0, bar.bottom()))
        for k in range(0, 256, 15):
            red, green, blue = DEPTH_RAMP[k].tolist()
            ramp.setColorAt(k / 255, QColor(red, green, blue))
        painter.setBrush(ramp)
        painter.drawRect(bar)
        painter.setPen(QColor(_LETTERS))
        far = self._range[1]
        for k in range(5):
            y = bar.top() + bar.height() * k / 4
            value = depth_at(k / 4, self._range)
            text = f"{value:.2f} m" if far < 100 else f"{value:.0f} m"
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
            spot = QRectF(bar.right() + 7, y - 9, 60, 18)
            painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()
