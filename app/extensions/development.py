"""Plugins that are being written: each save has them loaded again, until the work is stopped or the program ends.

It reads no code and runs none; it says to `Plugins` when there is something new to be taken up.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from psygnal import Signal

from myriorama.app.extensions.installed import Plugins
from myriorama.app.extensions.watching import SourceWatch
from myriorama.app.observable import Post
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import InputError, Problem

_WATCHED: Final = "a plugin's own file or folder"


class Development:
    """What is being worked on.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models.

    Attributes
    ----------
    changed : signal of ()
        A path was added or left.
    """

    changed = Signal()

    def __init__(self, plugins: Plugins, post: Post) -> None:
        self._plugins = plugins
        self._post = post
        self._watches: dict[Path, SourceWatch] = {}

    @property
    def paths(self) -> tuple[Path, ...]:
        """What is watched, in the order in which it was begun."""
        return tuple(self._watches)

    def begin(self, path: Path) -> None:
        """Take up a source as it is now, and again each time it is saved. This runs its code, in a host process.

        Raises
        ------
        InputError
            There is nothing at the path, or too much to be one plugin.
        """
        path = path.absolute()
        if not path.exists():
            raise InputError(Problem("", "there is no plugin here", allowed=_WATCHED, file=str(path)))
        if path not in self._watches:
            try:
                self._watches[path] = SourceWatch(path, partial(self._post, partial(self._take, path)))
            except ValueError as error:
                raise InputError(Problem("", str(error), allowed=_WATCHED)) from error
            self.changed.emit()
        self._plugins.develop(path)

    def again(self) -> None:
        """Take up everything that is worked on as it is now."""
        for path in self._watches:
            self._plugins.develop(path)

    def leave(self, key: str) -> None:
        """Stop working on the source with this key; nothing of it runs any more."""
        row = self._plugins.row(key)
        root = Path(row.source.root) if row is not None else Path(key.partition(":")[2])
        for path in [p for p in self._watches if root.is_relative_to(p)]:
            self._watches.pop(path).close()
        self._plugins.disable(key)
        self.changed.emit()

    def grant_of(self, path: Path) -> Grant | None:
        """Return by what grant the source at a path runs now; None before it could be loaded for the first time."""
        path = path.absolute()
        for grant in self._plugins.grants:
            if grant.development and Path(grant.source.root).is_relative_to(path):
                return grant
        return None

    def close(self) -> None:
        """Watch nothing more."""
        for watch in self._watches.values():
            watch.close()
        self._watches.clear()

    def _take(self, path: Path) -> None:
        if path in self._watches:
            self._plugins.develop(path)
