"""The outliner panel: the project's nodes and parts, added, ordered, named and switched by mouse and keys.

It shows what `document.outline` says and makes every change through `document.edits`; it decides none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from myriorama.app.catalogue import adding
from myriorama.app.catalogue.entries import Entries, Entry
from myriorama.app.document import addresses, clipboard, edits
from myriorama.app.document.checking import missing_plugins
from myriorama.app.document.edit import Edit, commit
from myriorama.app.document.effect_order import in_order
from myriorama.app.document.outline import Row, outline
from myriorama.app.document.uids import items
from myriorama.app.document.wording import sentence
from myriorama.app.object_studio.groups import is_group
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.project.model import Project
from myriorama.widgets.binding import bind
from myriorama.widgets.outliner.actions import ACTIONS
from myriorama.widgets.outliner.add_popup import AddPopup
from myriorama.widgets.outliner.adding import add_rig_rows, adding_of
from myriorama.widgets.outliner.marks import MARKS
from myriorama.widgets.outliner.tree import OutlineTree
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.theme import icon, theme

_MENU: Final = (
    ("add",),
    ("rename", "duplicate", "enable"),
    ("look",),
    ("cut", "copy", "paste"),
    ("move_up", "move_down"),
    ("delete",),
)
_SAID_MS: Final = 6000


class OutlinerPanel(Panel):
    """What the project is made of.

    Attributes
    ----------
    object_wanted, generator_wanted : signal of (str,)
        The uid of a group, or the name of a generator, whose object is to be looked at alone.
    """

    name = "outliner"
    title = "Outliner"

    object_wanted = Signal(str)
    generator_wanted = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.tree = OutlineTree(self)
        self.popup = AddPopup(self)
        self._empty = QLabel("Nothing is open.", self)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._said = QLabel("", self)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._said.setProperty("role", "error")
        self._said.setContentsMargins(theme().gap, 4, theme().gap, 6)
        self._said.hide()
        self._quiet = QTimer(self, singleShot=True, interval=_SAID_MS, timeout=self._said.hide)
        self._labels: dict[str, str] = {}
        self._taking = False
        self._bounds = {bound.action.id.partition(".")[2]: bound for bound in self._make_bounds()}
        self._adding = adding_of(self)
        self._lay_out()
        self._connect()
        self._take_labels(studio.catalogue.entries if studio.catalogue.is_ready else Entries(()))
        self._show()

    def actions_here(self) -> tuple[Bound, ...]:
        return (*self._bounds.values(), *self._adding)

    # --- making

    def _lay_out(self) -> None:
        self.add_button = QToolButton(self)
        self.add_button.setIcon(icon("plus"))
        self.add_button.setText("Add")
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setToolTip("Add an object, a light, surroundings or an effect (Shift+A)")
        self.add_button.setAccessibleName("Add to the project")
        self.add_button.clicked.connect(self.add)
        row = QHBoxLayout()
        row.setContentsMargins(theme().tight, theme().tight, theme().tight, theme().tight)
        row.setSpacing(2)
        row.addWidget(self.add_button)
        row.addStretch(1)
        self._buttons = []
        for word, mark in (("duplicate", "content-duplicate"), ("enable", "eye-outline"), ("delete", "delete-outline")):
            bound = self._bounds[word]
            button = QToolButton(self)
            button.setIcon(icon(mark))
            keys = f" ({bound.action.keys[0]})" if bound.action.keys else ""
            button.setToolTip(bound.action.title + keys)
            button.setAccessibleName(bound.action.title)
            button.clicked.connect(partial(self._run, word))
            row.addWidget(button)
            self._buttons.append((button, bound))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.tree, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._said)
        self.setFocusProxy(self.tree)

    def _connect(self) -> None:
        studio = self.studio
        bind(self, studio.document.opened, self._on_opened)
        bind(self, studio.document.changed, self._on_changed)
        bind(self, studio.selection.changed, self._take_selection)
        bind(self, studio.problems.changed, self._show)
        bind(self, studio.catalogue.ready, self._on_catalogue)
        self.tree.selected.connect(self._on_selected)
        self.tree.switched.connect(self._switch)
        self.tree.add_wanted.connect(self._offer_for)
        self.tree.outline.dropped.connect(self._drop)
        self.tree.outline.renamed.connect(self._rename_to)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.popup.chosen.connect(self.add_entry)
        self.popup.look_wanted.connect(self.generator_wanted)

    def _make_bounds(self) -> tuple[Bound, ...]:
        runs: dict[str, Callable[[], None]] = {
            "add": self.add,
            "rename": self.rename,
            "duplicate": self.duplicate,
            "enable": self.toggle,
            "cut": self.cut,
            "copy": self.copy,
            "paste": self.paste,
            "look": self.look_alone,
            "move_up": partial(self.move_by, -1),
            "move_down": partial(self.move_by, 1),
            "delete": self.delete,
        }
        special = {
            "add": self._is_open,
            "rename": self._has_one_item,
            "paste": self._can_paste,
            "look": self._has_one_group,
        }
        return tuple(
            Bound(action, runs[word], special.get(word, self._has_items))
            for action in ACTIONS
            for word in (action.id.partition(".")[2],)
        )

    # --- what can be done

    def add(self) -> None:
        """Offer what can be added."""
        if self._is_open():
            corner = QPoint(0, self.add_button.height() + 2)
            self.popup.offer(self.studio.catalogue.entries, self.add_button.mapToGlobal(corner))

    def rename(self) -> None:
        """Type a name for the selected item, in place."""
        uids = self._item_uids()
        if len(uids) == 1:
            self.tree.rename(uids[0])

    def duplicate(self) -> None:
        self.make(edits.duplicate)

    def delete(self) -> None:
        self.make(edits.remove)

    def toggle(self) -> None:
        """Switch the selected items off, or on where all of them are off."""
        project, uids = self.studio.document.project, self._item_uids()
        if project is not None and uids:
            states = [item.enabled for _, item in items(project) if item.uid in uids]
            on = not any(states)
            self.make(lambda p, u: edits.set_enabled(p, u, on))

    def cut(self) -> None:
        self.copy()
        self.delete()

    def copy(self) -> None:
        project = self.studio.document.project
        text = clipboard.copied_text(project, self._item_uids()) if project is not None else ""
        if text:
            QGuiApplication.clipboard().setText(text)

    def paste(self) -> None:
        """Add what was copied behind the item that was selected last."""
        text = QGuiApplication.clipboard().text()
        behind = self.studio.selection.uid or ""
        self.make(lambda project, _: clipboard.paste(project, text, behind=behind), empty=True)

    def look_alone(self) -> None:
        """Show an object of the selected group by itself."""
        if self._has_one_group():
            self.object_wanted.emit(self._item_uids()[0])

    def move_by(self, step: int) -> None:
        self.make(lambda p, uids: edits.move_by(p, uids, step))

    # --- making changes

    def make(self, change: Callable[[Project, tuple[str, ...]], Edit], *, empty: bool = False) -> None:
        """Make an edit of the selected items; what refuses it is said below the tree."""
        project, uids = self.studio.document.project, self._item_uids()
        if project is None or not (uids or empty):
            return
        try:
            edit = in_order(project, change(project, uids), self.studio.registry)
        except InputError as error:
            self._say("; ".join(sentence(p) for p in error.problems[:3]))
            return
        except PluginError as error:
            self._say(str(error))
            return
        self._said.hide()
        commit(edit, self.studio.document, self.studio.selection)
        if edit.note:
            self.studio.problems.tell(edit.note)

    def _rename_to(self, uid: str, name: str) -> None:
        self.make(lambda project, _: edits.rename(project, uid, name), empty=True)

    def _drop(self, uids: list[str], list_name: str, position: int) -> None:
        self.make(lambda project, _: edits.move(project, uids, list_name, position), empty=True)

    def _switch(self, uid: str, on: bool) -> None:
        chosen = self._item_uids()
        uids = chosen if uid in chosen else (uid,)
        selected = self.studio.selection.value

        def change(project: Project, _: tuple[str, ...]) -> Edit:
            edit = edits.set_enabled(project, uids, on)
            return Edit(edit.project, edit.label, selected)

        self.make(change, empty=True)

    def _offer_for(self, list_name: str, at: QPoint) -> None:
        self.popup.offer(self.studio.catalogue.entries, at, list_name)

    def add_entry(self, entry: Entry, list_name: str = "") -> None:
        """Add what was chosen; a file that it cannot do without is asked for first."""
        values: dict[str, object] = {}
        if entry.asks_file:
            from myriorama.widgets.assets.choose import choose_asset

            reference = choose_asset(self.studio, entry.asks_file, self)
            if reference is None:
                return
            values[entry.asks_for] = reference
        if entry.kind not in ("placement", "rig"):
            self.make(lambda p, _: adding.add_entry(p, self.studio.registry, entry, list_name, values), empty=True)
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.show()
        self._quiet.start()
        self.studio.problems.tell(text)

    # --- what is selected

    def _item_uids(self) -> tuple[str, ...]:
        return tuple(uid for uid in self.studio.selection.value if uid not in addresses.PARTS)

    def _has_items(self) -> bool:
        return self._is_open() and bool(self._item_uids())

    def _has_one_item(self) -> bool:
        return self._is_open() and len(self._item_uids()) == 1

    def _has_one_group(self) -> bool:
        return self._has_one_item() and is_group(self.studio.document.project, self._item_uids()[0])

    def _is_open(self) -> bool:
        return self.studio.document.project is not None

    def _can_paste(self) -> bool:
        return self._is_open() and clipboard.is_copied_text(QGuiApplication.clipboard().text())

    def _on_selected(self, uids: list[str]) -> None:
        if not self._taking:
            self.studio.selection.select(*uids)

    def _take_selection(self) -> None:
        self._taking = True
        try:
            self.tree.select(self.studio.selection.value)
        finally:
            self._taking = False
        self._show_buttons()

    # --- showing

    def _on_opened(self) -> None:
        self.studio.selection.select()
        self.tree.outline.show(())
        self._show()
        self.tree.expandAll()

    def _on_changed(self) -> None:
        self._show()
        kept = edits.existing(self.studio.document.project, self.studio.selection.value, addresses.PARTS)
        self.studio.selection.select(*kept)

    def _on_catalogue(self, entries: Entries) -> None:
        self._take_labels(entries)
        self._show()

    def _take_labels(self, entries: Entries) -> None:
        self._labels = {}
        for entry in entries.found:
            lists = edits.LISTS_OF_KIND.get(entry.kind, (entry.kind,)) if entry.kind != "rig" else ("rig",)
            self._labels.update({f"{name}/{entry.name}": entry.label for name in lists})

    def _show(self) -> None:
        project = self.studio.document.project
        self.tree.setVisible(project is not None)
        self._empty.setVisible(project is None)
        self.add_button.setEnabled(project is not None)
        if project is not None:
            missing = missing_plugins(project, self.studio.registry)
            first = not self.tree.outline.sections
            self._taking = True
            try:
                self.tree.outline.show(outline(project, self._labels, missing, self.studio.problems.all))
            finally:
                self._taking = False
            if first:
                self.tree.expandAll()
            self._take_selection()
        self._show_buttons()

    def _show_buttons(self) -> None:
        for button, bound in self._buttons:
            button.setEnabled(bound.enabled is None or bound.enabled())

    def _run(self, word: str) -> None:
        self._bounds[word].run()

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        thing = self.tree.outline.thing(self.tree.indexAt(at))
        for part in _MENU:
            for word in part:
                menu.addAction(self._menu_row(word, menu))
            if "move_up" in part and isinstance(thing, Row):
                for name in (name for name in edits.lists_for(thing.kind) if name != thing.kind):
                    title = next(s.title for s in self.tree.outline.sections if s.key == name)
                    menu.addAction(icon(MARKS[name]), f"Move to {title}", partial(self._move_to, name))
            menu.addSeparator()
        if self.studio.selection.uid == addresses.CAMERA:
            add_rig_rows(self, menu)
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def _menu_row(self, word: str, menu: QMenu) -> QAction:
        bound = self._bounds[word]
        made = QAction(icon(bound.action.icon), bound.action.title, menu)
        keys = self.studio.settings.value.shortcuts.get(bound.action.id, bound.action.keys)
        if keys:
            made.setShortcut(QKeySequence(keys[0]))
        made.setToolTip(bound.action.help)
        made.setEnabled(bound.enabled is None or bound.enabled())
        made.triggered.connect(partial(self._run, word))
        return made

    def _move_to(self, name: str) -> None:
        def change(project: Project, uids: tuple[str, ...]) -> Edit:
            return edits.move(project, uids, name, len(getattr(project, name)))

        self.make(change)
