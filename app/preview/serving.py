"""The far side of a companion's pipe: how a process that paints begins, and how it speaks.

It imports nothing heavy: libraries that look at their number of threads are loaded after it was set.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from myriorama.app.production.lifetime import die_with_parent, hold_to_threads, ignore_interrupts


def serve_until_closed(
    pipe: Connection, setup_text: str, parent: int, niceness: int, serve: Callable[[Connection, dict[str, Any]], None]
) -> None:
    """Take the threads and the rank that this process is given, then serve until the pipe closes.

    Parameters
    ----------
    setup_text : str
        JSON; ``threads`` is read here, the rest by `serve`.
    parent : int
        Process id; this process ends with it.
    niceness : int
        How far it steps back behind the window, where the system knows of that.
    serve : callable
        Gets the pipe and the setup; what it imports already meets the right number of threads.
    """
    setup = json.loads(setup_text)
    os.environ.update(hold_to_threads(setup["threads"]))
    die_with_parent(parent)
    ignore_interrupts()
    if hasattr(os, "nice"):
        os.nice(niceness)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        serve(pipe, setup)


def send(pipe: Connection, message: Mapping[str, Any]) -> None:
    """Send a message as JSON."""
    pipe.send_bytes(json.dumps(message).encode())
