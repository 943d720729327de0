"""The entries, read on a thread of their own, so that no window waits for a plugin's import."""

from __future__ import annotations

import threading
from pathlib import Path

from psygnal import Signal

from myriorama.app.catalogue.entries import Entries, all_entries
from myriorama.app.observable import Post
from myriorama.plugins.registry import PluginRegistry


class Catalogue:
    """What can be added, as soon as it is known.

    Parameters
    ----------
    kept : Path or None
        Where pictures of third-party generators are kept.

    Attributes
    ----------
    ready : signal of (Entries,)
        Emitted on the thread of the models: once, and again after every `refresh`.
    """

    ready = Signal(object)

    def __init__(self, registry: PluginRegistry, post: Post, kept: Path | None = None) -> None:
        self._registry = registry
        self._kept = kept
        self._post = post
        self._entries: Entries | None = None
        self._thread = self._started(None)

    @property
    def entries(self) -> Entries:
        """Everything that there is; waits for the first reading where it is not done."""
        if self._entries is None:
            self._thread.join()
        return self._entries if self._entries is not None else Entries(())

    @property
    def is_ready(self) -> bool:
        return self._entries is not None

    def refresh(self) -> None:
        """Read again: the registry has other plugins than before."""
        self._thread = self._started(self._thread)

    def _started(self, after: threading.Thread | None) -> threading.Thread:
        thread = threading.Thread(target=self._read, args=(after,), name="catalogue", daemon=True)
        thread.start()
        return thread

    def _read(self, after: threading.Thread | None) -> None:
        if after is not None:
            after.join()  # the newest reading is told last
        found = all_entries(self._registry, self._kept)
        self._entries = found
        self._post(lambda: self.ready.emit(found))
