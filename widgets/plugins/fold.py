"""A heading that opens and closes what is under it. It keeps what is folded, unshown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from myriorama.widgets.theme import icon

_MOST_LINES = 12


class Fold(QWidget):
    """A heading and a body.

    Attributes
    ----------
    unfolded : signal of (bool,)
    """

    unfolded = Signal(bool)

    def __init__(self, title: str, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QToolButton(self)
        self.heading.setCheckable(True)
        self.heading.setAutoRaise(True)
        self.heading.setIconSize(QSize(16, 16))
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setStyleSheet(
            "QToolButton { padding: 1px 4px 1px 0; margin-left: -4px; font-weight: 600; }"
            "QToolButton:checked { background: transparent; border-color: transparent; }"
        )
        self.body = body
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(body)
        self.heading.toggled.connect(self._on_toggled)
        self.set_title(title)
        self._on_toggled(False)

    @property
    def is_open(self) -> bool:
        return self.heading.isChecked()

    def set_title(self, title: str) -> None:
        self.heading.setText(title)
        self.heading.setAccessibleName(title)

    def _on_toggled(self, is_open: bool) -> None:
        self.heading.setIcon(icon("chevron-down" if is_open else "chevron-right"))
        self.body.setVisible(is_open)
        self.unfolded.emit(is_open)


class FixedText(QPlainTextEdit):
    """Text to be read and copied, in letters of one width; as high as it needs, up to a dozen lines."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_text("")

    def show_text(self, text: str) -> None:
        if text != self.toPlainText() or self.maximumHeight() > 10_000:
            self.setPlainText(text)
            lines = min(max(1, self.document().blockCount()), _MOST_LINES)
            wide = max((len(line) for line in text.splitlines()), default=0) > 90
            self.ensurePolished()  # the style sheet sets the size of the letters
            self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 20 + (12 if wide else 0))
