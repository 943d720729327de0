"""Saving in another folder: what the project names by a path in its old folder is found, asked about and copied there.

Files are looked at and copied on a thread; the project file itself is written by whoever asked, once this is done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from myriorama.app.amounts import size_text
from myriorama.app.document.references import LeftBehind, bring_files, left_behind, relative_references
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError, Problem
from myriorama.widgets.binding import bind

_NAMED = 8
_Then = Callable[[], None]
_Trouble = Callable[[str, InputError], None]


class TakingAlong(QObject):
    """Sees to it that a project which is saved elsewhere still finds its files.

    Parameters
    ----------
    tell : callable
        Shows a line in the status bar.
    trouble : callable
        Shows what could not be done, by a title and the error.
    """

    def __init__(self, studio: Studio, window: QWidget, tell: Callable[[str], None], trouble: _Trouble) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._tell = tell
        self._trouble = trouble
        self._turn = 0
        bind(self, studio.document.opened, self._on_opened)

    def see_to(self, folder: Path, then: _Then) -> None:
        """Call `then` once what the project needs is in `folder` too, or the user does without it; or never.

        Nothing is asked, and `then` is called at once, where the project names no file of its folder.
        """
        document = self._studio.document
        project = document.project
        if project is None:
            return
        same = folder.resolve() == document.folder.resolve()
        if same or not relative_references(project, self._studio.registry):
            then()
            return
        self._tell("Looking for the files that the project uses…")
        self._away(partial(left_behind, project, self._studio.registry, document.folder, folder), self._ask, then)

    def _on_opened(self) -> None:
        self._turn += 1

    def _away(self, work: Callable[[], LeftBehind], done: Callable[[LeftBehind, _Then], None], then: _Then) -> None:
        """Do slow work on a thread and go on with its answer, unless another project was opened meanwhile."""
        turn, post = self._turn, self._studio.post

        def answered(answer: LeftBehind | InputError) -> None:
            if turn != self._turn:
                return
            if isinstance(answer, InputError):
                self._trouble("The project's files cannot go with it", answer)
            else:
                done(answer, then)

        def run() -> None:
            answer: LeftBehind | InputError
            try:
                answer = work()
            except InputError as error:
                answer = error
            except OSError as error:
                answer = InputError(_unreadable(error))
            post(partial(answered, answer))

        threading.Thread(target=run, name="taking along", daemon=True).start()

    def _ask(self, found: LeftBehind, then: _Then) -> None:
        if not found:
            then()
            return
        many = len(found.files)
        names = "\n".join(found.files[:_NAMED]) + (f"\nand {many - _NAMED} more" if many > _NAMED else "")
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName("left behind")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Myriorama")
        box.setTextFormat(Qt.TextFormat.PlainText)
        files = "a file" if many == 1 else f"{many} files"
        box.setText(f"The project uses {files} of its old folder ({size_text(found.bytes)}). Copy along?")
        box.setInformativeText(f"Without a copy the project will miss in {found.new}:\n{names}")
        copy = box.addButton("Copy and save", QMessageBox.ButtonRole.AcceptRole)
        without = box.addButton("Save without", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(copy)

        def answered() -> None:
            clicked = box.clickedButton()
            if clicked is copy:
                self._tell(f"Copying {files}…")
                self._away(partial(_brought, found), _go_on, then)
            elif clicked is without:
                then()

        box.finished.connect(answered)
        box.open()


def _unreadable(error: OSError) -> Problem:
    message = f"it could not be read: {error.strerror or error}"
    return Problem("", message, "", "a file and folder that you may read", str(error.filename or ""))


def _brought(found: LeftBehind) -> LeftBehind:
    bring_files(found)
    return found


def _go_on(_: LeftBehind, then: _Then) -> None:
    then()
