"""The welcome page: examples as pictures, recent files, a new project, and opening one. It opens nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.examples import examples
from myriorama.app.settings.store import SettingsStore
from myriorama.widgets.binding import bind
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, program_icon, theme
from myriorama.widgets.welcome.card import ProjectCard
from myriorama.widgets.welcome.grid import CardGrid

_RECENT_WIDTH: Final = 300


class WelcomePage(QWidget):
    """What is shown where nothing is open.

    Attributes
    ----------
    example_chosen : signal of (str,)
    recent_chosen, recent_removed : signal of (str,)
        A path from the settings' list.
    open_asked, new_asked, template_asked : signal of ()
    """

    example_chosen = Signal(str)
    recent_chosen = Signal(str)
    recent_removed = Signal(str)
    open_asked = Signal()
    new_asked = Signal()
    template_asked = Signal()

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAccessibleName("Welcome")
        self._settings = settings
        self._cards = CardGrid()
        for example in examples():
            card = self._cards.add(ProjectCard(example.name, example.about, example.picture))
            card.clicked.connect(self._on_card)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        inner = QWidget()
        inner.setMaximumWidth(1320)
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(36, 30, 36, 30)
        columns.setSpacing(36)
        columns.addLayout(self._left(), 1)
        columns.addLayout(self._right())
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(inner, 100)
        across.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        bind(self, settings.changed, self._on_settings_changed)
        self._shown: tuple[str, ...] | None = None
        self._show_recent()

    def _left(self) -> QVBoxLayout:
        sign = QLabel()
        sign.setPixmap(program_icon().pixmap(56, 56))
        title = QLabel("Myriorama")
        title.setProperty("role", "title")
        about = QLabel("Procedural 3D scenes in, exactly labelled computer-vision datasets out.")
        about.setProperty("role", "dim")
        about.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(about)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(sign)
        head.addLayout(words, 1)
        column = QVBoxLayout()
        column.setSpacing(14)
        column.addLayout(head)
        column.addSpacing(8)
        column.addWidget(_heading("Examples"))
        column.addWidget(self._cards)
        column.addStretch(1)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme().gap)
        column.addSpacing(4)
        column.addWidget(_heading("Start"))
        for text, name, help_, signal in (
            ("New project", "file-plus-outline", "A camera, light and a floor, and nothing else", self.new_asked),
            ("New from template…", "view-grid-plus-outline", "A copy of an example to change", self.template_asked),
            (
                "Open…",
                "folder-open-outline",
                "A project file; one can also be dropped on the window",
                self.open_asked,
            ),
        ):
            button = QPushButton(icon(name), text)
            button.setToolTip(help_)
            button.setMinimumWidth(_RECENT_WIDTH)
            button.setStyleSheet("text-align: left; padding: 7px 12px;")
            button.clicked.connect(signal)
            column.addWidget(button)
        column.addSpacing(14)
        column.addWidget(_heading("Recent"))
        column.addLayout(self._rows)
        column.addStretch(1)
        return column

    def _on_settings_changed(self) -> None:
        if self._settings.value.recent != self._shown:
            self._show_recent()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_recent()  # a file may have gone meanwhile

    def _show_recent(self) -> None:
        self._shown = self._settings.value.recent
        while self._rows.count():
            item = self._rows.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in self._shown:
            row = _RecentRow(path)
            row.chosen.connect(self.recent_chosen)
            row.removed.connect(self.recent_removed)
            self._rows.addWidget(row)
        if not self._shown:
            empty = QLabel("Projects that you save or open are listed here.")
            empty.setProperty("role", "dim")
            empty.setWordWrap(True)
            empty.setFixedWidth(_RECENT_WIDTH)
            self._rows.addWidget(empty)

    def _on_card(self) -> None:
        card = self.sender()
        if isinstance(card, ProjectCard):
            self.example_chosen.emit(card.name)


class _RecentRow(QFrame):
    chosen = Signal(str)
    removed = Signal(str)

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        file = Path(path)
        there = file.is_file()
        name = file.parent.name if file.name == "project.json" else file.stem
        self._open = QPushButton()
        self._open.setFlat(True)
        self._open.setEnabled(there)
        self._open.setFixedWidth(_RECENT_WIDTH - 34)
        self._open.setStyleSheet("text-align: left; padding: 5px 8px;")
        self._open.setIcon(icon("file-outline" if there else "file-alert-outline"))
        metrics = self._open.fontMetrics()
        shown = name if there else f"{name} (missing)"
        self._open.setText(
            metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, _RECENT_WIDTH - 90).replace("&", "&&")
        )
        self._open.setToolTip(plain_tip(path if there else f"{path}\nThis file is not there any more."))
        self._open.setAccessibleName(f"Open {shown}")
        self._open.clicked.connect(self._on_open)
        forget = QToolButton()
        forget.setIcon(icon("close"))
        forget.setToolTip("Take it off this list; the file stays")
        forget.setAccessibleName(f"Take {name} off the list")
        forget.clicked.connect(self._on_forget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._open)
        row.addWidget(forget)

    def _on_open(self) -> None:
        self.chosen.emit(self._path)

    def _on_forget(self) -> None:
        self.removed.emit(self._path)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
