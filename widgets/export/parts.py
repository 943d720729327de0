"""Small pieces that the pages of the export sheet share. They hold no state of an export."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QToolButton, QVBoxLayout, QWidget

from myriorama.widgets.theme import icon, padded, theme


def plain(text: str = "", role: str = "", *, wraps: bool = False) -> QLabel:
    """Return a label that shows its text as it is."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if role:
        made.setProperty("role", role)
    return made


def set_role(label: QLabel, role: str) -> None:
    """Give a label another look."""
    if label.property("role") == role:
        return
    label.setProperty("role", role)
    label.style().unpolish(label)
    label.style().polish(label)


def even_digits(label: QLabel, *, larger: int = 0, bold: bool = False) -> QLabel:
    """Let a label's digits all have one width, so that a running number does not tremble."""
    font = QFont(label.font())
    if larger:
        label.setStyleSheet(f"font-size: {13 + larger}px; font-weight: {600 if bold else 400};")
    font.setFeature(QFont.Tag("tnum"), 1)
    label.setFont(font)
    return label


class WholeField(QSpinBox):
    """A whole number; what is out of range is told by the sheet, not moved into it."""

    def __init__(self, title: str, suffix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        padded(self)
        self.setRange(0, 2**31 - 1)
        self.setAccessibleName(title)
        self.setToolTip(title)
        if suffix:
            self.setSuffix(suffix)
        self.setMinimumWidth(92)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the sheet scrolls under the pointer


def push_button(text: str, *, default: bool = False) -> QPushButton:
    """Return a button as wide as its text in bold, which the default one is written in."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setDefault(default)
    font = QFont(made.font())
    font.setPixelSize(13)
    font.setBold(True)
    made.setMinimumWidth(QFontMetrics(font).horizontalAdvance(text) + 34)
    return made


class Fold(QWidget):
    """A heading that shows or hides what is below it."""

    def __init__(self, title: str, content: QWidget, *, open_: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setStyleSheet("QToolButton, QToolButton:checked { background: transparent; }")
        self.button.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().tight)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(content)
        self.button.toggled.connect(self._on_toggled)
        self.button.setChecked(open_)
        self._on_toggled(open_)

    def open(self) -> None:
        """Show what is below."""
        self.button.setChecked(True)

    def _on_toggled(self, shown: bool) -> None:
        self._content.setVisible(shown)
        self.button.setIcon(icon("chevron-down" if shown else "chevron-right"))
