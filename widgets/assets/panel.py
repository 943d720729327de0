"""The panel of assets: what the project uses and could use, with import by drop, relinking, and a closer look."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from myriorama.app.actions import Action
from myriorama.app.amounts import size_text
from myriorama.app.assets.guessing import size_in_words
from myriorama.app.assets.library import ROLE_TITLES, Entry
from myriorama.app.assets.looks import Look, LookRequest
from myriorama.app.assets.using import Use, put_in_place, uses_for
from myriorama.app.document.edit import commit
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.assets.alive import for_living
from myriorama.widgets.assets.choose import ask_for_file
from myriorama.widgets.assets.import_dialog import ImportDialog
from myriorama.widgets.assets.shelf import Shelf
from myriorama.widgets.assets.shelf_model import ROLE_ICONS
from myriorama.widgets.assets.sight import Sight, in_words
from myriorama.widgets.binding import bind
from myriorama.widgets.forms.rows import Reason, plain_label, tool_button
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.theme import icon, theme

_REFRESH_AFTER_MS = 400


class AssetsPanel(Panel):
    """Lists assets and does things with them."""

    name: ClassVar[str] = "assets"
    title: ClassVar[str] = "Assets"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        tokens = theme()
        self.setAcceptDrops(True)
        self._waiting: deque[Path] = deque()
        self._dialog: ImportDialog | None = None
        self.shelf = Shelf(studio)
        self.import_button = tool_button("import", "Import a file (I); or drop files on this panel")
        self.shelf.bar.addWidget(self.import_button)
        self.note = plain_label("", "dim", wraps=True)
        self.note.hide()
        self.reason = Reason()
        self.sight = Sight(112)
        self.use_button = tool_button("play-circle-outline", "Ways to use the asset in this project", text="Use")
        self.relink_button = tool_button("link-variant", "Put another file in its place", text="Relink")
        self.more_button = tool_button("dots-horizontal", "More")
        for button in (self.use_button, self.relink_button, self.more_button):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(QMenu(button))
            button.menu().aboutToShow.connect(partial(self._fill_menu, button))
        line = QHBoxLayout()
        line.setSpacing(tokens.tight)
        line.addWidget(self.use_button)
        line.addWidget(self.relink_button)
        line.addStretch(1)
        line.addWidget(self.more_button)
        self.detail = QWidget()
        self.detail.setMinimumHeight(170)
        lower = QVBoxLayout(self.detail)
        lower.setContentsMargins(0, tokens.gap, 0, 0)
        lower.setSpacing(tokens.tight)
        lower.addWidget(self.sight, 1)
        lower.addLayout(line)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.shelf)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 1)
        self.detail.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.gap, tokens.gap, tokens.gap, tokens.gap)
        layout.setSpacing(tokens.tight)
        layout.addWidget(self.split, 1)
        layout.addWidget(self.note)
        layout.addWidget(self.reason)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REFRESH_AFTER_MS)
        self._soon.timeout.connect(studio.assets.refresh)
        self.import_button.clicked.connect(self.import_file)
        self.shelf.chosen.connect(self._on_chosen)
        self.shelf.taken.connect(self.use_first)
        self.shelf.list.customContextMenuRequested.connect(self._on_menu)
        bind(self, studio.assets.looks.looked, self._on_looked)
        bind(self, studio.document.changed, self._refresh_soon)
        bind(self, studio.document.opened, self._refresh_soon)
        bind(self, studio.document.location_changed, self._refresh_soon)
        bind(self, studio.settings.changed, self._refresh_soon)

    def actions_here(self) -> tuple[Bound, ...]:
        def action(verb: str, title: str, help_text: str, *keys: str, symbol: str = "") -> Action:
            return Action(f"assets.{verb}", title, "assets", help_text, keys, "", symbol)

        def there() -> bool:
            return self.shelf.current is not None

        return (
            Bound(
                action(
                    "import", "Import a file…", "Bring a model, HDRI, image in from elsewhere.", "I", symbol="import"
                ),
                self.import_file,
            ),
            Bound(action("use", "Use the asset", "Use it in the likeliest way.", "U"), self.use_first, there),
            Bound(
                action("relink", "Relink missing files…", "Search a folder for every missing file.", "R"),
                self.search_folder,
                lambda: bool(self._missing()),
            ),
            Bound(action("search", "Search assets", "Go to the search field.", "/"), self.shelf.search.setFocus),
            Bound(
                action("refresh", "List assets anew", "Look at the folders again.", "F5"), self.studio.assets.refresh
            ),
        )

    # --- bringing files in

    def import_file(self) -> None:
        """Ask for a file and import it."""
        path = ask_for_file(self)
        if path is not None:
            self.import_paths([path])

    def import_paths(self, paths: list[Path]) -> None:
        """Import files one after the other."""
        self._waiting.extend(paths)
        self._import_next()

    def _import_next(self) -> None:
        if self._dialog is not None or not self._waiting:
            return
        path = self._waiting.popleft()
        dialog = ImportDialog(self.studio, path, None, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._waiting:
            dialog.setWindowTitle(f"{dialog.windowTitle()} (and {len(self._waiting)} more)")
        dialog.imported.connect(self._on_imported)
        dialog.finished.connect(self._on_import_finished)
        self._dialog = dialog
        dialog.open()

    def _on_import_finished(self) -> None:
        self._dialog = None
        self._import_next()

    def _on_imported(self, reference: str) -> None:
        self._say(f"Imported as {reference}.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is None and self._dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = self._dropped(event)
        if paths:
            event.acceptProposedAction()
            self.import_paths(paths)

    @staticmethod
    def _dropped(event: QDropEvent) -> list[Path]:
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        return [path for path in (Path(url.toLocalFile()) for url in urls) if path.suffix.lower() != ".json"]

    # using

    def use_first(self) -> None:
        """Use the current asset in the likeliest way."""
        uses = self._uses()
        if uses:
            self._use(uses[0])

    def _uses(self) -> tuple[Use, ...]:
        project, entry = self.studio.document.project, self.shelf.current
        if project is None or entry is None or entry.state == "missing":
            return ()
        return uses_for(project, self.studio.registry, entry.role, self.studio.selection.uid)

    def _use(self, use: Use) -> None:
        project, entry = self.studio.document.project, self.shelf.current
        if project is None or entry is None:
            return
        try:
            edit = use.make(project, entry.reference, {})
        except InputError as error:
            self._refuse(error)
            return
        commit(edit, self.studio.document, self.studio.selection)
        self._say(f"{edit.label}.")

    # relinking

    def _missing(self) -> list[Entry]:
        return [entry for entry in self.shelf.model.entries if entry.state == "missing"]

    def relink_current(self) -> None:
        """Ask for the file that takes the current one's place."""
        entry = self.shelf.current
        if entry is None:
            return
        path = ask_for_file(self, entry.role)
        if path is not None:
            self.relink({entry.reference: path})

    def search_folder(self) -> None:
        """Ask for a folder, and search it for everything that is missing."""
        chosen = QFileDialog.getExistingDirectory(self, "Search a folder for missing files")
        if chosen:
            self.search_in(Path(chosen))

    def search_in(self, folder: Path) -> None:
        """Search a folder for everything that is missing, and relink what is found."""
        missing = self._missing()
        self._say(f"Searching {folder.name}…")
        self.studio.assets.search(missing, folder, for_living(self, partial(self._on_found, len(missing))))

    def relink(self, found: dict[str, Path]) -> None:
        """Name other files in place of some; one step of the history for all."""
        entries = {entry.reference: entry for entry in self.shelf.model.entries}
        wanted = {old: (path, entries[old].role) for old, path in found.items() if old in entries}
        self._say("Looking at the files…")
        self.studio.assets.bring_all(wanted, for_living(self, self._on_relinked))

    def _on_found(self, asked: int, answer: dict[str, Path] | InputError) -> None:
        if isinstance(answer, InputError):
            self._refuse(answer)
        elif not answer:
            self._say("None of the missing files is in that folder.")
        else:
            self.relink(answer)
            if len(answer) < asked:
                self._say(f"Found {len(answer)} of {asked}; the others are not in that folder.")

    def _on_relinked(self, answer: dict[str, str] | InputError) -> None:
        project = self.studio.document.project
        if isinstance(answer, InputError):
            self._refuse(answer)
        elif project is not None:
            commit(put_in_place(project, self.studio.registry, answer), self.studio.document)
            number = "1 file" if len(answer) == 1 else f"{len(answer)} files"
            self._say(f"Relinked {number}. Undo takes it back.")

    # showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()

    def _refresh_soon(self) -> None:
        if self.isVisible():
            self._soon.start()

    def _on_chosen(self, entry: Entry | None) -> None:
        self.detail.setVisible(entry is not None)
        if entry is None:
            return
        self.use_button.setEnabled(entry.state != "missing" and self.studio.document.project is not None)
        self.relink_button.setEnabled(bool(entry.users))
        request = self.studio.assets.look_at(entry.reference, entry.role)
        known = self.studio.assets.looks.known(request)
        self._show(entry, known)
        if known is None and entry.state != "missing":
            self.studio.assets.looks.request(request)

    def _on_looked(self, request: LookRequest, look: Look) -> None:
        entry = self.shelf.current
        if entry is not None and request == self.studio.assets.look_at(entry.reference, entry.role):
            self._show(entry, look)

    def _show(self, entry: Entry, look: Look | None) -> None:
        facts = [("Kind", ROLE_TITLES[entry.role])]
        if entry.state == "missing":
            facts.append(("State", "missing: relink it, or put the file back"))
            look = Look()
        elif entry.state == "changed":
            facts.append(("State", "changed since it was imported"))
        if entry.size_bytes:
            facts.append(("On disk", size_text(entry.size_bytes)))
        if entry.users:
            facts.append(("Used by", ", ".join(user.title for user in entry.users)))
        if look is not None and look.extent is not None:
            words = size_in_words(look.extent, look.up_axis, "metres")
            facts.append(("Size", f"{words}, where its unit is the metre"))
        file = ("File", entry.reference)
        self.sight.show_look(look, tuple(facts), ROLE_ICONS[entry.role], last=file)

    def _fill_menu(self, button: QToolButton) -> None:
        menu = button.menu()
        menu.clear()
        if button is self.use_button:
            self._add_uses(menu)
        elif button is self.relink_button:
            self._add_relinks(menu)
        else:
            self._add_more(menu)

    def _add_uses(self, menu: QMenu) -> None:
        for use in self._uses():
            menu.addAction(use.title).triggered.connect(partial(self._use, use))
        if menu.isEmpty():
            menu.addAction("Nothing in this project can take it").setEnabled(False)

    def _add_relinks(self, menu: QMenu) -> None:
        menu.addAction(icon("file-search-outline"), "Choose the file…").triggered.connect(self.relink_current)
        every = menu.addAction(icon("folder-search-outline"), "Search a folder for all that are missing…")
        every.triggered.connect(self.search_folder)
        every.setEnabled(bool(self._missing()))

    def _add_more(self, menu: QMenu) -> None:
        entry = self.shelf.current
        copied = menu.addAction(icon("content-copy"), "Copy the reference")
        copied.triggered.connect(self._copy_reference)
        opened = menu.addAction(icon("folder-open-outline"), "Show the folder")
        opened.triggered.connect(self._show_folder)
        opened.setEnabled(entry is not None and entry.path is not None)
        used = menu.addMenu("Select what uses it")
        used.setEnabled(entry is not None and bool(entry.users))
        for user in entry.users if entry is not None else ():
            used.addAction(user.title).triggered.connect(partial(self.studio.selection.select, user.uid))

    def _on_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.shelf.current is not None:
            self._add_uses(menu)
            menu.addSeparator()
            if self.shelf.current.users:
                self._add_relinks(menu)
                menu.addSeparator()
            self._add_more(menu)
            menu.addSeparator()
        menu.addAction(icon("import"), "Import a file…").triggered.connect(self.import_file)
        menu.addAction(icon("refresh"), "List anew").triggered.connect(self.studio.assets.refresh)
        menu.popup(self.shelf.list.viewport().mapToGlobal(at))

    def _copy_reference(self) -> None:
        entry = self.shelf.current
        if entry is not None:
            QGuiApplication.clipboard().setText(entry.reference)
            self._say("Copied.")

    def _show_folder(self) -> None:
        entry = self.shelf.current
        if entry is not None and entry.path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.path.parent)))

    def _say(self, text: str) -> None:
        self.reason.show_reason("")
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _refuse(self, error: InputError) -> None:
        self._say("")
        self.reason.show_reason(
            "\n".join(f"{p.file}: {in_words(p)}" if p.file else in_words(p) for p in error.problems[:3])
        )
