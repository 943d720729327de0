"""The path tracer's process and its supervisor: one picture at a time, given up for a newer one.

The process starts with the first wish and ends when nothing was wanted for a while. It repeats nothing by itself.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

import numpy as np
from psygnal import Signal

from myriorama.app.observable import Observable, Post
from myriorama.app.preview.companion import Companion, exit_words
from myriorama.app.preview.frames import FrameRequest
from myriorama.app.preview.trace_worker import trace_main
from myriorama.app.preview.traced import TracedPicture, TracingNow
from myriorama.app.preview.wire import request_to_json
from myriorama.app.production.lifetime import usable_cores
from myriorama.plugins.sources import Grant

IDLE_S: Final = 90.0
"""After so long without a wish the process is ended: it holds a few hundred megabytes."""
_JOIN_TIMEOUT_S: Final = 15.0


@dataclass(frozen=True)
class _Told:
    """What the process told of a request; `picture` where it sent one."""

    generation: int
    now: TracingNow
    picture: TracedPicture | None = None


class TracingService:
    """Path-traced pictures from a process of its own.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models.
    cache_folder : Path or None
        For imported assets; None is the user's.
    idle_s : float
        How long the process is kept without a wish.

    Attributes
    ----------
    now : Observable of TracingNow
    picture_ready : signal of (TracedPicture,)
        Both on the thread of the models; never of a request that was given up.
    """

    picture_ready = Signal(TracedPicture)

    def __init__(self, post: Post, cache_folder: Path | None = None, idle_s: float = IDLE_S) -> None:
        self.now: Observable[TracingNow] = Observable(TracingNow())
        self._post = post
        self._cache_folder = cache_folder
        self._idle_s = idle_s
        self._generation = 0
        self._runner: _Runner | None = None
        self._plugins: tuple[Mapping[str, Any], ...] = ()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._runner.pid if self._runner is not None else None

    def use_plugins(self, grants: Sequence[Grant]) -> None:
        """Trace what is asked for from now on with these third-party plugins."""
        self._plugins = tuple(grant.to_json() for grant in grants)

    def ask(self, generation: int, wanted: FrameRequest) -> None:
        """Trace a picture in place of whatever was wanted before."""
        if self._closed:
            return
        if self._runner is None:
            self._runner = _Runner(self._report, self._cache_folder, self._idle_s)
        self._generation = generation
        self.now.set(TracingNow("starting"))
        self._runner.ask(generation, wanted, self._plugins)

    def give_up(self, state: TracingNow) -> None:
        """Trace nothing more, and show this instead."""
        if self._generation and self._runner is not None:
            self._runner.ask(0, None, self._plugins)
        self._generation = 0
        self.now.set(state)

    def close(self) -> None:
        """End the process and everything that belongs to it. Safe to call twice."""
        self._closed = True
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def _report(self, told: _Told) -> None:
        """Take what the process told, on the runner's thread."""
        self._post(partial(self._take, told))

    def _take(self, told: _Told) -> None:
        if self._closed or told.generation != self._generation:
            return
        if told.picture is not None:
            self.picture_ready.emit(told.picture)
        self.now.set(told.now)


class _Runner:
    """The thread that owns the process."""

    def __init__(self, report: Callable[[_Told], None], cache_folder: Path | None, idle_s: float) -> None:
        self._report = report
        self._cache_folder = cache_folder
        self._idle_s = idle_s
        self._wake, self._waker = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self._lock = threading.Lock()
        self._asked: tuple[int, FrameRequest | None, tuple[Mapping[str, Any], ...]] | None = None
        self._process: Companion | None = None
        self._ready = False
        self._refusal = ""
        self._out = 0
        self._told_plugins: tuple[Mapping[str, Any], ...] = ()
        self._rested_at = time.monotonic()
        self._closing = False
        self.pid: int | None = None
        self._thread = threading.Thread(target=self._run, name="path tracing", daemon=True)
        self._thread.start()

    def ask(self, generation: int, wanted: FrameRequest | None, plugins: tuple[Mapping[str, Any], ...]) -> None:
        """Leave a wish in place of the one before; None wants nothing."""
        with self._lock:
            self._asked = (generation, wanted, plugins)
        self._waker.send_bytes(b"1")

    def close(self) -> None:
        """End process and thread."""
        self._closing = True
        self._waker.send_bytes(b"0")
        self._thread.join(_JOIN_TIMEOUT_S)
        self._waker.close()
        self._wake.close()

    def _run(self) -> None:
        while not self._closing:
            process = self._process
            sources = [self._wake, *([process.pipe] if process is not None else [])]
            for source in wait(sources, self._patience()):
                if source is self._wake:
                    _drain(self._wake)
                elif process is not None:
                    self._listen(process)
            if self._patience() == 0.0:
                self._end()
            if not self._closing:
                self._feed()
        self._end()

    def _patience(self) -> float | None:
        """Return how long the process may still idle; None where it does not."""
        if self._process is None or self._out or not self._ready:
            return None
        return max(0.0, self._rested_at + self._idle_s - time.monotonic())

    def _feed(self) -> None:
        """Hand out the newest wish; a picture that is being traced is given up for it by its process."""
        with self._lock:
            asked = self._asked
            if asked is not None and asked[1] is not None and self._process is None:
                self._begin()
            if asked is None or not self._ready or self._process is None:
                if asked is not None and asked[1] is None:
                    self._asked = None
                return
            self._asked = None
        generation, wanted, plugins = asked
        if plugins is not self._told_plugins:
            self._told_plugins = plugins
            self._process.send({"type": "plugins", "grants": list(plugins)})
        self._rested_at = time.monotonic()
        if wanted is None:
            if self._out:
                self._process.send({"type": "stop"})
            return
        self._out = generation
        self._process.send(request_to_json(generation, wanted))

    def _begin(self) -> None:
        setup = {
            "threads": usable_cores(),
            "cache_folder": str(self._cache_folder) if self._cache_folder else None,
        }
        self._ready, self._out, self._refusal, self._told_plugins = False, 0, "", ()
        self._process = Companion(trace_main, setup, "myriorama path tracer")
        self.pid = self._process.pid

    def _end(self) -> int | None:
        process, self._process = self._process, None
        self._ready = False
        code = process.end() if process is not None else None
        self.pid = None
        return code

    def _listen(self, process: Companion) -> None:
        try:
            message = process.receive()
            size = message.get("size")
            pixels = process.pipe.recv_bytes() if size else b""
        except (EOFError, OSError):
            self._bury()
            return
        kind, generation = message["type"], message.get("generation", 0)
        if kind == "ready":
            self._ready = True
            self._rested_at = time.monotonic()
        elif kind == "refused_to_start":
            self._refusal = message["message"]  # the pipe closes next
        elif kind == "pass":
            self._report(_passed(message, pixels))
        else:
            if generation == self._out:
                self._out, self._rested_at = 0, time.monotonic()
            if kind == "failed":
                self._report(_Told(generation, TracingNow("failed", reason=message["message"])))

    def _bury(self) -> None:
        """Say that the process ended, to whoever waits for a picture; the next wish starts another."""
        code = self._end()
        out, self._out = self._out, 0
        with self._lock:
            asked = self._asked
            self._asked = None
        waiting = asked[0] if asked is not None else out
        if self._closing or not waiting:
            return
        reason = self._refusal or f"the path tracer's process ended ({exit_words(code)})"
        self._report(_Told(waiting, TracingNow("failed", reason=reason)))


def _drain(wake: Connection) -> None:
    while wake.poll(0):
        wake.recv_bytes()


def _passed(message: Mapping[str, Any], pixels: bytes) -> _Told:
    done = bool(message["done"])
    now = TracingNow(
        "done" if done else "tracing",
        message["paths"],
        message["most"],
        message["seconds"],
        message["denoised"],
    )
    picture = None
    if message["size"]:
        width, height = message["size"]
        rgb = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
        told = {name: message[name] for name in ("paths", "most", "seconds", "denoised", "noise")}
        picture = TracedPicture(message["generation"], rgb, done=done, **told)
    return _Told(message["generation"], now, picture)
