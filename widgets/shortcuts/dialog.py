"""Every action with its keys, to be searched and changed. A taken key is refused with the name of who has it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.actions import Action, ActionTable
from myriorama.app.actions.keys import CONTEXT_TITLES, refusal
from myriorama.widgets.binding import bind

_ID: Final = Qt.ItemDataRole.UserRole
_PORTABLE: Final = QKeySequence.SequenceFormat.PortableText
_NATIVE: Final = QKeySequence.SequenceFormat.NativeText


class ShortcutsDialog(QDialog):
    """Changes take effect, and are kept, at once."""

    def __init__(self, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self._table = table
        self._model = QStandardItemModel(0, 3, self)
        self._model.setHorizontalHeaderLabels(["Action", "Where", "Keys"])
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._sorted.setFilterKeyColumn(-1)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by name or key")
        self.search.setAccessibleName("Search shortcuts")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._sorted.setFilterFixedString)
        self.list = self._make_list()
        self.recorder = QKeySequenceEdit()
        self.recorder.setMaximumSequenceLength(1)
        self.recorder.setAccessibleName("New key")
        self.recorder.setToolTip("Press the key to give to the action")
        self.recorder.keySequenceChanged.connect(self._on_recorded)
        self.told = QLabel()
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setWordWrap(True)
        self.told.setMinimumHeight(34)
        self.assign = QPushButton("Assign")
        self.assign.setToolTip("Give this key to the action in place of its keys")
        self.assign.clicked.connect(self._assign)
        self.clear = QPushButton("No key")
        self.clear.setToolTip("Leave the action without a key")
        self.clear.clicked.connect(self._clear)
        self.reset = QPushButton("Default")
        self.reset.setToolTip("Give the action its default keys")
        self.reset.clicked.connect(self._reset)
        self._lay_out()
        bind(self, table.keys_changed, self._fill)
        self._fill()
        self.list.setCurrentIndex(self._sorted.index(0, 0))
        self.resize(720, 560)

    def _make_list(self) -> QTreeView:
        view = QTreeView()
        view.setModel(self._sorted)
        view.setRootIsDecorated(False)
        view.setSortingEnabled(True)
        view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        view.setAccessibleName("Actions and keys")
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setUniformRowHeights(True)
        view.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        view.header().resizeSection(1, 130)
        view.header().resizeSection(2, 170)
        view.header().setStretchLastSection(False)
        view.selectionModel().currentRowChanged.connect(self._on_current_changed)
        return view

    def _lay_out(self) -> None:
        label = QLabel("&New key")
        label.setBuddy(self.recorder)
        row = QHBoxLayout()
        for widget in (label, self.recorder, self.assign, self.clear, self.reset):
            row.addWidget(widget)
        row.setStretchFactor(self.recorder, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        every = buttons.addButton("Reset all", QDialogButtonBox.ButtonRole.ResetRole)
        every.setToolTip("Give every action its default keys")
        every.clicked.connect(self._table.reset_keys)
        buttons.rejected.connect(self.reject)
        for button in (*buttons.buttons(), self.assign, self.clear, self.reset):
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)  # Enter belongs to the recorder and the search line
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        layout.addWidget(self.told)
        layout.addWidget(buttons)

    def select(self, id_: str) -> None:
        """Make an action the current one."""
        for row in range(self._model.rowCount()):
            if self._model.item(row, 0).data(_ID) == id_:
                self.list.setCurrentIndex(self._sorted.mapFromSource(self._model.index(row, 0)))

    def _current(self) -> Action | None:
        index = self.list.currentIndex().siblingAtColumn(0)
        id_ = index.data(_ID)
        return self._table[id_].action if id_ in self._table else None

    def _fill(self) -> None:
        current = self._current()
        self._model.removeRows(0, self._model.rowCount())
        for row in self._table:
            action = row.action
            keys = [QKeySequence.fromString(k, _PORTABLE).toString(_NATIVE) for k in self._table.keys(action.id)]
            own = " (yours)" if self._table.is_custom(action.id) else ""
            items = [QStandardItem(t) for t in (action.title, CONTEXT_TITLES[action.context], ", ".join(keys) + own)]
            for item in items:
                item.setToolTip(action.help)
                item.setEditable(False)
            items[0].setData(action.id, _ID)
            self._model.appendRow(items)
        if current is not None:
            self.select(current.id)

    def _on_current_changed(self, index: QModelIndex) -> None:
        self.recorder.clear()
        self._tell()

    def _on_recorded(self, sequence: QKeySequence) -> None:
        self._tell()

    def _tell(self) -> None:
        action, key = self._current(), self.recorder.keySequence().toString(_PORTABLE)
        refused = refusal(self._table, action, key) if action is not None and key else ""
        self.assign.setEnabled(bool(key) and not refused and action is not None)
        self.clear.setEnabled(action is not None and bool(self._table.keys(action.id)))
        self.reset.setEnabled(action is not None and self._table.is_custom(action.id))
        self.told.setProperty("role", "error" if refused else "dim")
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.told.setText(refused or (action.help if action is not None else ""))

    def _assign(self) -> None:
        action, key = self._current(), self.recorder.keySequence().toString(_PORTABLE)
        if action is not None and key and not refusal(self._table, action, key):
            self._table.set_keys(action.id, (key,))
            self.recorder.clear()
            self._tell()

    def _clear(self) -> None:
        action = self._current()
        if action is not None:
            self._table.set_keys(action.id, ())
            self._tell()

    def _reset(self) -> None:
        action = self._current()
        if action is None:
            return
        refused = [r for key in action.keys if (r := refusal(self._table, action, key))]
        if refused:
            self.told.setText(refused[0])
            return
        self._table.set_keys(action.id, action.keys)
        self._tell()
