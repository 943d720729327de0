"""The bar over the picture: what is open, and what can be done with it. It does nothing itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from myriorama.app.object_studio.looks import Turn
from myriorama.app.object_studio.page import ObjectPage
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.forms.rows import plain_label, tool_button
from myriorama.widgets.object_studio.plate import Plate
from myriorama.widgets.theme import icon, theme

_SHOWS: Final = (
    ("keypoints", "vector-point", "Keypoints and skeleton (K)"),
    ("names", "format-text", "Names of the keypoints (N)"),
    ("parts", "palette-outline", "Parts in colours (P)"),
    ("wire", "vector-triangle", "Edges of triangles (W)"),
)


class PageBar(Plate):
    """Title and buttons of a page.

    Attributes
    ----------
    copy_button, add_button : QAbstractButton
        For their owner to connect.
    """

    def __init__(self, page: ObjectPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.title = plain_label("", "heading", parent=self)
        self.help = ElidedLabel("", Qt.TextElideMode.ElideRight, parent=self)
        self.play = self._checkable("play", "Turn it round and round (Space)")
        self.play.toggled.connect(page.turning.set)
        self.home = tool_button("backup-restore", "See it as at first (Home)", self)
        self.home.setIcon(icon("home-outline"))
        self.home.clicked.connect(lambda: page.look_from(Turn()))
        self.shows: dict[str, QToolButton] = {}
        for name, mark, tip in _SHOWS:
            button = self.shows[name] = self._checkable(mark, tip)
            button.toggled.connect(lambda on, name=name: page.shows.set(replace(page.shows.value, **{name: on})))
        self.undo = tool_button("undo", "Undo", self)
        self.redo = tool_button("redo", "Redo", self)
        self.undo.clicked.connect(page.document.history.undo)
        self.redo.clicked.connect(page.document.history.redo)
        self.copy_button = tool_button("code-json", "Copy the values as JSON (Ctrl+Shift+C)", self)
        self.add_button = QPushButton("Add to project", self)
        self.add_button.setIcon(icon("plus"))
        self.add_button.setAccessibleName("Add the object to the project")
        self._lay_out()
        bind(self, page.opened, self._on_opened)
        bind(self, page.shows.changed, self._on_shows)
        bind(self, page.turning.changed, self._on_turning)
        bind(self, page.document.history.changed, self._on_history)
        self._on_opened()
        self._on_shows()
        self._on_history()

    def _checkable(self, name: str, tip: str) -> QToolButton:
        button = tool_button(name, tip, self)
        button.setCheckable(True)
        return button

    def _lay_out(self) -> None:
        tokens = theme()
        for button in self.findChildren(QToolButton):
            button.setIconSize(QSize(18, 18))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.help)
        line = QHBoxLayout(self)
        line.setContentsMargins(tokens.gap + 4, 6, tokens.gap, 6)
        line.setSpacing(2)
        line.addLayout(words, 1)
        line.addSpacing(tokens.gap)
        groups = ((self.play, self.home), tuple(self.shows.values()), (self.undo, self.redo), (self.copy_button,))
        for number, group in enumerate(groups):
            if number:
                line.addWidget(_rule(self))
            for button in group:
                line.addWidget(button)
        line.addSpacing(tokens.tight)
        line.addWidget(self.add_button)

    def _on_opened(self) -> None:
        page, name = self._page, self._page.name.value
        project = page.document.project
        plugin = page.registry.plugin_class("generator", name) if name in page.registry.names("generator") else None
        self.title.setText(project.name if project is not None else "")
        self.help.set_text(plugin.help if plugin is not None else "")

    def _on_shows(self) -> None:
        for name, button in self.shows.items():
            with QSignalBlocker(button):
                button.setChecked(bool(getattr(self._page.shows.value, name)))
        self.shows["names"].setEnabled(self._page.shows.value.keypoints)

    def _on_turning(self, turning: bool) -> None:
        with QSignalBlocker(self.play):
            self.play.setChecked(turning)
        self.play.setIcon(icon("pause" if turning else "play"))

    def _on_history(self) -> None:
        history = self._page.document.history
        for button, word, label in ((self.undo, "Undo", history.undo_label), (self.redo, "Redo", history.redo_label)):
            button.setEnabled(bool(label))
            button.setToolTip(f"{word} {label[:1].lower()}{label[1:]}" if label else word)


def _rule(parent: QWidget) -> QWidget:
    line = _Rule(parent)
    line.setFixedSize(9, 20)
    return line


class _Rule(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.width() // 2, 0, 1, self.height(), QColor(theme().border))
        painter.end()
