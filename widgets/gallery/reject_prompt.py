"""Asks why a sample was rejected: a small plate with the reasons and their digits, gone with the next key.

It judges nothing; it tells what was answered.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from myriorama.app.judging.judgments import REASONS
from myriorama.widgets.theme import theme


class RejectPrompt(QFrame):
    """The plate. Hidden until `ask`.

    Signals
    -------
    answered : (int,)
        A key of `REASONS`; 0: no reason. The plate is hidden already.
    key_pressed : (QKeyEvent,)
        What it means is decided by whoever knows the keys.
    """

    answered = Signal(int)
    key_pressed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("rejectPrompt")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Reason for the rejection")
        self.setAutoFillBackground(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 8, 12, 10)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        outer.addWidget(self._title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme().gap)
        grid.setVerticalSpacing(2)
        rows = (len(REASONS) + 2) // 2
        self.buttons: dict[int, QPushButton] = {}
        for place, (digit, reason) in enumerate((*REASONS.items(), (0, "no reason"))):
            button = QPushButton(reason, self)
            button.setFlat(True)
            button.setStyleSheet("text-align: left; padding: 3px 8px;")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(f"Reject: {reason}")
            button.setProperty("reason", digit)
            button.clicked.connect(self._on_button)
            grid.addWidget(button, place % rows, place // rows)
            self.buttons[digit] = button
        outer.addLayout(grid)
        self.hide()

    def ask(self, what: str, keys: Mapping[int, str]) -> None:
        """Show the plate for something, "sample 12", and take the keyboard.

        Parameters
        ----------
        keys : mapping
            Reason -> its key, as people read it.
        """
        for reason, button in self.buttons.items():
            button.setText(f"{keys.get(reason, '')}   {REASONS.get(reason, 'no reason')}")
        self._title.setText(f"Why is {what} rejected?" if not what.endswith("samples") else f"Why are {what} rejected?")
        self.show()
        self.layout().activate()
        self.adjustSize()
        self.place()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """Stand at the bottom in the middle of the parent."""
        room = self.parentWidget().rect()
        self.move((room.width() - self.width()) // 2, max(0, room.height() - self.height() - 16))

    def answer(self, reason: int) -> None:
        """Take a reason, 0 for none, if one is asked for."""
        if self.isVisible():
            self.hide()
            self.answered.emit(reason)

    def _on_button(self) -> None:
        self.answer(int(self.sender().property("reason")))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta):
            self.key_pressed.emit(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.answer(0)
