"""The thread that owns the gallery's processes: hands out jobs one at a time, replaces what died, brings answers.

It holds jobs and no picture. What a job's project looks like it does not know.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from myriorama.app.pictures.overlay import OverlayItem, item_from
from myriorama.app.preview.companion import Companion, exit_words
from myriorama.app.preview.tile_worker import tile_main
from myriorama.app.preview.tiles import TileKey
from myriorama.app.preview.wire import annotations_from
from myriorama.app.production.lifetime import usable_cores
from myriorama.scenes.conventions import U8
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.model import Project

_SAMPLES_BEFORE_RECYCLING: Final = 500
_DEATHS_PER_JOB: Final = 2
_STARTS_BEFORE_WAITING: Final = 2
_MADE_REMEMBERED: Final = 16
_LOOK_AHEAD: Final = 32
_JOIN_TIMEOUT_S: Final = 15.0


@dataclass(frozen=True, eq=False)
class State:
    """One state of a project, or of a variant, told apart by its serial number."""

    serial: int
    project: Project
    folder: str
    asset_roots: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A thumbnail or the facts of one sample. `size_px` is a thumbnail's longer side; `traced`: by paths."""

    kind: Literal["tile", "facts"]
    key: TileKey
    state: State
    size_px: int = 0
    traced: bool = False


@dataclass(frozen=True, eq=False)
class Made:
    """What became of a job: a thumbnail, facts as they were told, or the problem."""

    job: Job
    sample_key: str = ""
    recipe_hash: str = ""
    rgb: U8 | None = None
    items: tuple[OverlayItem, ...] = ()
    facts: Mapping[str, Any] | None = None
    problem: str = ""


@dataclass(eq=False)
class _Worker:
    process: Companion
    ready: bool = False
    job: Job | None = None
    dropping: bool = False
    given: int = 0
    known: dict[str, int] = field(default_factory=dict)
    plugins: tuple[Mapping[str, Any], ...] = ()
    made: deque[TileKey] = field(default_factory=lambda: deque(maxlen=_MADE_REMEMBERED))


class Crew:
    """So many processes and the jobs that wait for them.

    Parameters
    ----------
    report : callable
        Takes what became of each job, on the crew's own thread.
    count : int
        How many processes.
    held : bool
        As `hold` was told.
    """

    def __init__(
        self, report: Callable[[Made], None], count: int, cache_folder: Path | None, *, held: bool = False
    ) -> None:
        self._report = report
        self._count = count
        self._setup = {
            "threads": max(1, usable_cores() // count),
            "cache_folder": str(cache_folder) if cache_folder else None,
        }
        self._wake, self._waker = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self._lock = threading.Lock()
        self._queues: dict[str, OrderedDict[Job, None]] = {"tile": OrderedDict(), "facts": OrderedDict()}
        self._live: frozenset[State] = frozenset()
        self._plugins: tuple[Mapping[str, Any], ...] = ()
        self._workers: list[_Worker] = []
        self._deaths: dict[Job, int] = {}
        self._failed_starts = 0
        self._hopeless = ""
        self._closing = False
        self._held = held
        self._thread = threading.Thread(target=self._run, name="gallery", daemon=True)
        self._thread.start()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run now."""
        return tuple(w.process.pid for w in self._workers)

    def keep(self, states: Sequence[State]) -> None:
        """Forget all jobs of other states than these."""
        with self._lock:
            self._live = frozenset(states)
            for queue in self._queues.values():
                for job in [job for job in queue if job.state not in self._live]:
                    del queue[job]
        self._call()

    def use_plugins(self, grants: tuple[Mapping[str, Any], ...]) -> None:
        """Have everything that is begun from now on made with these third-party plugins."""
        with self._lock:
            self._plugins = grants

    def ask(self, kind: Literal["tile", "facts"], jobs: Sequence[Job]) -> None:
        """Put these jobs in place of the waiting ones of their kind."""
        with self._lock:
            self._queues[kind] = OrderedDict.fromkeys(jobs)
            self._hopeless = ""
        self._call()

    def hold(self, on: bool) -> None:
        """Begin nothing new, neither a process nor a job, or go on."""
        self._held = on
        self._call()

    def close(self) -> None:
        """End processes and thread."""
        self._closing = True
        self._call()
        self._thread.join(_JOIN_TIMEOUT_S)
        self._waker.close()
        self._wake.close()

    def _call(self) -> None:
        self._waker.send_bytes(b"1")

    def _run(self) -> None:
        while not self._closing:
            self._man()
            for worker in self._workers:
                self._feed(worker)
            pipes: dict[Any, _Worker] = {w.process.pipe: w for w in self._workers}
            for source in wait([self._wake, *pipes]):
                if source is self._wake:
                    _drain(self._wake)
                elif source in pipes:
                    self._listen(pipes[source])
        for worker in self._workers:
            worker.process.hang_up()
        for worker in self._workers:
            worker.process.end()
        self._workers.clear()

    def _man(self) -> None:
        """Bring the crew to its number, unless its processes cannot start at all."""
        while len(self._workers) < self._count and not self._hopeless and not self._held:
            self._workers.append(_Worker(Companion(tile_main, self._setup, "myriorama gallery")))

    def _feed(self, worker: _Worker) -> None:
        if not worker.ready:
            return
        if worker.job is not None:
            with self._lock:
                stale = worker.job.state not in self._live
            if stale and not worker.dropping:
                worker.dropping = worker.process.send({"type": "drop"})
            return
        if self._held:
            return
        with self._lock:
            job = self._next(worker)
            plugins = self._plugins
        if job is None:
            return
        if worker.plugins is not plugins:
            worker.plugins = plugins
            worker.process.send({"type": "plugins", "grants": list(plugins)})
        variant, state = job.key.variant, job.state
        if worker.known.get(variant) != state.serial:
            worker.known[variant] = state.serial
            worker.process.send(
                {
                    "type": "state",
                    "variant": variant,
                    "text": dump_project(state.project),
                    "folder": state.folder,
                    "asset_roots": list(state.asset_roots),
                }
            )
        worker.job = job
        worker.dropping = False
        worker.given += 1
        asked = {"type": job.kind, "variant": variant, "index": job.key.index, "size_px": job.size_px}
        worker.process.send({**asked, "traced": job.traced})

    def _next(self, worker: _Worker) -> Job | None:
        """Take the next job for a worker: thumbnails first; of the next facts one whose scene it still has."""
        at_work = {w.job for w in self._workers}
        for queue in self._queues.values():
            ahead = []
            for job in queue:
                if job not in at_work:
                    ahead.append(job)
                if len(ahead) == _LOOK_AHEAD or (ahead and job.kind == "tile"):
                    break
            if ahead:
                chosen = next((job for job in ahead if job.kind == "facts" and job.key in worker.made), ahead[0])
                del queue[chosen]
                return chosen
        return None

    def _listen(self, worker: _Worker) -> None:
        try:
            message = worker.process.receive()
            pixels = worker.process.pipe.recv_bytes() if message["type"] == "tile" else b""
        except (EOFError, OSError):
            self._bury(worker)
            return
        if message["type"] == "ready":
            worker.ready = True
            self._failed_starts = 0
            return
        if message["type"] == "refused_to_start":
            self._failed_starts = _STARTS_BEFORE_WAITING
            self._hopeless = message["message"]
            return  # the pipe closes next
        job, worker.job = worker.job, None
        if job is None:
            return
        if message["type"] == "tile":
            worker.made.append(job.key)
            self._feed(worker)  # it need not wait while the rest is read
            self._report(_tile(job, message, pixels))
        elif message["type"] == "facts":
            self._feed(worker)
            self._report(Made(job, facts=message["facts"]))
        elif message["type"] == "failed" and message["kind"] != "device":
            self._report(Made(job, problem=message["message"]))
        elif message["type"] == "failed":
            worker.job = job  # its process ends now, and is replaced
        if worker.given >= _SAMPLES_BEFORE_RECYCLING and worker.job is None:
            self._workers.remove(worker)
            worker.process.end()

    def _bury(self, worker: _Worker) -> None:
        """Take a dead worker out; its job is tried once more, as it may be the cause."""
        self._workers.remove(worker)
        code = worker.process.end()
        if self._closing:
            return
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS_BEFORE_WAITING:
                self._give_up(self._hopeless or f"the gallery's process ends before it is ready ({exit_words(code)})")
            return
        job = worker.job
        if job is None:
            return
        deaths = self._deaths[job] = self._deaths.get(job, 0) + 1
        with self._lock:
            live = job.state in self._live
            if live and deaths < _DEATHS_PER_JOB:
                queue = self._queues[job.kind]
                queue[job] = None
                queue.move_to_end(job, last=False)
                return
        if live:
            self._report(Made(job, problem=f"a gallery process ended ({exit_words(code)}) twice while it made this"))

    def _give_up(self, reason: str) -> None:
        """Answer every waiting job by the reason why no process starts; the next wish tries again."""
        with self._lock:
            self._hopeless = reason
            waiting = [job for queue in self._queues.values() for job in queue]
            for queue in self._queues.values():
                queue.clear()
        for job in waiting:
            self._report(Made(job, problem=reason))


def _drain(wake: Connection) -> None:
    while wake.poll(0):
        wake.recv_bytes()


def _tile(job: Job, told: Mapping[str, Any], pixels: bytes) -> Made:
    height, width = told["height"], told["width"]
    rgb = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
    items = tuple(item_from(a) for a in annotations_from(told["annotations"], height, width))
    return Made(job, told["sample_key"], told["recipe_hash"], rgb, items)
