"""A line of free text, taken at Enter or when the focus leaves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from myriorama.widgets.editors.line import FieldLine
from myriorama.widgets.editors.number import DASH


class TextField(FieldLine):
    """A text.

    Attributes
    ----------
    changed : signal of (str,)
    """

    changing = Signal(object)
    changed = Signal(object)

    def __init__(self, value: str | None = "", *, max_length: int = 32767, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._max_length = max_length
        self._judge: Callable[[str], str] | None = None
        self.restore()

    @property
    def value(self) -> str | None:
        """The text, or None where several differ."""
        return self._value

    def set_value(self, value: str | None) -> None:
        """Show a text, or a dash for None; what is being typed stays."""
        if value == self._value and not self._refusal:
            return
        self._value = value
        if not self.typing:
            self.refuse("")
            self.restore()

    def set_longest(self, max_length: int) -> None:
        """Set how many characters are allowed."""
        self._max_length = max_length

    def set_judge(self, judge: Callable[[str], str] | None) -> None:
        """Ask `judge` for the reason why a text is refused; it answers "" where it is not."""
        self._judge = judge

    def commit(self) -> None:
        if not self.isModified():
            return
        text = self.text()
        if len(text) > self._max_length:
            self.refuse(f"{len(text)} characters; at most {self._max_length}")
            return
        reason = self._judge(text) if self._judge is not None else ""
        self.refuse(reason)
        if reason:
            return
        self.setModified(False)
        if text != self._value:
            self._value = text
            self.changed.emit(text)

    def restore(self) -> None:
        at = self.cursorPosition()
        text = self._value if self._value is not None else ""
        self.setPlaceholderText(DASH if self._value is None else "")
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(min(at, len(text)) if self.hasFocus() else 0)
        self.setModified(False)
