"""The list of what can be added: type a few letters, choose with the arrows, Enter adds.

It offers; what is chosen is told by a signal, and adding it is the panel's affair.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.catalogue.effect_groups import GROUPS
from myriorama.app.catalogue.entries import SHELVES, Entries, Entry
from myriorama.app.catalogue.search import search
from myriorama.widgets.outliner.entry_delegate import ENTRY_ROLE, EntryDelegate, told_at_right
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_SHELVES: Final = ("objects", "stage", "environment", "lights", "effects")
_WIDTH_PX: Final = 460
_HEIGHT_PX: Final = 500
_TO_LIST: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class _EntryModel(QAbstractListModel):
    """The entries that fit."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    def show(self, entries: tuple[Entry, ...]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(entry.help)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.label}, {told_at_right(entry)}: {entry.help}"
        return None


class AddPopup(QFrame):
    """A popup that lives as long as its panel and is shown again and again.

    Attributes
    ----------
    chosen : signal of (Entry, str)
        What to add, and to which list; empty for where it is at home.
    look_wanted : signal of (str,)
        The generator that is marked is to be looked at before it is added.
    """

    chosen = Signal(object, str)
    look_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName("Add to the project")
        self.setObjectName("add_popup")
        self._all = Entries(())
        self._target = ""
        self._model = _EntryModel(self)
        self.search_field = QLineEdit(self)
        self.search_field.setPlaceholderText("Search what can be added")
        self.search_field.setAccessibleName("Search what can be added")
        self.search_field.setClearButtonEnabled(True)
        self.search_field.addAction(icon("magnify", ""), QLineEdit.ActionPosition.LeadingPosition)
        self.search_field.textChanged.connect(self._refresh)
        self.search_field.installEventFilter(self)
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("What can be added")
        self.list.clicked.connect(self._on_clicked)
        self._empty = QLabel("Nothing fits these letters.", self)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.look_button = QToolButton(self)
        self.look_button.setText("Open in object studio")
        self.look_button.setIcon(icon("rotate-3d-variant"))
        self.look_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.look_button.setToolTip("Try its values before it is added (Ctrl+Enter)")
        self.look_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.look_button.clicked.connect(self.look_at_current)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._shelves = QButtonGroup(self)
        self._shelves.setExclusive(True)
        row = QHBoxLayout()
        row.setSpacing(2)
        self._buttons: dict[str, QToolButton] = {}
        for key in ("", *_SHELVES):
            button = QToolButton(self)
            button.setText(SHELVES.get(key, "All"))
            button.setCheckable(True)
            button.setAccessibleName(f"Show {SHELVES.get(key, 'all')}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._shelves.addButton(button)
            self._buttons[key] = button
            button.toggled.connect(self._refresh)
            row.addWidget(button)
        row.addStretch(1)
        self._make_groups()
        layout = QVBoxLayout(self)
        gap = theme().gap
        layout.setContentsMargins(gap, gap, gap, gap)
        layout.setSpacing(6)
        layout.addWidget(self.search_field)
        layout.addLayout(row)
        layout.addWidget(self.group_row)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.look_button, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(_WIDTH_PX, _HEIGHT_PX)

    def _make_groups(self) -> None:
        """Make the row that narrows effects down; it is there while effects are shown."""
        self.group_row = QWidget(self)
        line = QHBoxLayout(self.group_row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        self._groups = QButtonGroup(self)
        self._groups.setExclusive(True)
        self._group_buttons: dict[str, QToolButton] = {}
        for name in ("", *GROUPS):
            button = QToolButton(self.group_row)
            button.setText((name or "All").replace("&", "&&"))
            button.setCheckable(True)
            button.setAccessibleName(f"Show {name or 'all effects'}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._groups.addButton(button)
            self._group_buttons[name] = button
            button.toggled.connect(self._refresh)
            line.addWidget(button)
        line.addStretch(1)
        self._group_buttons[""].setChecked(True)
        self.group_row.hide()

    @property
    def group(self) -> str:
        """The group of effects that is shown; empty for all."""
        return next((name for name, button in self._group_buttons.items() if button.isChecked()), "")

    @property
    def shelf(self) -> str:
        """The list whose entries are shown; empty for all."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The entries that fit, the best first."""
        return tuple(self._model.index(i).data(ENTRY_ROLE) for i in range(self._model.rowCount()))

    def offer(self, entries: Entries, at: QPoint, target: str = "", group: str = "") -> None:
        """Show the popup near a point of the screen.

        Parameters
        ----------
        target : str
            The list that the heading's plus belongs to: its entries are shown first, and what is chosen goes there.
        group : str
            Of effects; empty for all.
        """
        self._all = entries
        self._target = target
        self.setStyleSheet(
            f"#add_popup {{ background: {theme().raised}; border: 1px solid {theme().border}; }}"
            f"QListView {{ background: {theme().raised}; }}"
        )
        self.search_field.clear()
        self._buttons[target].setChecked(True)
        self._group_buttons[group].setChecked(True)
        self._refresh()
        screen = self.screen().availableGeometry()
        x = max(screen.left(), min(at.x(), screen.right() - self.width()))
        y = max(screen.top(), min(at.y(), screen.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.search_field.setFocus(Qt.FocusReason.PopupFocusReason)

    def choose_current(self) -> None:
        """Add what is marked in the list."""
        index = self.list.currentIndex()
        if index.isValid():
            self._choose(index)

    def look_at_current(self) -> None:
        """Show the generator that is marked by itself."""
        entry = self.list.currentIndex().data(ENTRY_ROLE)
        if entry is not None and entry.kind == "generator":
            self.hide()
            self.look_wanted.emit(entry.name)

    def _on_current(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        self.look_button.setEnabled(entry is not None and entry.kind == "generator")

    def _refresh(self) -> None:
        shelves = (self.shelf,) if self.shelf else _SHELVES
        self.group_row.setVisible(self.shelf == "effects")
        group = self.group if self.shelf == "effects" else ""
        offered = (e for e in self._all.of(*shelves) if not group or e.group == group)
        found = search(offered, self.search_field.text())
        self._model.show(found)
        self.list.setVisible(bool(found))
        self._empty.setVisible(not found)
        if found:
            self.list.setCurrentIndex(self._model.index(0))
            self.list.scrollToTop()

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        target = self._target if self.shelf == self._target else ""
        self.hide()
        self.chosen.emit(entry, target)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search_field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                (self.look_at_current if control else self.choose_current)()
                return True
            if key in _TO_LIST:
                self.list.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)
