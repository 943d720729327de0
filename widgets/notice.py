"""A sentence that is read in full, however narrow its place is, until it is put away. It never cuts its text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from myriorama.widgets.theme import DARK, Theme, icon, theme

_MARK_PX = 16


class Notice(QFrame):
    """One wrapped text with a sign before it and a button that puts it away; hidden while there is nothing to say.

    Parameters
    ----------
    letters, plate : str or None
        Colours of the text and of a dark ground; None are the theme's.

    Signals
    -------
    put_away : ()
        The button was pressed.
    """

    put_away = Signal()

    def __init__(self, parent: QWidget, letters: str | None = None, plate: str | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._letters, self._plate = letters, plate
        self._styled: Theme | None = None
        self._sign = QLabel()
        self._label = QLabel()
        self._label.setObjectName("words")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QToolButton()
        self.close_button.setAutoRaise(True)
        self.close_button.setIconSize(QSize(_MARK_PX, _MARK_PX))
        self.close_button.setToolTip("Put this away")
        self.close_button.setAccessibleName("Put this away")
        self.close_button.clicked.connect(self._on_closed)
        gap = theme().gap
        line = QHBoxLayout(self)
        line.setContentsMargins(gap, theme().tight, theme().tight, theme().tight)
        line.setSpacing(gap)
        line.addWidget(self._sign)
        line.addWidget(self._label, 1)
        line.addWidget(self.close_button)
        self._restyle()
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty where nothing is."""
        return "" if self.isHidden() else self._label.text()

    def say(self, text: str) -> None:
        """Show a text; an empty one takes it away."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._restyle()

    def _restyle(self) -> None:
        tokens = theme()
        if tokens is self._styled or not hasattr(self, "close_button"):
            return
        self._styled = tokens
        letters, plate = self._letters or tokens.text, self._plate or tokens.surface
        warning = DARK.warning if self._plate else tokens.warning  # a plate over a picture is dark in either theme
        self._sign.setPixmap(icon("alert", warning).pixmap(_MARK_PX, _MARK_PX))
        self.close_button.setIcon(icon("close", letters))
        radius = "border-radius: 4px;" if self._plate else f"border-top: 1px solid {tokens.border};"
        self.setStyleSheet(
            f"#notice {{ background: {plate}; {radius} }}"
            f"#notice QLabel {{ color: {letters}; background: transparent; }}"
        )

    def place(self, left: int, top: int, widest: int) -> None:
        """Stand there, on a parent without a layout for it, no wider than that and as high as the text then needs."""
        wide = self._label.fontMetrics().horizontalAdvance(self._label.text())
        aside = self.sizeHint().width() - self._label.sizeHint().width()
        width = max(1, min(widest, wide + aside + theme().gap))
        layout = self.layout()
        height = layout.heightForWidth(width) if layout is not None else self.sizeHint().height()
        self.setGeometry(left, top, width, height)
        self.raise_()

    def _on_closed(self) -> None:
        self.hide()
        self.put_away.emit()
