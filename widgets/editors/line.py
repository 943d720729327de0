"""A line of text that a value stands in: a refused one stays there, marked, until it is put right or taken back.

It knows no parameter; whoever uses it says what is refused.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import theme


class FieldLine(QLineEdit):
    """Base of the typed editors.

    Attributes
    ----------
    refusal_changed : signal of (str,)
        Why what stands in the field is refused; empty once it no longer is.
    """

    refusal_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refusal = ""
        self._plain_tip = ""
        self._suffix = ""
        self.setMinimumWidth(36)

    @property
    def refusal(self) -> str:
        """Why what stands in the field is refused; empty where it is not."""
        return self._refusal

    def refuse(self, reason: str) -> None:
        """Mark the field, or with an empty reason take the mark away."""
        if reason == self._refusal:
            return
        self._refusal = reason
        super().setToolTip(plain_tip(reason or self._plain_tip))
        self.setAccessibleDescription(reason or self._plain_tip)
        self.update()
        self.refusal_changed.emit(reason)

    def setToolTip(self, text: str) -> None:
        self._plain_tip = text
        if not self._refusal:
            super().setToolTip(plain_tip(text))

    def set_suffix(self, text: str) -> None:
        """Show a unit at the right end."""
        if text == self._suffix:
            return
        self._suffix = text
        width = self.fontMetrics().horizontalAdvance(text) + 5 if text else 0
        self.setTextMargins(0, 0, width, 0)
        self.update()

    @property
    def typing(self) -> bool:
        """Somebody is in the middle of typing here."""
        return self.hasFocus() and (self.isModified() or bool(self._refusal))

    def commit(self) -> None:
        """Take what was typed; called at Enter and when the focus leaves."""

    def restore(self) -> None:
        """Show the value again that was there before typing."""

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and not self.isModified()
            and isinstance(event, QKeyEvent)
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
        ):
            event.ignore()  # nothing typed to take back: the document's undo is meant
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
            if not self._refusal:
                self.selectAll()
            event.accept()
        elif key == Qt.Key.Key_Escape and (self.isModified() or self._refusal):
            self.refuse("")
            self.restore()
            self.selectAll()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason and self.isModified():
            self.commit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._suffix:
            painter.setPen(QColor(tokens.dim))
            area = self.rect().adjusted(0, 0, -7, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._suffix)
        if self._refusal or self.hasFocus():
            painter.setPen(QPen(QColor(tokens.error if self._refusal else tokens.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.radius, tokens.radius)
        painter.end()
