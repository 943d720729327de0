"""One process beside the studio: started with `spawn`, spoken to by JSON over one pipe, ended with it.

It must be made on a thread that lives as long as it: the system ends a child with the thread that started it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any, Final, cast

from myriorama.app.production.lifetime import without_interrupts

_PATIENCE_S: Final = 0.1
_JOIN_TIMEOUT_S: Final = 10.0

Main = Callable[[Connection, str, int], None]


class Companion:
    """A running process.

    Parameters
    ----------
    main : callable
        Runs in the process; a function of a module that imports nothing heavy.
    setup : mapping
        JSON-able.

    Attributes
    ----------
    pipe : Connection
        Raises EOFError or OSError on reading once the process has ended.
    pid : int
    """

    def __init__(self, main: Main, setup: Mapping[str, Any], name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=main, args=(theirs, json.dumps(setup), os.getpid()), name=name, daemon=True
        )
        with without_interrupts():
            self._process.start()
        theirs.close()
        self.pid = cast("int", self._process.pid)

    def send(self, message: Mapping[str, Any]) -> bool:
        """Send a message; return False where the process has ended."""
        try:
            self.pipe.send_bytes(json.dumps(message).encode())
        except (BrokenPipeError, OSError):
            return False
        return True

    def receive(self) -> dict[str, Any]:
        """Wait for a message. Raises EOFError or OSError where the process has ended."""
        return cast("dict[str, Any]", json.loads(self.pipe.recv_bytes()))

    def hang_up(self) -> None:
        """Close the pipe: a process that waits for a message ends by itself."""
        self.pipe.close()

    def end(self) -> int | None:
        """End the process, if it has not ended by itself, and return its exit code."""
        self.pipe.close()
        self._process.join(_PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
        self._process.join(_JOIN_TIMEOUT_S)
        code = self._process.exitcode
        if code is not None:  # else the system still holds on to it, killed as it is
            self._process.close()
        return code


def exit_words(code: int | None) -> str:
    """Say how a process ended, for people."""
    if code is None:
        return "it could not be ended"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
