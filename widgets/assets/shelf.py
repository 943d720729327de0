"""A searchable list of assets with their pictures: part of the panel and of the dialog that chooses one.

It shows the library; looks are asked for only of what is in view.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QListView, QSizePolicy, QVBoxLayout, QWidget

from myriorama.app.assets.library import ROLE_TITLES, Entry
from myriorama.app.assets.looks import Look, LookRequest
from myriorama.app.studio import Studio
from myriorama.scenes.parameters.schema import FileRole
from myriorama.widgets.assets.shelf_model import ENTRY, EVERY, FAULT, PICTURE, AssetDelegate, AssetFilter, AssetModel
from myriorama.widgets.binding import bind
from myriorama.widgets.editors import ChoiceField
from myriorama.widgets.forms.rows import plain_label
from myriorama.widgets.theme import icon, theme

_LOOK_AFTER_MS: Final = 150


class AssetList(QListView):
    """A list view that says which entries came into view, and takes Enter."""

    seen = Signal()
    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
            event.accept()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: Any) -> None:
        super().paintEvent(event)
        self.seen.emit()


class Shelf(QWidget):
    """Search, kinds, and the list.

    Parameters
    ----------
    role : str
        Only of this role; empty lets the user choose.

    Attributes
    ----------
    chosen : signal of (Entry or None,)
        Another entry is current.
    taken : signal of ()
        The current entry was double-clicked, or Enter was pressed.
    """

    chosen = Signal(object)
    taken = Signal()

    def __init__(self, studio: Studio, role: FileRole | str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        tokens = theme()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search assets")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("magnify", tokens.dim), QLineEdit.ActionPosition.LeadingPosition)
        self.roles = ChoiceField((EVERY, *ROLE_TITLES), ("All", *(f"{t}s" for t in ROLE_TITLES.values())))
        self.roles.setAccessibleName("Kind of asset")
        self.roles.set_value(role or EVERY)
        self.roles.setVisible(not role)
        self.model = AssetModel(self)
        self.filter = AssetFilter(self)
        self.filter.setSourceModel(self.model)
        self.filter.set_role(role or EVERY)
        self.list = AssetList()
        self.list.setModel(self.filter)
        self.list.setItemDelegate(AssetDelegate(self.list))
        self.list.setAccessibleName("Assets")
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setDragEnabled(True)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.empty = plain_label("", "dim", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(tokens.gap)
        self.empty.hide()
        self.bar = QHBoxLayout()
        self.bar.setSpacing(tokens.tight)
        self.search.setMinimumWidth(84)
        self.roles.setMaximumWidth(126)
        self.roles.setMinimumWidth(72)
        self.roles.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.bar.addWidget(self.search, 1)
        self.bar.addWidget(self.roles)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.tight)
        layout.addLayout(self.bar)
        layout.addWidget(self.empty)
        layout.addWidget(self.list, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LOOK_AFTER_MS)
        self._soon.timeout.connect(self.look_at_seen)
        self.search.textChanged.connect(self._on_searched)
        self.roles.changed.connect(self._on_role)
        self.list.seen.connect(partial(self._soon.start))
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.doubleClicked.connect(self._on_double_clicked)
        self.list.taken.connect(self.taken)
        bind(self, studio.assets.entries.changed, self._on_entries)
        bind(self, studio.assets.looks.looked, self._on_looked)
        self._on_entries()

    @property
    def current(self) -> Entry | None:
        """The entry that is selected."""
        index = self.list.currentIndex()
        return index.data(ENTRY) if index.isValid() else None

    def select(self, reference: str) -> None:
        """Make an entry the current one, if it is shown."""
        for row in range(self.filter.rowCount()):
            index = self.filter.index(row, 0)
            if index.data(ENTRY).reference == reference:
                self.list.setCurrentIndex(index)
                return

    def look_at_seen(self) -> None:
        """Ask for the looks of what is in view and has none, the topmost first."""
        if not self.list.isVisible():
            return
        view = self.list.viewport().rect()
        wanted: list[LookRequest] = []
        for row in range(self.filter.rowCount()):
            index = self.filter.index(row, 0)
            place = self.list.visualRect(index)
            if place.top() > view.bottom():
                break
            if place.bottom() < view.top():
                continue
            entry: Entry = index.data(ENTRY)
            if entry.state != "missing" and index.data(PICTURE) is None and not index.data(FAULT):
                wanted.append(self._studio.assets.look_at(entry.reference, entry.role))
        for request in reversed(wanted):  # the newest wish is answered first
            if self._studio.assets.looks.known(request) is None:
                self._studio.assets.looks.request(request)
            else:
                self._on_looked(request, self._studio.assets.looks.known(request))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def _on_entries(self) -> None:
        before = self.current
        self.model.set_entries(self._studio.assets.entries.value)
        if before is not None and self.current is None:
            self.select(before.reference)
        self._show_empty()
        self.chosen.emit(self.current)

    def _on_looked(self, request: LookRequest, look: Look | None) -> None:
        ours = self._studio.assets.look_at(request.reference, request.role)
        if look is not None and request == ours:
            self.model.set_look(request.reference, request.role, look)

    def _on_searched(self, text: str) -> None:
        self.filter.set_words(text)
        self._show_empty()

    def _on_role(self, role: str) -> None:
        self.filter.set_role(role)
        self._show_empty()

    def _show_empty(self) -> None:
        nothing = self.filter.rowCount() == 0
        self.empty.setVisible(nothing)
        self.empty.setText("Nothing of this kind holds these words." if self.model.entries else "Looking…")

    def _on_current(self) -> None:
        self.chosen.emit(self.current)

    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self.taken.emit()
