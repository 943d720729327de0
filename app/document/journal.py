"""Autosave: what the open project is goes to a journal within a second of each change; the journal goes with a save.

The journal is this process's own; the project's file is never touched here.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from myriorama.app.dataset.atomic import sync_folder, write_file
from myriorama.app.document.document import Document
from myriorama.app.document.lines import Change, Head, line_of
from myriorama.app.document.locking import Lock
from myriorama.app.observable import Post
from myriorama.app.problems import Problems, Trouble
from myriorama.app.settings.store import state_folder
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.model import Project

SUFFIX: Final = ".journal"
LOCK_SUFFIX: Final = ".lock"
SOURCE: Final = "journal"
_LARGEST: Final = 2 * 2**20
_RETRY_S: Final = 3.0
_GATHER_S: Final = 0.15
"""How long the writer waits for more of a burst, and for the label of the step; of a burst, the last state is kept."""


def journal_folder() -> Path:
    """Return the user's folder of journals."""
    return state_folder() / "journals"


@dataclass(frozen=True)
class _State:
    """What is to be written: a project after a change, with the head of the journal it belongs to."""

    head: Head
    number: int
    label: str
    project: Project


class Journal:
    """Writes the journal of one document, on a thread of its own.

    Parameters
    ----------
    document : Document
    problems : Problems
        Hears when changes cannot be kept.
    post : callable
        Brings a call to the thread of the models.
    folder : Path or None
        None is the user's.
    """

    def __init__(self, document: Document, problems: Problems, post: Post, folder: Path | None = None) -> None:
        self._document = document
        self._problems = problems
        self._post = post
        self._folder = folder or journal_folder()
        self._number = 0
        self._carried = 0
        self._told = ""
        self._wake = threading.Condition()
        self._pending: _State | None = None
        self._forget = False
        self._ending = False
        self._idle = True
        self._lock: Lock | None = None
        self._file: Path | None = None
        self._written: Head | None = None
        document.opened.connect(self._on_opened)
        document.changed.connect(self._on_changed)
        document.location_changed.connect(self._on_location_changed)
        document.history.changed.connect(self._on_history_changed)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()
        if document.project is not None and document.dirty:
            self._on_opened()

    @property
    def file(self) -> Path | None:
        """The journal of this process; None before the first change."""
        return self._file

    def carry(self, changes: int) -> None:
        """Count the changes of a recovered project, which is opened next, as changes that were not saved."""
        self._carried = changes

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything is on the disk; False where it could not be in this time."""
        with self._wake:
            return self._wake.wait_for(lambda: self._idle and self._pending is None and not self._forget, timeout_s)

    def close(self) -> None:
        """End the thread. What was not saved stays in the journal, to be offered at the next start."""
        for signal, slot in (
            (self._document.opened, self._on_opened),
            (self._document.changed, self._on_changed),
            (self._document.location_changed, self._on_location_changed),
            (self._document.history.changed, self._on_history_changed),
        ):
            signal.disconnect(slot, missing_ok=True)
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        self._thread.join(timeout=10.0)

    # --- on the thread of the models

    def _on_opened(self) -> None:
        self._number, self._carried = self._carried, 0
        if self._document.dirty:
            self._push("Recover" if self._number else "New project", fresh=True)
        else:
            self._drop()

    def _on_changed(self, _project: Project) -> None:
        if self._document.dirty:
            self._number += 1
            self._push("Change")
        else:
            self._number = 0
            self._drop()

    def _on_history_changed(self) -> None:
        # A step is pushed after the change that it is about: only now has it a name.
        with self._wake:
            if self._pending is not None and self._pending.project is self._document.project:
                label = self._document.history.undo_label or "Undo"
                self._pending = replace(self._pending, label=label)

    def _on_location_changed(self) -> None:
        if not self._document.dirty:
            self._number = 0
            self._drop()

    def _push(self, label: str, *, fresh: bool = False) -> None:
        document = self._document
        project = document.project
        if project is None:
            return
        head = Head(str(document.path or ""), str(document.folder), document.file_hash)
        with self._wake:
            self._pending = _State(head, self._number, label, project)
            self._forget = self._forget or fresh
            self._wake.notify_all()

    def _drop(self) -> None:
        with self._wake:
            self._pending = None
            self._forget = True
            self._wake.notify_all()

    def _tell(self, message: str) -> None:
        if message == self._told:
            return
        self._told = message
        way_out = "Save the project now, and look for free space and permissions in that folder."
        trouble = Trouble(SOURCE, "warning", message, str(self._folder), way_out)
        troubles = (trouble,) if message else ()
        self._post(lambda: self._problems.set(SOURCE, troubles))

    # --- on the journal's own thread

    def _run(self) -> None:
        failed = False
        while True:
            with self._wake:
                if failed and not self._ending:
                    self._wake.wait(_RETRY_S)
                else:
                    self._wake.wait_for(self._has_work)
                self._wake.wait_for(lambda: self._ending, _GATHER_S)
                if self._ending and (failed or (self._pending is None and not self._forget)):
                    break
                state, forget = self._pending, self._forget
                self._pending, self._forget, self._idle = None, False, False
            try:
                if forget:
                    self._remove()
                if state is not None:
                    self._write(state)
                failed = False
                self._tell("")
            except OSError as error:
                failed = True
                self._tell(f"changes cannot be kept safe: {error.strerror or error}")
                with self._wake:
                    if self._newest() is None and not self._forget:  # else something newer has come
                        self._pending = state
            finally:
                with self._wake:
                    self._idle = not failed
                    self._wake.notify_all()
        if self._lock is not None:
            self._lock.release()

    def _newest(self) -> _State | None:
        return self._pending

    def _has_work(self) -> bool:
        return self._pending is not None or self._forget or self._ending

    def _write(self, state: _State) -> None:
        head = state.head
        line = line_of(Change(state.number, state.label, dump_project(state.project)))
        file = self._session_file()
        size = file.stat().st_size if file.exists() else 0
        if self._written != head or not size or size > max(_LARGEST, 8 * len(line)):
            write_file(file.parent, file.name, [line_of(head), line])
            sync_folder(file.parent)
            self._written = head
            return
        with file.open("ab", buffering=0) as stream:
            stream.write(line)
            os.fsync(stream.fileno())

    def _session_file(self) -> Path:
        """Return this process's journal; on first use a name is found that no other process holds."""
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            number = 0
            while self._lock is None:
                word = f"{os.getpid()}-{number}"
                number += 1
                if not (self._folder / (word + SUFFIX)).exists():
                    self._lock = Lock.take(self._folder / (word + LOCK_SUFFIX))
            self._file = self._lock.path.with_suffix(SUFFIX)
        return self._file

    def _remove(self) -> None:
        if self._file is not None and self._file.exists():
            self._file.unlink()
        self._written = None
