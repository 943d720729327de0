"""Looks at assets in the background: newest wish first, by a process of its own that may die without harm.

It knows no widget; answers come through `post`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from psygnal import Signal

from myriorama.app.assets.cache import usable_cache_folder
from myriorama.app.assets.look_worker import serve
from myriorama.app.assets.looks import Look, LookRequest, locate, look_file, read_look, read_problems
from myriorama.app.observable import Post
from myriorama.app.preview.companion import Companion, exit_words
from myriorama.scenes.errors import Problem

_KEPT: Final = 200
_WAITING: Final = 400
_PATIENCE_S: Final = 90.0
_IDLE_S: Final = 20.0


class LookService:
    """Answers requests for looks.

    Parameters
    ----------
    cache_folder : Path or None
        None is the user's.

    Attributes
    ----------
    looked : signal of (LookRequest, Look)
        On the thread of the models.
    """

    looked = Signal(LookRequest, Look)

    def __init__(self, post: Post, cache_folder: Path | None = None) -> None:
        self._post = post
        self._cache = cache_folder
        self._kept: OrderedDict[LookRequest, Look] = OrderedDict()
        self._waiting: list[LookRequest] = []
        self._changed = threading.Condition()
        self._open = True
        self._thread: threading.Thread | None = None

    def known(self, wanted: LookRequest) -> Look | None:
        """Return a look that was answered before."""
        return self._kept.get(wanted)

    def request(self, wanted: LookRequest, *, again: bool = False) -> None:
        """Ask for a look; what is asked last is answered first.

        Parameters
        ----------
        again : bool
            The file may have changed: forget what was seen before.
        """
        if again:
            self._kept.pop(wanted, None)
        known = self._kept.get(wanted)
        if known is not None:
            self._kept.move_to_end(wanted)
            self._post(lambda: self.looked.emit(wanted, known))
            return
        with self._changed:
            if wanted in self._waiting:
                self._waiting.remove(wanted)
            self._waiting.append(wanted)
            del self._waiting[:-_WAITING]
            self._changed.notify()
            if self._thread is None and self._open:
                self._thread = threading.Thread(target=self._run, name="asset looks", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the process; nothing more is answered."""
        with self._changed:
            self._open = False
            self._waiting.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    # --- on the thread

    def _run(self) -> None:
        companion: Companion | None = None
        try:
            while True:
                with self._changed:
                    if not self._waiting and self._open:
                        self._changed.wait(_IDLE_S if companion is not None else None)
                    if not self._open:
                        return
                    wanted = self._waiting.pop() if self._waiting else None
                if wanted is None:  # nothing to do for a while: give the memory back
                    if companion is not None:
                        companion.end()
                        companion = None
                    continue
                look = self._from_cache(wanted)
                if look is None:
                    companion, look = self._asked(companion, wanted)
                self._post(self._teller(wanted, look))
        finally:
            if companion is not None:
                companion.end()

    def _teller(self, wanted: LookRequest, look: Look) -> Callable[[], None]:
        def tell() -> None:
            self._kept[wanted] = look
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            self.looked.emit(wanted, look)

        return tell

    def _from_cache(self, wanted: LookRequest) -> Look | None:
        folder = Path(wanted.folder) if wanted.folder else None
        path = locate(wanted.reference, folder, [Path(root) for root in wanted.roots])
        if path is None:
            return None
        return read_look(look_file(usable_cache_folder(self._cache), path, wanted), path)

    def _asked(self, companion: Companion | None, wanted: LookRequest) -> tuple[Companion | None, Look]:
        """Return the process, if it is still there, and what it saw."""
        if companion is None:
            companion = Companion(serve, {"cache": str(usable_cache_folder(self._cache))}, "asset looks")
        cause = ""
        if companion.send(asdict(wanted)):
            try:
                if self._answered(companion):
                    answer = companion.receive()
                    if "problems" in answer:
                        return companion, Look(problems=read_problems(answer["problems"]))
                    found = self._from_cache(wanted)
                    return companion, found or _failed("it was changed while it was looked at", wanted)
                cause = f"looking at it took longer than {_PATIENCE_S:g} s"
            except (EOFError, OSError, ValueError):
                pass
        code = companion.end()
        if not self._open:
            return None, Look()
        return None, _failed(cause or f"the process that looked at it ended ({exit_words(code)})", wanted)

    def _answered(self, companion: Companion) -> bool:
        """Wait for an answer, or until the service is closed."""
        waited = 0.0
        while waited < _PATIENCE_S and self._open:
            if companion.pipe.poll(0.2):
                return True
            waited += 0.2
        return False


def _failed(message: str, wanted: LookRequest) -> Look:
    return Look(problems=(Problem("", message, "", "a smaller or simpler file", wanted.reference),))
