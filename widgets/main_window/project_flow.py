"""New, open, save and close, with the questions that they need: what is unsaved, where to, and why not.

It reads and writes no file: `app.document.files` does. Dialogs are opened, never waited for, so nothing else stops.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from myriorama.app.document import files
from myriorama.app.problems import Trouble
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.main_window.taking_along import TakingAlong
from myriorama.widgets.main_window.troubles import TroubleDialog

_SOURCE = "saving"
_FILTER = "Myriorama projects (*.json);;All files (*)"
_Then = Callable[[], None]


class ProjectFlow(QObject):
    """What happens to the open project as a whole.

    Parameters
    ----------
    window : QWidget
        Parent of the dialogs.
    tell : callable
        Shows a line in the status bar.
    """

    def __init__(self, studio: Studio, window: QWidget, tell: Callable[[str], None]) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._tell = tell
        self._along = TakingAlong(studio, window, tell, self._trouble)

    def open(self, path: str | Path) -> None:
        """Open a file, a folder, or an example by its name, in place of what is open."""
        self.leave(lambda: self._open(path))

    def open_asking(self) -> None:
        """Ask which file to open."""
        dialog = self._dialog("Open project", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.open)
        dialog.open()

    def new(self, template: str) -> None:
        """Start an untitled project from a template."""
        self.leave(lambda: self._new(template))

    def save(self, then: _Then | None = None) -> None:
        """Save to the project's file; ask for one where there is none."""
        self._save(None, then)

    def save_as(self, then: _Then | None = None) -> None:
        """Ask where to, and save."""
        document = self._studio.document
        if document.project is None:
            return
        dialog = self._dialog("Save project as", QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        start = document.path or Path.home() / f"{_file_word(document.title)}.json"
        dialog.setDirectory(str(start.parent))
        dialog.selectFile(start.name)

        def chosen(path: str) -> None:
            self._along.see_to(Path(path).parent, partial(self._save, Path(path), then))

        dialog.fileSelected.connect(chosen)
        dialog.open()

    def close(self) -> None:
        """Have nothing open."""
        self.leave(self._close)

    def leave(self, then: _Then) -> None:
        """Call `then` once nothing unsaved would be lost by it, or never."""
        document = self._studio.document
        if not document.dirty:
            then()
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName("unsaved")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Myriorama")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Save the changes to {document.title!r}?")
        box.setInformativeText("Changes that are not saved are lost.")
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)

        def answered(code: int) -> None:
            if code == button.Save:
                self.save(then)
            elif code == button.Discard:
                then()

        box.finished.connect(answered)
        box.open()

    def forget(self) -> None:
        """Have nothing open: the changes were given up, so that no journal offers them again."""
        self._close()

    def forget_recent(self, path: str) -> None:
        """Take a file out of the list of recent ones."""
        settings = self._studio.settings
        kept = tuple(p for p in settings.value.recent if p != path)
        settings.set(settings.value.model_copy(update={"recent": kept}))

    def _open(self, path: str | Path) -> None:
        document = self._studio.document
        try:
            files.open_path(document, path)
        except InputError as error:
            self._trouble(f"{Path(path).name} could not be opened", error)
            return
        if document.path is not None:
            self._studio.settings.remember_project(document.path)
        self._tell(f"Opened {document.title}")

    def _new(self, template: str) -> None:
        try:
            files.new_from(self._studio.document, template)
        except InputError as error:
            self._trouble(f"no project could be made from {template}", error)
            return
        self._tell("A new project; nothing is kept until it is saved")

    def _save(self, path: Path | None, then: _Then | None, overwrite: bool = False) -> None:
        document = self._studio.document
        if document.project is None:
            return
        try:
            saved = files.save(document, path, overwrite=overwrite, state=self._studio.state)
        except files.NoFileYetError:
            self.save_as(then)
            return
        except files.ChangedOnDiskError as error:
            self._ask_to_overwrite(error.path, then)
            return
        except InputError as error:
            self._trouble(f"{document.title} could not be saved", error)
            return
        self._studio.settings.remember_project(saved.path)
        self._tell(f"Saved {saved.path}" + (f" ({saved.note})" if saved.note else ""))
        way_out = "The project itself is saved. Look for free space and permissions in that folder."
        noted = Trouble(_SOURCE, "warning", saved.note, str(self._studio.state / "backups"), way_out)
        self._studio.problems.set(_SOURCE, (noted,) if saved.note else ())
        if then is not None:
            then()

    def _ask_to_overwrite(self, path: Path, then: _Then | None) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName("changed on disk")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Myriorama")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"{path.name} was changed by another program since it was opened.")
        box.setInformativeText("Overwriting loses what was written there; what it held is kept as a backup.")
        overwrite = box.addButton("Overwrite", QMessageBox.ButtonRole.DestructiveRole)
        other = box.addButton("Save as…", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(other)

        def answered() -> None:
            clicked = box.clickedButton()
            if clicked is overwrite:
                self._save(path, then, overwrite=True)
            elif clicked is other:
                self.save_as(then)

        box.finished.connect(answered)
        box.open()

    def _close(self) -> None:
        files.close(self._studio.document)

    def _trouble(self, title: str, error: InputError) -> None:
        self._studio.problems.tell(f"error: {title}: {error}")
        TroubleDialog(title, error, self._window).open()

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(mode)
        dialog.setNameFilter(_FILTER)
        recent = self._studio.settings.value.recent
        if recent and Path(recent[0]).parent.is_dir():
            dialog.setDirectory(str(Path(recent[0]).parent))
        return dialog


def _file_word(title: str) -> str:
    """Return a project's name as a file name."""
    word = "".join(c if c.isalnum() or c in "-_. " else "_" for c in title).strip(" .")
    return word or "project"
