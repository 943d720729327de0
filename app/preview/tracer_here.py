"""Whether this machine can trace paths, asked once in the background and told to whoever watches.

It loads no path tracer: the question is answered by a child process, in words for people.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import Final

from myriorama.app.document.addresses import OUTPUT
from myriorama.app.observable import Observable, Post
from myriorama.app.problems import Trouble

SOURCE: Final = "path tracer"
"""In the list of problems."""


@dataclass(frozen=True)
class TracerFound:
    """What was found.

    Attributes
    ----------
    runs : bool
        Paths can be traced here.
    trouble : str
        What is missing, or slow; empty where all is well.
    device : str
        What it runs on.
    denoises : bool
        The denoiser is installed.
    way_out : str
        What to do about the trouble.
    """

    runs: bool
    trouble: str = ""
    device: str = ""
    denoises: bool = False
    way_out: str = ""

    @property
    def sentence(self) -> str:
        """What is missing, or slow, and the way out; empty where all is well."""
        return f"{self.trouble}; {self.way_out}" if self.way_out else self.trouble

    @property
    def refusal(self) -> str:
        """Why a wish for path-traced pictures is not fulfilled, and the way out, in sentences."""
        way = f" Way out: {self.way_out}, then start Myriorama again." if self.way_out else ""
        return f"Not path traced: {self.trouble}.{way}"

    def as_trouble(self, *, of_project: bool) -> Trouble:
        """Return what the list of problems says where paths were wanted and cannot be traced.

        Parameters
        ----------
        of_project : bool
            The project's own engine is the path tracer; else only its pictures here were to be traced.
        """
        way = f"{self.way_out}, then start Myriorama again; the raster engine works without it" if self.way_out else ""
        told = self.trouble[:1].upper() + self.trouble[1:]
        place, uid = ("output.engine", OUTPUT) if of_project else ("path tracing in the window", "")
        return Trouble(SOURCE, "warning", told, place, way, uid)


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
    return TracerFound(bool(tracer.variant), tracer.trouble, tracer.variant, tracer.denoises, tracer.way_out)
