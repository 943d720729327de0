"""A process that answers with JSON messages, heard on the thread of the models.

It moves messages; what they mean is their maker's and their reader's affair.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from myriorama.app.exporting.child import export_main
from myriorama.app.observable import Post
from myriorama.app.production.lifetime import without_interrupts
from myriorama.app.production.messages import receive, send

_JOIN_S: Final = 5.0


class Running:
    """A process under way. Starting it does not wait for it.

    Parameters
    ----------
    request : mapping
        JSON-able; what it is to do.
    heard : callable
        Takes each message.
    ended : callable
        Takes the exit code once the process is gone, after its last message; negative: the signal that killed it.
    tidy : callable or None
        Called on another thread once the process is gone, whether or not anybody still listens.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        post: Post,
        heard: Callable[[dict[str, Any]], None],
        ended: Callable[[int], None],
        tidy: Callable[[], None] | None = None,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._process = context.Process(
            target=export_main, args=(self._theirs, json.dumps(request), os.getpid()), name="myriorama export"
        )
        self._post, self._heard, self._ended, self._tidy = post, heard, ended, tidy
        self._lock = threading.Lock()
        self._killed = False
        # The thread that starts a process must outlive it: the kernel ends the process with that thread.
        self._thread = threading.Thread(target=self._follow, name="export", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process's id; None before it was started and after it has ended."""
        with self._lock:
            return self._process.pid if self._process.is_alive() else None

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send a message; a process that is gone does not get it."""
        with contextlib.suppress(OSError):
            send(self._ours, message)

    def kill(self) -> None:
        """End the process at once, and its workers with it."""
        with self._lock:
            self._killed = True
            if self._process.pid is not None:
                self._process.kill()

    def wait(self) -> None:
        """Wait a few seconds for the end."""
        self._thread.join(_JOIN_S)

    def _follow(self) -> None:
        with self._lock:
            if not self._killed:
                with without_interrupts():
                    self._process.start()
        self._theirs.close()
        with contextlib.suppress(EOFError, OSError):
            while not self._killed:
                message = receive(self._ours)
                self._post(partial(self._heard, message))
        code = -9
        if self._process.pid is not None:
            self._process.join()
            code = self._process.exitcode or 0
        self._ours.close()
        if self._tidy is not None:
            self._tidy()
        self._post(lambda: self._ended(code))
