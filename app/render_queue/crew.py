"""The worker processes of one job: started, fed, watched, ended. One pipe each, no pool, no shared lock or queue.

It moves messages and knows vital signs; what becomes of a sample is the driver's decision.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

import psutil

from myriorama.app.production.lifetime import holding_children_to_threads, without_interrupts
from myriorama.app.production.messages import WorkerSetup, receive, send
from myriorama.app.production.worker import worker_main
from myriorama.app.render_queue.store import Lease

_JOIN_TIMEOUT_S: Final = 10.0
_VITALS_EVERY_S: Final = 1.0
_PROBE_STEP_S: Final = 0.2
RECYCLE_AFTER_SAMPLES: Final = 500
RECYCLE_AFTER_BYTES: Final = 512 * 2**20
"""Growth of a worker's memory over what it had after its first sample."""


@dataclass(eq=False)
class Worker:
    """One process and what is known of it.

    Attributes
    ----------
    held : deque of Lease
        The first is being made, the others wait in its pipe.
    moved_at : float
        When it last gave a sign of life: a message, processor time, bytes read or written.
    stage_at : float
        When it last ended a stage of a sample.
    """

    process: SpawnProcess
    pipe: Connection
    held: deque[Lease] = field(default_factory=deque)
    ready: bool = False
    made: int = 0
    moved_at: float = 0.0
    stage_at: float = 0.0
    began_at: float = 0.0
    first_bytes: int = 0
    bytes: int = 0
    retiring: bool = False
    _activity: tuple[float, int] = (0.0, 0)

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def worn(self) -> bool:
        """It has made enough, or grown enough, to be replaced."""
        grown = self.first_bytes > 0 and self.bytes - self.first_bytes > RECYCLE_AFTER_BYTES
        return self.made >= RECYCLE_AFTER_SAMPLES or grown


@dataclass(frozen=True)
class Said:
    """A message of a worker; `kind` is ``dead`` where its pipe ended."""

    worker: Worker
    kind: str
    content: Mapping[str, Any]


class Crew:
    """The workers of a job. A context manager: none outlives it."""

    def __init__(self, setup: WorkerSetup, count: int) -> None:
        self._setup = setup
        self._count = count
        self._context = multiprocessing.get_context("spawn")
        self.workers: list[Worker] = []
        self._looked_at = 0.0

    def __enter__(self) -> Crew:
        self.fill()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.pipe.close()  # all of them are told before the first is waited for
        for worker in list(self.workers):
            self.dismiss(worker, at_once=True)

    def fill(self) -> None:
        """Start workers until there are as many as there should be."""
        while len(self.workers) < self._count:
            self.workers.append(self._start())

    def resize(self, count: int) -> None:
        """Want another number of workers from now on; too many retire after what they hold."""
        self._count = count
        for worker in self.workers[count:]:
            worker.retiring = True

    def give(self, worker: Worker, lease: Lease, *, last: bool) -> bool:
        """Hand a sample to a worker. False: it is dead, and keeps nothing."""
        try:
            message = {"type": "make", "index": lease.index, "token": lease.token, "last": last}
            send(worker.pipe, message)
        except (BrokenPipeError, OSError):
            return False
        if not worker.held:
            worker.began_at = worker.stage_at = worker.moved_at = time.monotonic()
        worker.held.append(lease)
        return True

    def probe(self, index: int, stuck_after_s: float, wanted: Callable[[], bool]) -> Said:
        """Have the first worker make a sample without writing it, and return its answer; it keeps it for its turn.

        Parameters
        ----------
        stuck_after_s : float
            A worker without a sign of life for so long is ended; the sample's own turn tells why.
        wanted : callable
            Asked often; False gives up, with the answer ``dropped``.
        """
        worker = self.workers[0]
        try:
            send(worker.pipe, {"type": "probe", "index": index})
            while wanted():
                if worker.pipe.poll(_PROBE_STEP_S):
                    message = receive(worker.pipe)
                    if message["type"] not in ("ready", "stage"):
                        return Said(worker, str(message["type"]), message)
                    worker.ready = True
                    worker.moved_at = time.monotonic()
                    continue
                now = time.monotonic()
                _look(worker, now)
                if now - worker.moved_at > stuck_after_s:
                    self.kill(worker)
                    return Said(worker, "dead", {})
            self.kill(worker)
            return Said(worker, "dropped", {})
        except (EOFError, OSError):
            self.dismiss(worker)
            return Said(worker, "dead", {})

    def listen(self, timeout_s: float) -> Iterator[Said]:
        """Yield what workers say within a time; and looks at their vital signs about once a second."""
        ready = wait([w.pipe for w in self.workers], timeout_s)
        now = time.monotonic()
        for worker in [w for w in self.workers if w.pipe in ready]:
            try:
                while True:
                    message = receive(worker.pipe)
                    worker.moved_at = worker.stage_at = now
                    if message["type"] == "ready":
                        worker.ready = True
                    elif message["type"] != "stage":
                        yield Said(worker, str(message["type"]), message)
                    if worker not in self.workers or not worker.pipe.poll():
                        break  # whoever heard it may have dismissed the worker
            except (EOFError, OSError):
                yield Said(worker, "dead", {})
        if now - self._looked_at >= _VITALS_EVERY_S:
            self._looked_at = now
            for worker in list(self.workers):
                _look(worker, now)
                if not worker.process.is_alive() and not worker.pipe.poll():
                    yield Said(worker, "dead", {})  # something that it started holds its end of the pipe open

    def dismiss(self, worker: Worker, *, at_once: bool = False) -> int | None:
        """End a worker and return its exit code; the caller takes care of what it held."""
        worker.pipe.close()
        if at_once:
            worker.process.join(0.3)
            worker.process.kill()
        worker.process.join(_JOIN_TIMEOUT_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(_JOIN_TIMEOUT_S)
        code = worker.process.exitcode
        worker.process.close()
        if worker in self.workers:
            self.workers.remove(worker)
        return code

    def kill(self, worker: Worker) -> None:
        """End a stuck worker by force."""
        worker.process.kill()
        self.dismiss(worker)

    def _start(self) -> Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=worker_main, args=(theirs, self._setup.to_text(), os.getpid()), daemon=True
        )
        try:
            with holding_children_to_threads(self._setup.threads), without_interrupts():
                process.start()
        finally:
            theirs.close()
        now = time.monotonic()
        return Worker(process, ours, moved_at=now, stage_at=now)


def _look(worker: Worker, now: float) -> None:
    """Note processor time, input and output, and memory of a worker, from outside."""
    try:
        process = psutil.Process(worker.pid)
        with process.oneshot():
            times = process.cpu_times()
            worker.bytes = process.memory_info().rss
            moved = process.io_counters() if hasattr(process, "io_counters") else None
    except psutil.Error:
        return  # it ends just now; its pipe will tell
    active = (times.user + times.system, (moved.read_chars + moved.write_chars) if moved is not None else 0)
    if active != worker._activity:
        worker._activity = active
        worker.moved_at = now
    if worker.made >= 1 and not worker.first_bytes:
        worker.first_bytes = worker.bytes
