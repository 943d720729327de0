"""Two ways to have slow calls done elsewhere: one after the other, or the newest alone.

They run what they are given on a thread of their own and hand the answer to the thread of the models.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from myriorama.app.observable import Post
from myriorama.scenes.errors import MyrioramaError

TROUBLES: Final = (MyrioramaError, OSError, sqlite3.Error, ValueError)
"""What a call may raise; anything else is a fault of this program and is told as one."""
Answer = Callable[[Any], None]
Refusal = Callable[[Exception], None]


class InOrder:
    """Does calls one after the other: what is asked of the queue.

    Parameters
    ----------
    post : callable
        Brings answers to the thread of the models.
    name : str
        Of its thread, which starts with the first call.
    """

    def __init__(self, post: Post, name: str) -> None:
        self._post = post
        self._name = name
        self._calls: deque[tuple[Callable[[], Any], Answer | None, Refusal | None]] = deque()
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = False
        self._at_work = False

    @property
    def busy(self) -> bool:
        """Something is still to be done."""
        with self._condition:
            return bool(self._calls) or self._at_work

    def do(self, call: Callable[[], Any], then: Answer | None = None, refused: Refusal | None = None) -> None:
        """Do `call` after those before it; `then` takes what it returns, `refused` what it raises."""
        with self._condition:
            if self._ended:
                return
            self._take(call, then, refused)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._condition.notify()

    def close(self) -> None:
        """Do what was asked for already, then end; answers are no longer handed on."""
        with self._condition:
            self._ended = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def _take(self, call: Callable[[], Any], then: Answer | None, refused: Refusal | None) -> None:
        self._calls.append((call, then, refused))

    def _run(self) -> None:
        while True:
            with self._condition:
                self._at_work = False
                while not self._calls and not self._ended:
                    self._condition.wait()
                if not self._calls:
                    return
                call, then, refused = self._calls.popleft()
                self._at_work = True
            try:
                answer = call()
            except TROUBLES as error:
                self._tell(refused, error)
            else:
                self._tell(then, answer)

    def _tell(self, to: Callable[[Any], None] | None, what: Any) -> None:
        if to is not None and not self._ended:
            self._post(lambda: None if self._ended else to(what))


class NewestAlone(InOrder):
    """Does the newest call; those that still wait when a newer one comes are forgotten."""

    def close(self) -> None:
        """Forget what waits; what is being read ends by itself, and nobody waits for that."""
        with self._condition:
            self._calls.clear()
            self._ended = True
            self._condition.notify()

    def _take(self, call: Callable[[], Any], then: Answer | None, refused: Refusal | None) -> None:
        self._calls.clear()
        self._calls.append((call, then, refused))
