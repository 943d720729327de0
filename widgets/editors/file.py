"""A reference to a file: typed, chosen, or dropped on the field."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from myriorama.widgets.editors.text import TextField
from myriorama.widgets.theme import icon, theme

Choose = Callable[[str], str | None]
"""Asks a person for a file of a role; returns its reference, or None."""
Accept = Callable[[str, str], str | None]
"""Takes a dropped file's path and the wanted role; returns the reference to use, or None where it is not taken."""


class FileField(QWidget):
    """A file reference.

    Parameters
    ----------
    role : str
        As declarations write it: model, image, radiance, texture_set.
    choose, accept : callable or None
        What the button does, and what becomes of a dropped file; without them, neither is possible.

    Attributes
    ----------
    changed : signal of (str,)
    """

    changing = Signal(object)
    changed = Signal(object)
    refusal_changed = Signal(str)

    def __init__(
        self,
        value: str | None = "",
        *,
        role: str = "image",
        choose: Choose | None = None,
        accept: Accept | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role, self._choose, self._accept = role, choose, accept
        self._dropped = ""
        self.line = TextField(value, max_length=1000, parent=self)
        self.line.setDragEnabled(False)
        self.line.setAcceptDrops(False)
        self.button = QToolButton(self)
        self.button.setIcon(icon("folder-open-outline"))
        self.button.setIconSize(QSize(16, 16))
        self.button.setAutoRaise(True)
        self.button.setToolTip("Choose a file")
        self.button.setAccessibleName("Choose a file")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setVisible(choose is not None)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().tight)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setAcceptDrops(accept is not None)
        self.setFocusProxy(self.line)
        self.button.clicked.connect(self._on_browse)
        self.line.changed.connect(self.changed)
        self.line.refusal_changed.connect(self.refusal_changed)
        self._shown_tip()

    @property
    def value(self) -> str | None:
        """The reference, or None where several differ."""
        return self.line.value

    def set_value(self, value: str | None) -> None:
        """Show a reference; None for several that differ."""
        self.line.set_value(value)
        self._shown_tip()

    def set_role(self, role: str) -> None:
        """Use the field for files of another role."""
        self._role = role

    def set_judge(self, judge: Callable[[str], str] | None) -> None:
        """Ask `judge` for the reason why a reference is refused."""
        self.line.set_judge(judge)

    def _shown_tip(self) -> None:
        if self.value == "":
            self.line.setPlaceholderText("none")
        self.line.setToolTip(self.value or "")

    def _on_browse(self) -> None:
        chosen = self._choose(self._role) if self._choose is not None else None
        if chosen is not None:
            self._take(chosen)

    def _take(self, reference: str) -> None:
        if reference != self.value:
            self.set_value(reference)
            self.changed.emit(reference)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if self._accept is not None and len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._accept is None:
            return
        event.acceptProposedAction()
        self._dropped = event.mimeData().urls()[0].toLocalFile()
        QTimer.singleShot(0, self, self._on_dropped)  # whoever let go of the file need not wait for questions about it

    def _on_dropped(self) -> None:
        reference = self._accept(self._dropped, self._role) if self._accept is not None else None
        if reference is not None:
            self._take(reference)
