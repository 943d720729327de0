"""Tells when the files of a plugin that is being written were saved: a look at their times, again and again.

It reads no file's content and follows no link out of the folder; what was saved is for others to find out.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

EVERY_S: Final = 0.12
"""Between two looks while nothing happens."""
SETTLE_S: Final = 0.03
"""Between two looks while something is being written: two alike in a row end the wait."""
LONGEST_SETTLE_S: Final = 1.0
"""A folder that never rests is told of all the same, this often."""
MOST_FILES: Final = 5_000
_SHARE: Final = 8
"""A look that takes long makes the pause longer: watching takes a ninth of a core at most."""
_SKIPPED_FOLDERS: Final = frozenset({"__pycache__", "node_modules", "build", "dist"})
_SKIPPED_ENDS: Final = (".pyc", ".pyo", ".swp", ".swx", ".tmp", "~")

Look = tuple[tuple[str, int, int, int], ...]
"""Path, time of change (ns), size and inode of every file; sorted."""


class SourceWatch:
    """Watches a file, or all files under a folder, until it is closed.

    Parameters
    ----------
    path : Path
        It need not be there: a file that an editor replaces is gone for a moment.
    on_saved : callable
        Called on the watching thread, after the files have come to rest in another state than before.
    every_s : float
        Pause between two looks.

    Raises
    ------
    ValueError
        There are more than `MOST_FILES` files under the folder: it is not one plugin's.
    """

    def __init__(self, path: Path, on_saved: Callable[[], None], every_s: float = EVERY_S) -> None:
        self.path = path.resolve()  # a link to the file that an author works on is that file
        self._on_saved = on_saved
        self._every_s = every_s
        self._ending = threading.Event()
        self._known = look_at(self.path)
        self._thread = threading.Thread(target=self._run, name="plugin watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more; a call that has begun is waited for, unless it is the one that closes."""
        self._ending.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        pause_s = self._every_s
        while not self._ending.wait(pause_s):
            began = time.monotonic()
            seen = self._look()
            if seen != self._known:
                seen = self._settled(seen)
                if self._ending.is_set():
                    return
                if seen != self._known:
                    self._known = seen
                    self._on_saved()
            pause_s = max(self._every_s, _SHARE * (time.monotonic() - began)) if seen == self._known else 0.0

    def _settled(self, seen: Look) -> Look:
        """Return the state in which the files stay: an editor may empty a file before it writes it."""
        until = time.monotonic() + LONGEST_SETTLE_S
        while time.monotonic() < until and not self._ending.wait(SETTLE_S):
            again = self._look()
            if again == seen and again:
                return again
            seen = again
        return seen

    def _look(self) -> Look:
        try:
            return look_at(self.path)
        except ValueError:
            return self._known  # it was few enough when the watch began; whoever reads the folder tells of it


def look_at(path: Path) -> Look:
    """Return what can be seen of a file, or of the files under a folder, without reading them.

    Raises
    ------
    ValueError
        There are more than `MOST_FILES`.
    """
    found = []
    for file in _files(path):
        try:
            told = os.stat(file, follow_symlinks=False)
        except OSError:
            continue  # gone between two looks
        if stat.S_ISREG(told.st_mode):
            found.append((str(file), told.st_mtime_ns, told.st_size, told.st_ino))
            if len(found) > MOST_FILES:
                raise ValueError(f"{path} holds more than {MOST_FILES} files: name the plugin's own folder")
    return tuple(sorted(found))


def _files(path: Path) -> Iterator[str]:
    """Yield the files that may be a plugin's: no caches, nothing hidden, nothing that an editor keeps for itself."""
    if not path.is_dir():
        yield str(path)
        return
    for folder, names, files in os.walk(path):
        names[:] = [n for n in names if n not in _SKIPPED_FOLDERS and not n.startswith(".")]
        for name in files:
            if not name.startswith((".", "#")) and not name.endswith(_SKIPPED_ENDS):
                yield os.path.join(folder, name)
