"""The studio's assets: the library of the open project, looks at its files, and what is slow about them.

Everything that reads a disk runs on a thread of its own; answers come through `post`, the newest library wins.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from myriorama.app.assets.bringing import bring
from myriorama.app.assets.library import Entry, library
from myriorama.app.assets.looking import LookService
from myriorama.app.assets.looks import Look, LookRequest
from myriorama.app.assets.relinking import search
from myriorama.app.document.document import Document
from myriorama.app.observable import Observable, Post
from myriorama.app.problems import Problems, Trouble
from myriorama.app.settings.store import SettingsStore
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.schema import FileRole

T = TypeVar("T")
Done = Callable[[T | InputError], None]
"""Told the answer, or why there is none; on the thread of the models."""
NO_FOLDER = "the project has no folder yet: save it first, then files are copied beside it"


class Assets:
    """What the open project has and could have.

    Attributes
    ----------
    entries : Observable of tuple of Entry
        As of the last `refresh`.
    looks : LookService
    """

    def __init__(
        self,
        post: Post,
        document: Document,
        registry: PluginRegistry,
        settings: SettingsStore,
        problems: Problems,
        cache_folder: Path | None = None,
    ) -> None:
        self.entries: Observable[tuple[Entry, ...]] = Observable(())
        self.looks = LookService(post, cache_folder)
        self._post = post
        self._document = document
        self._registry = registry
        self._settings = settings
        self._problems = problems
        self._generation = 0
        self._threads: list[threading.Thread] = []
        self._open = True

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders outside the project's that the user approved."""
        return tuple(Path(root) for root in self._settings.value.asset_roots)

    @property
    def home(self) -> Path | None:
        """The project's own folder, where files may be copied to; None before the first save."""
        return self._document.folder if self._document.path is not None else None

    def refresh(self) -> None:
        """List everything anew."""
        self._generation += 1
        mine, project = self._generation, self._document.project
        folder = self._document.folder if project is not None else None

        def told(found: tuple[Entry, ...] | InputError) -> None:
            if mine == self._generation and not isinstance(found, InputError):
                self.entries.set(found)
                self._tell_changed(found)

        self._errand(lambda: library(project, self._registry, folder, self.roots), told)

    def look_at(self, reference: str, role: FileRole, up_axis: str = "auto") -> LookRequest:
        """Return the request for a look at one of the project's or the shipped files."""
        folder = str(self._document.folder) if self._document.project is not None else ""
        return LookRequest(reference, role, folder, self._settings.value.asset_roots, up_axis)

    def reference_to(self, path: Path) -> str | None:
        """Return how the project can name a file where it lies; None where it would have to be copied in."""
        real = Path(os.path.realpath(path))
        for root in ([self.home] if self.home is not None else []) + list(self.roots):
            top = Path(os.path.realpath(root))
            if real != top and real.is_relative_to(top):
                return real.relative_to(top).as_posix()
        return None

    def bring(self, path: Path, role: FileRole, beside: Sequence[str], done: Done[str]) -> None:
        """Make a file nameable, copying it in where it lies outside; `done` gets its reference."""
        home, known = self.home, self.reference_to(path)
        if known is not None:
            self._post(lambda: done(known))
        elif home is None:
            error = InputError(Problem("", NO_FOLDER, "", "", str(path)))
            self._post(lambda: done(error))
        else:
            self._errand(lambda: bring(path, role, beside, home), done)

    def search(self, missing: Sequence[Entry], folder: Path, done: Done[dict[str, Path]]) -> None:
        """Look for missing files in a folder and below it."""
        self._errand(lambda: search(missing, folder), done)

    def bring_all(self, wanted: Mapping[str, tuple[Path, FileRole]], done: Done[dict[str, str]]) -> None:
        """Look at files, and make each nameable: old reference -> new one. Any fault stops it, with nothing changed."""
        made: dict[str, str] = {}
        left = list(wanted.items())

        def following() -> None:
            if not left:
                done(made)
                return
            old, (path, role) = left.pop()
            request = LookRequest(path.name, role, str(path.parent))

            def on_brought(answer: str | InputError) -> None:
                if isinstance(answer, InputError):
                    done(answer)
                    return
                made[old] = answer
                following()

            def on_looked(answered: LookRequest, look: Look) -> None:
                if answered != request:
                    return
                self.looks.looked.disconnect(on_looked)
                if look.problems:
                    done(InputError(look.problems))
                else:
                    self.bring(path, role, look.beside if role == "model" else (), on_brought)

            self.looks.looked.connect(on_looked)
            self.looks.request(request, again=True)

        following()

    def close(self) -> None:
        """End what is under way."""
        self._open = False
        self.looks.close()
        for thread in self._threads:
            thread.join()

    def _errand(self, work: Callable[[], T], done: Done[T]) -> None:
        def run() -> None:
            answer: T | InputError
            try:
                answer = work()
            except InputError as error:
                answer = error
            except OSError as error:
                answer = InputError(Problem("", f"the files could not be read: {error.strerror or error}"))
            if self._open:
                self._post(lambda: done(answer))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="assets", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _tell_changed(self, entries: Sequence[Entry]) -> None:
        """Tell of used files whose content is another than when they were imported; missing ones the check tells."""
        self._problems.set(
            "assets",
            tuple(
                Trouble(
                    "assets",
                    "warning",
                    "the file was changed since it was imported: samples may look different from earlier ones",
                    entry.reference,
                    "import the file again, or put the earlier one back",
                    entry.users[0].uid,
                )
                for entry in entries
                if entry.state == "changed" and entry.users
            ),
        )
