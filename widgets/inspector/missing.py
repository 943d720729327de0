"""The card in place of rows whose plugin is not here: what is missing, what is kept, and the way to the plugins."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from myriorama.app.inspection.rows import Inspection
from myriorama.widgets.theme import Theme, icon, theme

_MOST_LINES: Final = 9


class MissingCard(QFrame):
    """Shown for an inspection of kind ``unknown``; its values can be read and copied, and stay in the project.

    Attributes
    ----------
    plugins_wanted : signal of ()
    """

    plugins_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("missing")
        self._styled: Theme | None = None
        self.sign = QLabel(self)
        self.sign.setFixedSize(20, 20)
        self.title = QLabel("Its plugin is not here", self)
        self.title.setProperty("role", "heading")
        self.warning = QLabel(self)
        self.warning.setTextFormat(Qt.TextFormat.PlainText)
        self.warning.setWordWrap(True)
        self.warning.setAccessibleName("Problem")
        self.kept = QPlainTextEdit(self)
        self.kept.setReadOnly(True)
        self.kept.setTabChangesFocus(True)
        self.kept.setAccessibleName("Kept parameters")
        self.plugins_button = QPushButton("Plugins…", self)
        self.plugins_button.setToolTip("See which plugins are here, and enable one")
        self.plugins_button.clicked.connect(self.plugins_wanted)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.sign)
        head.addWidget(self.title, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.plugins_button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 10, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.warning)
        column.addWidget(self.kept)
        column.addLayout(foot)
        self._dress()
        self.hide()

    def show_inspection(self, found: Inspection) -> None:
        """Show what is missing; nothing where nothing is."""
        self.setVisible(found.kind == "unknown")
        told = found.message[:1].upper() + found.message[1:]
        self.warning.setText(f"{told}. What the project holds for it is kept." if found.message else "")
        self.kept.setVisible(bool(found.kept))
        if self.kept.toPlainText() != found.kept:
            self.kept.setPlainText(found.kept)
            lines = min(max(1, self.kept.document().blockCount()), _MOST_LINES)
            self.kept.setFixedHeight(lines * self.kept.fontMetrics().lineSpacing() + 16)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "plugins_button"):
            self._dress()

    def _dress(self) -> None:
        tokens = theme()
        if tokens is self._styled:  # setting a style sheet is a change of style itself
            return
        self._styled = tokens
        self.sign.setPixmap(icon("puzzle-remove-outline", tokens.warning).pixmap(20, 20))
        self.setStyleSheet(
            f"#missing {{ background: {tokens.raised}; border: 1px solid {tokens.border};"
            f" border-left: 3px solid {tokens.warning}; border-radius: {tokens.radius}px; margin: 2px 10px 6px 10px; }}"
        )
