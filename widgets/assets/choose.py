"""The dialog that chooses an asset of one role for a parameter."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from myriorama.app.amounts import size_text
from myriorama.app.assets.library import IMAGE_SUFFIXES, RADIANCE_SUFFIXES, ROLE_TITLES, Entry
from myriorama.app.assets.looks import Look, LookRequest
from myriorama.app.studio import Studio
from myriorama.scenes.assets.models import MODEL_SUFFIXES
from myriorama.scenes.parameters.schema import FileRole
from myriorama.widgets.assets.import_dialog import ImportDialog
from myriorama.widgets.assets.shelf import Shelf
from myriorama.widgets.assets.shelf_model import ROLE_ICONS
from myriorama.widgets.assets.sight import Sight
from myriorama.widgets.binding import bind
from myriorama.widgets.forms.rows import tool_button
from myriorama.widgets.theme import theme

_SUFFIXES = {"model": MODEL_SUFFIXES, "radiance": RADIANCE_SUFFIXES, "image": IMAGE_SUFFIXES}


class ChooseDialog(QDialog):
    """The shelf of one role, with a look at what is current."""

    def __init__(self, studio: Studio, role: FileRole, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._role = role
        self.reference: str | None = None
        title = ROLE_TITLES[role]
        self.setWindowTitle(f"Choose {'an' if title[0] in 'HI' else 'a'} {title if title == 'HDRI' else title.lower()}")
        self.resize(520, 560)
        self.shelf = Shelf(studio, role)
        self.sight = Sight(128)
        self.import_button = tool_button("import", "Bring a file in from elsewhere", text="Import…")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Choose")
        self.ok.setMinimumWidth(96)  # bold, wider than Qt reckons
        self.shelf.bar.addWidget(self.import_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(theme().gap)
        layout.addWidget(self.shelf, 1)
        layout.addWidget(self.sight)
        layout.addWidget(self.buttons)
        self.shelf.chosen.connect(self._on_chosen)
        self.shelf.taken.connect(self._on_accepted)
        self.import_button.clicked.connect(self._on_import)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        bind(self, studio.assets.looks.looked, self._on_looked)
        self._on_chosen(self.shelf.current)
        studio.assets.refresh()

    def _on_chosen(self, entry: Entry | None) -> None:
        self.ok.setEnabled(entry is not None and entry.state != "missing")
        self.sight.setVisible(entry is not None)
        if entry is not None:
            request = self._studio.assets.look_at(entry.reference, entry.role)
            known = self._studio.assets.looks.known(request)
            self._show(entry, known)
            if known is None and entry.state != "missing":
                self._studio.assets.looks.request(request)

    def _on_looked(self, request: LookRequest, look: Look) -> None:
        entry = self.shelf.current
        if entry is not None and request == self._studio.assets.look_at(entry.reference, entry.role):
            self._show(entry, look)

    def _show(self, entry: Entry, look: Look | None) -> None:
        facts = (("On disk", size_text(entry.size_bytes)),)
        shown = look if entry.state != "missing" else Look()
        self.sight.show_look(shown, facts, ROLE_ICONS[entry.role], last=("File", entry.reference))

    def _on_import(self) -> None:
        path = ask_for_file(self, self._role)
        if path is not None:
            dialog = ImportDialog(self._studio, path, self._role, self, only_reference=True)
            dialog.imported.connect(self._on_imported)
            dialog.open()

    def _on_imported(self, reference: str) -> None:
        self.reference = reference
        self.accept()

    def _on_accepted(self) -> None:
        entry = self.shelf.current
        if entry is not None and entry.state != "missing":
            self.reference = entry.reference
            self.accept()


def ask_for_file(parent: QWidget, role: FileRole | str = "") -> Path | None:
    """Ask for a file, or for a texture set's folder."""
    if role == "texture_set":
        chosen = QFileDialog.getExistingDirectory(parent, "Folder of a texture set")
        return Path(chosen) if chosen else None
    kinds = [(ROLE_TITLES[cast("FileRole", r)], s) for r, s in _SUFFIXES.items() if role in ("", r)]
    every = " ".join(f"*{suffix}" for _, suffixes in kinds for suffix in suffixes)
    filters = [f"{title}s ({' '.join(f'*{s}' for s in suffixes)})" for title, suffixes in kinds]
    if not role:
        filters.insert(0, f"Everything that can be imported ({every})")
    chosen, _ = QFileDialog.getOpenFileName(parent, "Import a file", "", ";;".join([*filters, "All files (*)"]))
    return Path(chosen) if chosen else None


def take_dropped(studio: Studio, path: Path, role: str, parent: QWidget | None = None) -> str | None:
    """Return the reference of a file that was dropped on a parameter, after asking where it has to be copied in.

    None where it was not taken: it cannot be read, or the dialog was left.
    """
    known = studio.assets.reference_to(path)
    if known is not None:
        return known
    dialog = ImportDialog(studio, path, cast("FileRole", role), parent, only_reference=True)
    taken: list[str] = []
    dialog.imported.connect(taken.append)
    try:
        dialog.exec()
        return taken[0] if taken else None
    finally:
        dialog.deleteLater()


def choose_asset(studio: Studio, role: str, parent: QWidget | None = None) -> str | None:
    """Let an asset of a role be chosen; return its reference, or None where the dialog was left.

    Parameters
    ----------
    role : str
        ``model``, ``image``, ``radiance`` or ``texture_set``.
    """
    dialog = ChooseDialog(studio, cast("FileRole", role), parent)
    try:
        dialog.exec()
        return dialog.reference
    finally:
        dialog.deleteLater()
