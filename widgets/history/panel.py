"""The history panel: every step since the project was opened; a click goes back to it, or forward.

It goes where it is told and forgets nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QVBoxLayout, QWidget

from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.history.model import StepsModel
from myriorama.widgets.panel import Panel


class HistoryPanel(Panel):
    """The list of steps."""

    name = "history"
    title = "History"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.steps = StepsModel(self)
        self.list = QListView(self)
        self.list.setModel(self.steps)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setAccessibleName("Steps, oldest first")
        self._empty = QLabel("Nothing is open.", self)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._empty, 1)
        self.setFocusProxy(self.list)
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        bind(self, studio.document.history.changed, self._show)
        bind(self, studio.document.opened, self._show)
        self._show()

    def _go(self, index: QModelIndex) -> None:
        self.studio.document.history.go_to(index.row())

    def _show(self) -> None:
        history = self.studio.document.history
        is_open = self.studio.document.project is not None
        self.list.setVisible(is_open)
        self._empty.setVisible(not is_open)
        self.steps.show(history.labels, history.done)
        here = self.steps.index(history.done)
        self.list.setCurrentIndex(here)
        self.list.scrollTo(here)
