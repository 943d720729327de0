"""The pieces that forms are made of: a row with the reason beneath its field, headings, notes, longer texts.

They know no project; a page says what a change means.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from myriorama.widgets.theme import icon, theme

TITLE_WIDTH = 92


def plain_label(text: str, role: str = "", *, wraps: bool = False, parent: QWidget | None = None) -> QLabel:
    """Return a label that shows its text as it is; `role` is one of the style sheet's."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    if role:
        label.setProperty("role", role)
    if wraps:
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def tool_button(name: str, title: str, parent: QWidget | None = None, *, text: str = "") -> QToolButton:
    """Return a flat button with an icon, a tooltip and a name for those who hear it."""
    button = QToolButton(parent)
    button.setIcon(icon(name))
    button.setAutoRaise(True)
    button.setToolTip(title)
    button.setAccessibleName(title)
    if text:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def plain_row(*widgets: QWidget | None) -> QWidget:
    """Return widgets side by side; None is a stretch."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme().tight)
    for widget in widgets:
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget)
    return holder


class Reason(QLabel):
    """Why something was refused: there while there is a reason, gone otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", "error")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hide()

    def show_reason(self, reason: str) -> None:
        """Show a reason; an empty one takes it away."""
        self.setText(reason)
        self.setVisible(bool(reason))


class Row(QWidget):
    """A title, a field, and beneath it why its value was refused.

    Parameters
    ----------
    field : QWidget
        One of `widgets.editors`, or anything; where it has a ``refusal_changed`` signal the row listens to it.
    beside : tuple of QWidget
        Buttons at the right of the field.
    """

    def __init__(
        self, title: str, field: QWidget, help_text: str = "", beside: tuple[QWidget, ...] = (), *, above: bool = False
    ) -> None:
        super().__init__()
        self.field = field
        self.title = plain_label(title, "dim", parent=self)
        self.title.setBuddy(field)
        self.title.setToolTip(help_text)
        self.reason = Reason(self)
        field.setToolTip(help_text)
        if not field.accessibleName():
            field.setAccessibleName(title)
        tokens = theme()
        line = QHBoxLayout()
        line.setSpacing(tokens.tight)
        if not above:
            self.title.setFixedWidth(TITLE_WIDTH)
            tall = isinstance(field, QPlainTextEdit)
            self.title.setContentsMargins(0, 5 if tall else 0, 0, 0)
            line.addWidget(self.title, 0, Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag(0))
        line.addWidget(field, 1)
        for widget in beside:
            line.addWidget(widget)
        under = QHBoxLayout()
        if not above:
            under.addSpacing(TITLE_WIDTH + tokens.tight)
        under.addWidget(self.reason, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        if above:
            outer.addWidget(self.title)
        outer.addLayout(line)
        outer.addLayout(under)
        if hasattr(field, "refusal_changed"):
            field.refusal_changed.connect(self.reason.show_reason)


class ParagraphField(QPlainTextEdit):
    """A text of several lines; taken when the focus leaves or at Ctrl+Enter.

    Attributes
    ----------
    changed : signal of (str,)
    """

    changed = Signal(object)

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = ""
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 16)

    @property
    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        """Show a text; what is being typed stays."""
        self._value = value
        if not (self.hasFocus() and self.document().isModified()) and self.toPlainText() != value:
            self._show()

    def commit(self) -> None:
        """Take what was typed."""
        if not self.document().isModified():
            return
        self.document().setModified(False)
        text = self.toPlainText()
        if text != self._value:
            self._value = text
            self.changed.emit(text)

    def _show(self) -> None:
        with QSignalBlocker(self):
            self.setPlainText(self._value)
        self.document().setModified(False)

    def event(self, event: QEvent) -> bool:
        undo_or_redo = isinstance(event, QKeyEvent) and (
            event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        )
        if event.type() == QEvent.Type.ShortcutOverride and undo_or_redo and not self.document().isModified():
            event.ignore()  # nothing typed to take back: the project's undo is meant
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.commit()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.document().isModified():
            self._show()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
