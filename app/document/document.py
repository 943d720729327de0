"""The open project as one observable, frozen value with history.

It reads and writes no file: opening, saving and the journal are `files` and `journal`.
"""

from __future__ import annotations

from pathlib import Path

from psygnal import Signal

from myriorama.app.document.history import History, Step
from myriorama.scenes.project.model import Project


class Document:
    """What is open.

    Attributes
    ----------
    project : Project or None
        The committed state; None where nothing is open.
    shown : Project or None
        What views of pixels show: `project`, or the state of a drag that is not committed yet.
    path : Path or None
        The project file; None before the first save.
    folder : Path
        Relative asset references start here.
    file_hash : str
        SHA-256 of the file at `path` when it was last read or written; empty where there is none.
    history : History
    opened : signal of ()
        Another project was opened, or the project was closed.
    changing : signal of (Project,)
        `shown` changed while `project` did not: a drag in progress.
    changed : signal of (Project,)
        `project` was replaced (an edit, undo, redo). Not emitted for `opened`.
    location_changed : signal of ()
        `path` or `dirty` changed.
    """

    opened = Signal()
    changing = Signal(object)
    changed = Signal(object)
    location_changed = Signal()

    def __init__(self) -> None:
        self.history = History(self._settle)
        self._told: tuple[Project | None, bool] | None = None
        self._project: Project | None = None
        self._shown: Project | None = None
        self._saved: Project | None = None
        self._path: Path | None = None
        self._file_hash = ""
        self._folder = Path.cwd()

    @property
    def project(self) -> Project | None:
        return self._project

    @property
    def shown(self) -> Project | None:
        return self._shown

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def file_hash(self) -> str:
        return self._file_hash

    @property
    def dirty(self) -> bool:
        """There is something that a save would keep."""
        return self._project is not None and self._project != self._saved

    @property
    def title(self) -> str:
        """The name to show; empty where nothing is open."""
        return self._project.name if self._project else ""

    def open(
        self, project: Project, folder: Path, path: Path | None = None, *, saved: bool = True, file_hash: str = ""
    ) -> None:
        """Take a project in place of the one that is open.

        Parameters
        ----------
        saved : bool
            The project equals the file at `path`. False for a new or a recovered one.
        """
        self._project = self._shown = project
        self._saved = project if saved else None
        self._path, self._folder, self._file_hash = path, folder, file_hash
        self.history.clear()
        self.opened.emit()
        self.location_changed.emit()

    def close(self) -> None:
        """Have nothing open."""
        self._project = self._shown = self._saved = self._path = None
        self._file_hash = ""
        self.history.clear()
        self.opened.emit()
        self.location_changed.emit()

    def preview(self, project: Project) -> None:
        """Show a state while a handle is dragged, without committing it."""
        if self._project is None or project == self._shown:
            return
        self._shown = project
        self.changing.emit(project)

    def cancel_preview(self) -> None:
        """Show the committed state again."""
        if self._shown is not self._project:
            self._shown = self._project
            self.changing.emit(self._project)

    def replace(self, project: Project, label: str, *, merge: str = "") -> None:
        """Commit a state as one step of the history.

        Parameters
        ----------
        label : str
            Imperative: "Change mug height".
        merge : str
            See `Step.merge`.

        Raises
        ------
        ValueError
            Nothing is open.
        """
        before = self._project
        if before is None:
            raise ValueError("there is no open project to change")
        if project == before:
            self.cancel_preview()
            return
        self._set(project)
        self.history.push(Step(label, lambda: self._set(before), lambda: self._set(project), merge))

    def mark_saved(self, path: Path, file_hash: str = "") -> None:
        """Tell that `project` now equals the file at `path`."""
        self._saved, self._path, self._folder = self._project, path, path.parent
        self._file_hash = file_hash
        self.location_changed.emit()

    def _set(self, project: Project) -> None:
        if self._told is None:
            self._told = (self._project, self.dirty)
        self._project = self._shown = project
        if not self.history.going:
            self._settle()

    def _settle(self) -> None:
        """Tell of the change since views were told last, however many steps it was."""
        if self._told is None:
            return
        (project, was_dirty), self._told = self._told, None
        if self._project is not project:
            self.changed.emit(self._project)
        if self.dirty != was_dirty:
            self.location_changed.emit()
