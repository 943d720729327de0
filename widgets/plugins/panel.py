"""The plugins panel: what third-party code is there, what may run, and the way to enable, disable or write some.

It shows `studio.plugins` and asks before anything runs; it approves nothing by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.actions import Action
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.binding import bind
from myriorama.widgets.forms.rows import Reason, plain_label, tool_button
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.plugins.asking import ask_about
from myriorama.widgets.plugins.detail import SourceDetail
from myriorama.widgets.plugins.nothing import NothingYet
from myriorama.widgets.plugins.opening import show_in_folder
from myriorama.widgets.plugins.source_rows import ROW, SourceDelegate, SourceModel
from myriorama.widgets.theme import icon, theme

_WIDE: Final = 1.25


class SourceList(QListView):
    """A list that takes Enter."""

    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
            event.accept()
            return
        super().keyPressEvent(event)


class PluginsPanel(Panel):
    """Lists plugin sources.

    Attributes
    ----------
    page_wanted : signal of (str,)
        The page of a generator in the object studio.
    guide_wanted : signal of ()
        How a plugin is written.
    """

    name: ClassVar[str] = "plugins"
    title: ClassVar[str] = "Plugins"

    page_wanted = Signal(str)
    guide_wanted = Signal()

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self._looked = False
        self._wanted = ""
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search plugins")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.refresh_button = tool_button("refresh", "Look again at what is there (F5)")
        self.develop_button = tool_button("code-braces", "Work on a plugin: load it again each time it is saved (D)")
        self.folder_button = tool_button("folder-open-outline", "Show your plugin folder")
        self.model = SourceModel(self)
        self.list = SourceList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(SourceDelegate(self.list))
        self.list.setAccessibleName("Plugin sources")
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.detail = SourceDetail()
        self.detail.pictures = studio.state / "thumbnails"
        self.detail.hide()
        self.nothing = NothingYet()
        self.unfound = plain_label("No plugin holds these words.", "dim", wraps=True)
        self.unfound.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said = Reason()
        self._lay_out()
        self._connect()
        self._show()

    def actions_here(self) -> tuple[Bound, ...]:
        def action(verb: str, title: str, help_text: str, *keys: str, symbol: str = "") -> Action:
            return Action(f"plugins.{verb}", title, "plugins", help_text, keys, "", symbol)

        look, work = "See what it is and decide.", "Load it again each time it is saved."
        return (
            Bound(action("enable", "Enable the plugin…", look, "E"), self.enable, self._may_enable),
            Bound(action("disable", "Disable the plugin", "Nothing of it runs.", "X"), self.disable, self._may_disable),
            Bound(action("develop", "Work on a plugin…", work, "D", symbol="code-braces"), self.develop),
            Bound(action("files", "Show its files", "In the file browser.", "O"), self.show_files, self._has_one),
            Bound(action("search", "Search plugins", "Go to the search field.", "/"), self.search.setFocus),
            Bound(action("refresh", "List plugins anew", "Look again at what is there.", "F5"), self.refresh),
        )

    def _take_wanted(self) -> None:
        """Select what is to be selected, as soon as it is listed."""
        index = self.model.index_of(self._wanted) if self._wanted else QModelIndex()
        if index.isValid():
            self._wanted = ""
            self.list.setCurrentIndex(index)

    # --- what can be done

    @property
    def current(self) -> PluginRow | None:
        """The row that is selected."""
        index = self.list.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def select(self, key: str) -> None:
        """Make a source the current one."""
        self._wanted = key
        if not self.model.index_of(key).isValid():
            self.search.clear()
        self._take_wanted()

    def enable(self) -> None:
        """Ask about the current source, and enable it if the answer is yes."""
        row = self.current
        if row is not None and self._may_enable():
            ask_about(row, self.studio, self)

    def disable(self) -> None:
        """Have nothing of the current source run any more."""
        row = self.current
        if row is None:
            return
        if row.status == "development":
            self.studio.development.leave(row.key)
        else:
            self.studio.plugins.disable(row.key)

    def develop(self) -> None:
        """Ask which plugin is to be worked on."""
        row = self.current
        start = str(Path(row.source.root).parent) if row is not None else ""
        dialog = QFileDialog(self, "Work on a plugin: its file, or its project's pyproject.toml", start)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Plugins (*.py pyproject.toml)")
        dialog.fileSelected.connect(self._on_chosen_file)
        dialog.open()

    def develop_at(self, path: Path) -> None:
        """Work on the plugin at a path: it is the person's own, so its code may run until the program ends."""
        try:
            self.studio.development.begin(path)
        except InputError as error:
            self.said.show_reason(str(error))
        else:
            self.said.show_reason("")

    def show_files(self) -> None:
        """Show where the current source lies."""
        row = self.current
        if row is not None:
            show_in_folder(Path(row.source.root))

    def show_folder(self) -> None:
        """Show the folder for the user's own plugins; it is made where there is none."""
        folder = self.studio.plugin_folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.said.show_reason(f"{folder} cannot be made: {error.strerror}")
            return
        show_in_folder(folder)

    def refresh(self) -> None:
        self.studio.plugins.refresh()

    # --- making

    def _lay_out(self) -> None:
        tokens = theme()
        bar = QHBoxLayout()
        bar.setSpacing(tokens.tight)
        bar.addWidget(self.search, 1)
        for button in (self.develop_button, self.folder_button, self.refresh_button):
            bar.addWidget(button)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.unfound)
        column.addWidget(self.list, 1)
        self.split.addWidget(upper)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 3)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.nothing)
        self.pages.addWidget(self.split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.gap, tokens.gap, tokens.gap, tokens.gap)
        layout.setSpacing(tokens.tight)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.said)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_searched)
        self.refresh_button.clicked.connect(self.refresh)
        self.develop_button.clicked.connect(self.develop)
        self.folder_button.clicked.connect(self.show_folder)
        self.list.selectionModel().currentChanged.connect(self._show_detail)
        self.model.modelReset.connect(self._show_detail)
        self.model.dataChanged.connect(self._show_detail)
        self.list.taken.connect(self.enable)
        self.list.doubleClicked.connect(self._on_double_clicked)
        self.list.customContextMenuRequested.connect(self._on_menu)
        self.detail.enable_wanted.connect(self.enable)
        self.detail.disable_wanted.connect(self.disable)
        self.detail.develop_wanted.connect(self._develop_current)
        self.detail.show_wanted.connect(self.show_files)
        self.detail.page_wanted.connect(self.page_wanted)
        self.nothing.folder_wanted.connect(self.show_folder)
        self.nothing.develop_wanted.connect(self.develop)
        self.nothing.guide_wanted.connect(self.guide_wanted)
        bind(self, self.studio.plugins.changed, self._show)

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._looked:
            self._looked = True
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have list and detail side by side where there is more width than height."""
        super().resizeEvent(event)
        wide = self.width() > _WIDE * max(self.height(), 1)
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)
            self.detail.set_beside(wide)
            self._share()

    def _share(self) -> None:
        """Divide the room between list and detail."""
        wide = self.split.orientation() == Qt.Orientation.Horizontal
        room = self.split.width() if wide else self.split.height()
        first = round(room * (0.42 if wide else 0.5))
        self.split.setSizes([first, room - first])

    def _show(self) -> None:
        before = self.current
        rows = self.studio.plugins.rows
        self.model.show(rows)
        self.pages.setCurrentIndex(1 if rows else 0)
        self.search.setEnabled(bool(rows))
        if before is not None and self.current is None:
            self.list.setCurrentIndex(self.model.index_of(before.key))
        self._on_searched(self.search.text())
        self._take_wanted()

    def _on_searched(self, text: str) -> None:
        before = self.current
        self.model.search(text)
        if before is not None and self.current is None:
            self.list.setCurrentIndex(self.model.index_of(before.key))
        if self.current is None and self.model.rows:
            self.list.setCurrentIndex(self.model.index(0))
        self.unfound.setVisible(bool(self.studio.plugins.rows) and not self.model.rows)

    def _show_detail(self) -> None:
        row = self.current
        shown_before = not self.detail.isHidden()
        self.detail.setVisible(row is not None)
        if row is not None:
            self.detail.show_row(row)
            if not shown_before:
                self._share()

    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self.enable()

    def _on_chosen_file(self, name: str) -> None:
        path = Path(name)
        self.develop_at(path if path.suffix == ".py" else path.parent)

    def _develop_current(self) -> None:
        row = self.current
        if row is not None:
            self.develop_at(Path(row.source.root))

    def _on_menu(self, at: QPoint) -> None:
        row = self.current
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, run, can in (
            ("Enable…", self.enable, self._may_enable()),
            ("Disable", self.disable, self._may_disable()),
            ("Work on it", self._develop_current, row.status not in ("missing", "development")),
            ("Show its files", self.show_files, row.status != "missing"),
            ("Copy its SHA-256", self._copy_hash, bool(row.source.sha256)),
        ):
            entry = menu.addAction(title)
            entry.setEnabled(can)
            entry.triggered.connect(run)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _copy_hash(self) -> None:
        row = self.current
        if row is not None:
            QGuiApplication.clipboard().setText(row.source.sha256)

    def _has_one(self) -> bool:
        return self.current is not None

    def _may_enable(self) -> bool:
        row = self.current
        return row is not None and row.status in ("new", "changed", "disabled")

    def _may_disable(self) -> bool:
        row = self.current
        return row is not None and row.status in ("enabled", "development")
