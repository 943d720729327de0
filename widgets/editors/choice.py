"""One word of a list, found by typing a part of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from myriorama.widgets.editors.number import DASH
from myriorama.widgets.theme import theme

SEARCHED_FROM = 9
"""A list of at least so many words can be typed into; a shorter one is seen whole."""


class ChoiceField(QComboBox):
    """A drop-down list.

    Parameters
    ----------
    options : sequence of str
        The values.
    titles : sequence of str or None
        What is shown for each; None shows the values with blanks for underlines.

    Attributes
    ----------
    changed : signal of (str,)
        Chosen by a person.
    """

    changing = Signal(object)
    changed = Signal(object)
    searched_from: int = SEARCHED_FROM

    def __init__(
        self, options: Sequence[str] = (), titles: Sequence[str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._options: tuple[str, ...] = ()
        self._titles: tuple[str, ...] = ()
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setPlaceholderText(DASH)
        self.set_options(options, titles)
        self.activated.connect(self._on_activated)

    @property
    def value(self) -> str | None:
        """The chosen value, or None where several differ."""
        return self._options[self.currentIndex()] if self.currentIndex() >= 0 else None

    def set_options(self, options: Sequence[str], titles: Sequence[str] | None = None) -> None:
        """Offer other values."""
        shown = tuple(titles) if titles is not None else tuple(o.replace("_", " ") or "none" for o in options)
        if tuple(options) == self._options and shown == self._titles:
            return
        self._options, self._titles = tuple(options), shown
        with QSignalBlocker(self):
            self.clear()
            self.addItems(list(shown))
            self.setCurrentIndex(-1)
            if len(shown) >= self.searched_from and not self.isEditable():
                self._make_searchable()

    def set_value(self, value: str | None) -> None:
        """Show a value; None, or one that is not offered, shows a dash."""
        place = self._options.index(value) if value in self._options else -1
        if place != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(place)
        if self.lineEdit() is not None and not self.lineEdit().hasFocus():
            self.lineEdit().setCursorPosition(0)  # a long name is read from its beginning

    def _make_searchable(self) -> None:
        """Let it be typed into, for good: Qt leaves widgets behind each time that this is changed."""
        self.setEditable(True)
        completer = self.completer()
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.lineEdit().setPlaceholderText(DASH)
        self.lineEdit().editingFinished.connect(self._on_typed)

    def _on_activated(self, place: int) -> None:
        if 0 <= place < len(self._options):
            self.changed.emit(self._options[place])

    def _on_typed(self) -> None:
        """Take a full word; anything else is no choice, and the choice that holds is shown again."""
        shown = self._titles[self.currentIndex()] if self.currentIndex() >= 0 else ""
        if self.lineEdit() is not None and self.lineEdit().text() != shown:
            self.setEditText(shown)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a list that is scrolled under the pointer must not change its values

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            tokens = theme()
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), tokens.radius, tokens.radius)
            painter.end()
