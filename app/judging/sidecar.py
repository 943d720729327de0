"""Keeps the open project's judgments in a file of their own, within a second, off the window's thread.

Beside the project file; for what has no file yet, in the user's state folder. It judges nothing, and it never touches
the project file.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from myriorama.app.document.document import Document
from myriorama.app.document.files import is_shipped
from myriorama.app.judging import sidecar_file
from myriorama.app.judging.judgments import Judgment, Judgments
from myriorama.app.observable import Post
from myriorama.app.problems import Problems, Trouble

SOURCE: Final = "judgments"
_GATHER_S: Final = 0.3
"""Judgments that follow each other so soon are written together."""
_CLOSE_WITHIN_S: Final = 5.0


@dataclass(eq=False)
class _Place:
    """One file with what is known of it; only the writing thread changes `base` and `stamp`.

    Attributes
    ----------
    temporary : bool
        Of a project that was kept nowhere: the file goes when the project is left in good order.
    ours : mapping or None
        What the file shall hold; None where it is not to be written.
    base : mapping
        What it held when it was read or written last.
    """

    file: Path
    temporary: bool
    ours: Mapping[str, Judgment] | None = None
    base: Mapping[str, Judgment] = field(default_factory=dict)
    stamp: tuple[int, int, int] | None = None
    is_read: bool = False
    is_waiting: bool = False


class JudgmentSidecar:
    """Loads judgments when a project is opened, and writes them whenever they change.

    Parameters
    ----------
    state : callable
        Returns the folder for judgments of projects without a file; asked only when there are some.
    """

    def __init__(
        self, document: Document, judgments: Judgments, problems: Problems, post: Post, state: Callable[[], Path]
    ) -> None:
        self._document = document
        self._judgments = judgments
        self._problems = problems
        self._post = post
        self._state = state
        self._place: _Place | None = None
        self._loading = False
        self._todo: list[Callable[[], None] | _Place] = []  # in order; a place is to be written
        self._wake = threading.Condition()
        self._ending = False
        self._thread: threading.Thread | None = None
        document.opened.connect(self._on_opened)
        document.location_changed.connect(self._on_location)
        judgments.changed.connect(self._on_judged)

    def close(self) -> None:
        """Write what is not written yet and end the thread."""
        self._document.opened.disconnect(self._on_opened, missing_ok=True)
        self._document.location_changed.disconnect(self._on_location, missing_ok=True)
        self._judgments.changed.disconnect(self._on_judged, missing_ok=True)
        self._leave()
        with self._wake:
            self._ending = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(_CLOSE_WITHIN_S)

    def flush(self, timeout_s: float = _CLOSE_WITHIN_S) -> bool:
        """Wait until everything said so far is on the disk; say whether it is."""
        done = threading.Event()
        self._do(done.set)
        return done.wait(timeout_s)

    # -- on the models' thread -------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        self._leave()
        self._judgments.load({})
        self._problems.set(SOURCE, ())
        project = self._document.project
        if project is None:
            return
        place = self._place = self._place_now(temporary=self._document.dirty and self._document.path is None)
        self._do(lambda: self._read(place))

    def _on_location(self) -> None:
        path, place = self._document.path, self._place
        if path is None or place is None or is_shipped(path.resolve()):
            return
        file = sidecar_file.sidecar_of(path)
        if file == place.file:
            return
        if place.temporary:
            self._do(lambda: self._remove(place))
        # Saved under another name: what is known goes with it; what that file held is kept beside it.
        now = self._place = _Place(file, False)
        self._do(lambda: self._read(now))
        self._say(now)

    def _on_judged(self, recipes: frozenset[str]) -> None:
        if self._place is not None and not self._loading:
            self._say(self._place)

    def _say(self, place: _Place) -> None:
        held = self._judgments.all
        with self._wake:
            place.ours = held
            if not place.is_waiting:
                place.is_waiting = True
                self._todo.append(place)
            self._start()
            self._wake.notify()

    def _leave(self) -> None:
        place, self._place = self._place, None
        if place is not None and place.temporary:
            self._do(lambda: self._remove(place))

    def _place_now(self, *, temporary: bool) -> _Place:
        path = self._document.path
        if path is not None and not is_shipped(path.resolve()):
            return _Place(sidecar_file.sidecar_of(path), False)
        word = re.sub(r"[^A-Za-z0-9_-]+", "_", self._document.title)[:40] or "project"
        told = blake2b(f"{self._document.folder}\n{self._document.title}".encode(), digest_size=6).hexdigest()
        return _Place(self._state() / "judgments" / f"{word}-{told}{sidecar_file.SUFFIX}", temporary)

    def _take(self, place: _Place, found: Mapping[str, Judgment], base: Mapping[str, Judgment]) -> None:
        """Bring what the file says into the models, but for what was said here in the meantime."""
        if place is not self._place:
            return
        held = self._judgments.all
        together = sidecar_file.merged(base, held, found)
        if together != held:
            self._loading = True
            try:
                self._judgments.load(together)
            finally:
                self._loading = False
        if together != dict(found):
            self._say(place)

    def _tell(self, place: _Place, trouble: str, way_out: str) -> None:
        if place is self._place:
            said = (Trouble(SOURCE, "warning", trouble, str(place.file), way_out),) if trouble else ()
            self._problems.set(SOURCE, said)

    # -- on the writing thread -------------------------------------------------------------------------------------

    def _do(self, call: Callable[[], None]) -> None:
        with self._wake:
            self._todo.append(call)
            self._start()
            self._wake.notify()

    def _start(self) -> None:
        if self._thread is None and not self._ending:
            self._thread = threading.Thread(target=self._run, name="judgments", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._todo or self._ending)
                if not self._todo:
                    return
                if len(self._todo) == 1 and isinstance(self._todo[0], _Place):
                    self._wake.wait_for(lambda: len(self._todo) > 1 or self._ending, _GATHER_S)
                task = self._todo.pop(0)
                if isinstance(task, _Place):
                    task.is_waiting = False
            if isinstance(task, _Place):
                self._write(task)
            else:
                task()

    def _read(self, place: _Place) -> None:
        try:
            found = sidecar_file.read(place.file)
        except OSError as error:
            way_out = "see that the file may be read, and open the project again; it is not overwritten"
            trouble = f"the judgments cannot be read: {error.strerror or error}"
            self._post(lambda: self._tell(place, trouble, way_out))
            return
        place.base, place.stamp, place.is_read = found.judgments, found.stamp, True
        if found.trouble:
            self._post(lambda: self._tell(place, found.trouble, "compare the two files if judgments are missing"))
        self._post(lambda: self._take(place, found.judgments, {}))

    def _write(self, place: _Place) -> None:
        ours = place.ours
        if ours is None or not place.is_read:
            return
        try:
            if sidecar_file.stamp_of(place.file) != place.stamp:
                theirs = sidecar_file.read(place.file)
                base, before = place.base, ours
                ours = sidecar_file.merged(base, before, theirs.judgments)
                if ours != before:
                    told = ours
                    self._post(lambda: self._take(place, told, before))
            if ours != place.base or place.stamp is None:
                place.stamp = sidecar_file.write(place.file, ours)
            place.base = ours
        except OSError as error:
            trouble = f"the judgments cannot be written: {error.strerror or error}"
            way_out = "save the project in a folder that can be written to; they are kept in memory until then"
            self._post(lambda: self._tell(place, trouble, way_out))
            return
        self._post(lambda: self._tell(place, "", ""))

    def _remove(self, place: _Place) -> None:
        place.ours = None
        place.file.unlink(missing_ok=True)
