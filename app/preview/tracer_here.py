"""Whether this machine can trace paths, asked once in the background and told to whoever watches.

It loads no path tracer: the question is answered by a child process, in words for people.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial

from myriorama.app.observable import Observable, Post


@dataclass(frozen=True)
class TracerFound:
    """What was found.

    Attributes
    ----------
    runs : bool
        Paths can be traced here.
    sentence : str
        What is missing, or slow, and the way out; empty where all is well.
    device : str
        What it runs on.
    denoises : bool
        The denoiser is installed.
    """

    runs: bool
    sentence: str = ""
    device: str = ""
    denoises: bool = False


class TracerHere(Observable[TracerFound | None]):
    """What is known of the path tracer; None until the answer has come.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models.
    """

    def __init__(self, post: Post) -> None:
        super().__init__(None)
        self._post = post
        self._asked = False
        self._closed = False

    def ask(self) -> None:
        """Find out, once; the answer comes as a change of the value."""
        if not self._asked:
            self._asked = True
            threading.Thread(target=self._look, name="path tracer", daemon=True).start()

    def close(self) -> None:
        """Hand on no answer any more."""
        self._closed = True

    def _look(self) -> None:
        found = look()
        self._post(partial(self._take, found))

    def _take(self, found: TracerFound) -> None:
        if not self._closed:
            self.set(found)


def look() -> TracerFound:
    """Return what this machine has. The first call takes a second or so."""
    from myriorama.scenes.rendering.pathtraced.probe import find_tracer

    tracer = find_tracer()
    return TracerFound(bool(tracer.variant), tracer.sentence, tracer.variant, tracer.denoises)
