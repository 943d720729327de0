"""The preview process and its supervisor: frames for the viewport, the newest request first.

One thread owns the process, the pipe and the shared memory; the models' thread only leaves requests and takes frames.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final, Literal

from psygnal import Signal

from myriorama.app.observable import Observable, Post
from myriorama.app.preview.ahead import start_preview
from myriorama.app.preview.blocks import OwnedBlocks, arrays_in, bytes_for
from myriorama.app.preview.companion import Companion, exit_words
from myriorama.app.preview.frames import Failure, FrameRequest, SampleFrame
from myriorama.app.preview.wire import failure_from, frame_from, request_to_json
from myriorama.plugins.sources import Grant

ServiceState = Literal["idle", "starting", "ready", "rendering", "lost"]
"""idle: no process yet; lost: it ended, and another is being started or starts with the next request."""

_DEATHS_PER_REQUEST: Final = 2
_STARTS_BEFORE_WAITING: Final = 2
_JOIN_TIMEOUT_S: Final = 15.0


class PreviewService:
    """Frames from a process of its own.

    The process starts with the first request, or with `start`.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models.
    cache_folder : Path or None
        For imported assets; None is the user's.
    started : Companion or None
        A process that was started ahead with the same folder (`ahead.start_preview`); it is taken over.

    Attributes
    ----------
    frame_ready : signal of (SampleFrame,)
    failed : signal of (Failure,)
    asked : signal of (int, FrameRequest)
        A new generation was asked for. All on the thread of the models.
    state : Observable of ServiceState
        Replaced on the thread of the models.
    """

    frame_ready = Signal(SampleFrame)
    failed = Signal(Failure)
    asked = Signal(int, FrameRequest)

    def __init__(self, post: Post, cache_folder: Path | None = None, started: Companion | None = None) -> None:
        self.state: Observable[ServiceState] = Observable("idle")
        self._post = post
        self._generation = 0
        self._newest: tuple[int, FrameRequest] | None = None
        self._closed = False
        self._at_rest: FrameRequest | None = None
        self._courier: _Courier | None = None
        self._cache_folder = cache_folder
        self._plugins: tuple[Mapping[str, Any], ...] = ()
        if started is not None:
            self.state.set("starting")
            self._courier = _Courier(self._report, cache_folder, started)

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._courier.pid if self._courier is not None else None

    @property
    def generation(self) -> int:
        """Of the newest request; 0 before the first."""
        return self._generation

    def start(self) -> None:
        """Start the process ahead of the first request; it takes about a second to be ready."""
        if self._courier is None and not self._closed:
            self.state.set("starting")
            self._courier = _Courier(self._report, self._cache_folder)
            self._courier.use_plugins(self._plugins)

    def use_plugins(self, grants: Sequence[Grant]) -> None:
        """Make every picture that is asked for from now on with these third-party plugins."""
        self._plugins = tuple(grant.to_json() for grant in grants)
        self._newest = None  # what is under way was begun with others
        if self._courier is not None:
            self._courier.use_plugins(self._plugins)

    def request(self, wanted: FrameRequest) -> int:
        """Ask for a picture in place of whatever was asked for before; return the request's generation.

        A final that is under way already is not asked for again: its generation is returned.
        """
        self._at_rest = None
        if self._newest is not None and _serves(self._newest[1], wanted):
            return self._generation
        self._generation += 1
        if not self._closed:
            self.start()
            self._newest = (self._generation, wanted)
            if self.state.value in ("ready", "rendering"):
                self.state.set("rendering")
            if self._courier is not None:
                self._courier.ask(self._generation, wanted)
            self.asked.emit(self._generation, wanted)
        return self._generation

    def request_at_rest(self, wanted: FrameRequest, rest_s: float) -> None:
        """Ask for a picture once nothing else has been asked for during `rest_s` seconds from now."""
        if not self._closed:
            self.start()
            self._at_rest = wanted
            if self._courier is not None:
                self._courier.remind(self._generation, rest_s)

    def close(self) -> None:
        """End the process and everything that belongs to it. Safe to call twice."""
        self._closed = True
        courier, self._courier = self._courier, None
        if courier is not None:
            courier.close()
        self.state.set("idle")

    def _report(self, event: Event) -> None:
        """Take what the courier brings, on its thread."""
        self._post(partial(self._take, event))

    def _take(self, event: Event) -> None:
        """Take what the courier brings, on the thread of the models."""
        if self._closed:
            return
        if isinstance(event, SampleFrame):
            if self._may_show(event):
                self._settle(event.generation)
                self.frame_ready.emit(event)
        elif isinstance(event, Failure):
            if event.generation in (0, self._generation):
                self._settle(event.generation)
                self.failed.emit(event)
        elif isinstance(event, _Rested):
            wanted = self._at_rest
            if wanted is not None and event.generation == self._generation:
                self.request(wanted)
        elif event == "ready" and self._newest is not None:
            self.state.set("rendering")
        else:
            self.state.set(event)

    def _settle(self, generation: int) -> None:
        if generation in (0, self._generation):
            self._newest = None
            if self.state.value == "rendering":
                self.state.set("ready")

    def _may_show(self, frame: SampleFrame) -> bool:
        """Tell whether a frame is news: the newest, or a draft on the way to it."""
        if frame.generation == self._generation:
            return True
        if frame.final or self._newest is None:
            return False
        _, newest = self._newest
        return frame.index == newest.index and (frame.view is None) == (newest.view is None)


def _serves(asked: FrameRequest, wanted: FrameRequest) -> bool:
    """Tell whether a final that was asked for is, or holds, the one that is wanted now."""
    names = ("final", "index", "width", "height", "quality", "view", "folder", "asset_roots", "project")
    same = asked.final and all(getattr(asked, name) == getattr(wanted, name) for name in names)
    return same and wanted.layers <= asked.layers


@dataclass(frozen=True)
class _Rested:
    """The time of rest that was asked for after request `generation` is over."""

    generation: int


Event = SampleFrame | Failure | _Rested | ServiceState


class _Courier:
    """The thread that owns the process: starts it, feeds it one request at a time, replaces it when it is lost."""

    def __init__(
        self, report: Callable[[Event], None], cache_folder: Path | None, started: Companion | None = None
    ) -> None:
        self._report = report
        self._cache_folder = cache_folder
        self._started = started
        self._wake, self._waker = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self._lock = threading.Lock()
        self._asked: tuple[int, FrameRequest] | None = None
        self._rest: tuple[float, int] | None = None
        self._closing = False
        self._out: tuple[int, FrameRequest] | None = None
        self._nudged: str | None = None
        self._fault: Failure | None = None
        self._deaths = 0
        self._failed_starts = 0
        self._ready = False
        self._process: Companion | None = None
        self._blocks = OwnedBlocks()
        self._plugins: tuple[Mapping[str, Any], ...] = ()
        self._told: tuple[Mapping[str, Any], ...] = ()
        self.pid: int | None = None
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)
        self._thread.start()

    def ask(self, generation: int, wanted: FrameRequest) -> None:
        """Leave a request in place of the one that was left before."""
        with self._lock:
            self._asked = (generation, wanted)
        self._waker.send_bytes(b"1")

    def remind(self, generation: int, rest_s: float) -> None:
        """Report, after so long, that the time of rest after a request is over; in place of an earlier reminder."""
        with self._lock:
            self._rest = (time.monotonic() + rest_s, generation)
        self._waker.send_bytes(b"1")

    def use_plugins(self, grants: tuple[Mapping[str, Any], ...]) -> None:
        """Tell the process of these grants before the next request."""
        with self._lock:
            self._plugins = grants

    def close(self) -> None:
        """End process and thread."""
        self._closing = True
        self._waker.send_bytes(b"0")
        self._thread.join(_JOIN_TIMEOUT_S)
        self._waker.close()
        self._wake.close()

    def _run(self) -> None:
        self._begin()
        while not self._closing:
            process = self._process
            sources = [self._wake, *([process.pipe] if process is not None else [])]
            for source in wait(sources, self._until_rest()):
                if source is self._wake:
                    while self._wake.poll(0):
                        self._wake.recv_bytes()
                elif process is not None:
                    self._listen(process)
            if not self._closing:
                self._feed()
        if self._process is not None:
            self._process.end()
        self._blocks.close()

    def _until_rest(self) -> float | None:
        """Report a time of rest that is over; return how long the next one still lasts."""
        with self._lock:
            rest = self._rest
            left = None if rest is None else max(0.0, rest[0] - time.monotonic())
            if left == 0.0:
                self._rest = None
        if rest is not None and left == 0.0:
            self._report(_Rested(rest[1]))
            return None
        return left

    def _begin(self) -> None:
        self._ready = False
        self._nudged = None
        self._told = ()
        started, self._started = self._started, None
        self._process = started or start_preview(self._cache_folder)
        self.pid = self._process.pid
        self._report("starting")
        if self._blocks.names:
            self._process.send({"type": "blocks", "names": list(self._blocks.names)})

    def _feed(self) -> None:
        """Hand out the newest request where the process is free, or say that there is a newer one."""
        with self._lock:
            asked = self._asked
        if asked is None:
            return
        if self._process is None:
            self._failed_starts = 0  # a person asks again: another try
            self._begin()
        process = self._process
        if process is None or not self._ready:
            return
        if self._out is not None:
            word = "final" if asked[1].final else "draft"
            if word != self._nudged and self._nudged != "final":
                self._nudged = word
                process.send({"type": "newer", "final": asked[1].final})
            return
        with self._lock:
            if self._asked is asked:
                self._asked = None
        self._deaths = 0
        self._hand(process, asked)

    def _hand(self, process: Companion, asked: tuple[int, FrameRequest]) -> None:
        generation, wanted = asked
        layers = len(wanted.layers & {"normal", "object_coordinates", "wire"})
        if self._blocks.grow(bytes_for(wanted.width, wanted.height, layers)):
            process.send({"type": "blocks", "names": list(self._blocks.names)})
        with self._lock:
            plugins = self._plugins
        if plugins is not self._told:
            self._told = plugins
            process.send({"type": "plugins", "grants": list(plugins)})
        self._out = asked
        self._nudged = None
        process.send(request_to_json(generation, wanted))

    def _listen(self, process: Companion) -> None:
        try:
            message = process.receive()
            if message["type"] == "picture":
                self._take_picture(process, message)
            elif message["type"] == "failed":
                self._take_failure(failure_from(message))
            elif message["type"] == "ready":
                self._ready = True
                self._fault = None
                self._failed_starts = 0
                self._report("ready")
                if self._out is not None:
                    self._hand(process, self._out)
            elif message["type"] == "blocks_taken":
                self._blocks.discard_retired()
            elif message["type"] == "dropped":
                self._out = None
        except (EOFError, OSError):
            self._bury(process)

    def _take_picture(self, process: Companion, message: Mapping[str, Any]) -> None:
        out = self._out
        self._out = None
        name, planes = message["block"], message["planes"]
        if name:
            arrays = self._blocks.read(name, planes)
            process.send({"type": "read", "name": name})
        else:
            arrays = arrays_in(process.pipe.recv_bytes(), planes)
        self._feed()  # the process need not wait while the rest is read
        view = out[1].view if out is not None else None
        self._report(frame_from(message, arrays, view))

    def _take_failure(self, failure: Failure) -> None:
        if not self._ready:
            self._fault = failure  # told when no further process is tried
            return
        self._out = None
        self._report(failure)

    def _bury(self, process: Companion) -> None:
        """Replace a process that ended; repeat what it was making, once."""
        code = process.end()
        self._process, self.pid = None, None
        if self._closing:
            return
        self._report("lost")
        self._failed_starts = 0 if self._ready else self._failed_starts + 1
        self._deaths += 1
        with self._lock:
            newer, out = self._asked, self._out
        if newer is not None:
            self._out = None  # nobody waits for it any more
        elif out is not None and self._deaths >= _DEATHS_PER_REQUEST:
            self._out = None
            words = f"the preview process ended ({exit_words(code)}) twice while it made this picture"
            self._report(Failure(out[0], out[1].index, "lost", words))
        if self._failed_starts >= _STARTS_BEFORE_WAITING:
            asked = newer or self._out
            self._out = None
            with self._lock:
                self._asked = None
            if asked is not None and self._fault is not None:
                self._report(replace(self._fault, generation=asked[0], index=asked[1].index))
            elif asked is not None:
                words = f"the preview process ends before it is ready ({exit_words(code)})"
                self._report(Failure(asked[0], asked[1].index, "lost", words))
            return
        self._begin()
