"""Runs N worker processes and hands out sample numbers, one pipe each; a dead worker is replaced.

No pool library: the common ones were seen to hang after a killed child. It never touches a sample's
content; it moves numbers out and outcomes in.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from myriorama.app.production.lifetime import hold_to_threads, without_interrupts
from myriorama.app.production.messages import Outcome, WorkerSetup, receive, send
from myriorama.app.production.worker import worker_main
from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError, Problem

_IN_FLIGHT: Final = 2  # one being made, one waiting: no bubble between samples
_SAMPLES_BEFORE_RECYCLING: Final = 500
_DEATHS_BEFORE_QUARANTINE: Final = 3
_FAILED_STARTS_BEFORE_GIVING_UP: Final = 3
_DEVICE_FAILURES_BEFORE_GIVING_UP: Final = 3
_JOIN_TIMEOUT_S: Final = 10.0


@dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    given: int = 0
    ready: bool = False
    in_flight: deque[int] = field(default_factory=deque)


class Supervisor:
    """A context manager around N workers.

    Parameters
    ----------
    setup : WorkerSetup
    workers : int
        At least 1.
    """

    def __init__(self, setup: WorkerSetup, workers: int) -> None:
        if workers < 1:
            raise InputError(Problem("workers", "needs at least one worker", str(workers), "1 or more"))
        self._setup = setup
        self._count = workers
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._deaths: dict[int, int] = {}
        self._failed_starts = 0
        self._device_failures = 0

    def __enter__(self) -> Supervisor:
        self._workers = [self._start() for _ in range(self._count)]
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
            worker.process.join(0.5)
            if worker.process.is_alive():
                worker.process.kill()
            worker.process.join(_JOIN_TIMEOUT_S)
            worker.process.close()
        self._workers.clear()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run now."""
        return tuple(w.process.pid for w in self._workers if w.process.pid is not None)

    def probe(self, index: int) -> tuple[str, ...]:
        """Make sample `index` in the first worker and return why a format cannot hold it.

        Raises
        ------
        DeviceError, InputError, MyrioramaError
            The worker cannot start at all: no sample could ever be made.
        """
        worker = self._workers[0]
        send(worker.pipe, {"type": "probe", "index": index})
        try:
            while True:
                message = receive(worker.pipe)
                if message["type"] == "refused_to_start":
                    _raise_start(message)
                if message["type"] == "probed":
                    return tuple(message["obstacles"])
                worker.ready = True
        except (EOFError, OSError):
            self._mourn(worker)
            self._workers[0] = self._start()  # the sample's own turn will tell why
            return ()

    def run(self, indices: Iterable[int]) -> Iterator[Outcome]:
        """Yield an outcome for every index, in the order in which they finish.

        Raises
        ------
        DeviceError, InputError, MyrioramaError
            The workers cannot start at all: no sample could ever be made.
        """
        todo = iter(indices)
        again: deque[int] = deque()
        for worker in self._workers:
            self._feed(worker, again, todo)
        while any(w.in_flight for w in self._workers):
            ready = wait([w.pipe for w in self._workers if w.in_flight])
            for worker in [w for w in self._workers if w.pipe in ready]:
                try:
                    message = receive(worker.pipe)
                except (EOFError, OSError):
                    yield from self._bury(worker, again)
                    self._replace(worker, again, todo)
                    continue
                if message["type"] == "refused_to_start":
                    _raise_start(message)
                if message["type"] == "ready":
                    worker.ready = True
                    self._failed_starts = 0
                    continue
                if message["type"] == "device_failed":
                    self._replace_after_device_failure(worker, again, todo, str(message["text"]))
                    continue
                outcome = Outcome(**message["outcome"])
                self._device_failures = 0
                worker.in_flight.remove(outcome.index)
                yield outcome
                self._feed(worker, again, todo)
                if not worker.in_flight and worker.given >= _SAMPLES_BEFORE_RECYCLING:
                    worker.pipe.close()
                    worker.process.join(_JOIN_TIMEOUT_S)
                    self._replace(worker, again, todo)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        environment = hold_to_threads(self._setup.threads)
        before = {name: os.environ.get(name) for name in environment}
        os.environ.update(environment)  # a spawned child inherits it before any library is loaded
        try:
            process = self._context.Process(
                target=worker_main, args=(theirs, self._setup.to_text(), os.getpid()), daemon=True
            )
            with without_interrupts():
                process.start()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        theirs.close()
        return _Worker(process, ours)

    def _feed(self, worker: _Worker, again: deque[int], todo: Iterator[int]) -> None:
        while len(worker.in_flight) < _IN_FLIGHT and worker.given < _SAMPLES_BEFORE_RECYCLING:
            index = again.popleft() if again else next(todo, None)
            if index is None:
                return
            try:
                send(worker.pipe, {"type": "make", "index": index})
            except (BrokenPipeError, OSError):
                again.appendleft(index)  # its death is read from the pipe in a moment
                if not worker.in_flight:
                    worker.in_flight.append(again.popleft())
                return
            worker.in_flight.append(index)
            worker.given += 1

    def _replace(self, worker: _Worker, again: deque[int], todo: Iterator[int]) -> None:
        fresh = self._start()
        self._workers[self._workers.index(worker)] = fresh
        self._feed(fresh, again, todo)

    def _bury(self, worker: _Worker, again: deque[int]) -> Iterator[Outcome]:
        """Take back what a dead worker held; the sample it was making may be the cause."""
        code = self._mourn(worker)
        if not worker.ready:
            again.extend(worker.in_flight)  # it never came to them
            worker.in_flight.clear()
            return
        suspect = worker.in_flight.popleft()
        again.extend(worker.in_flight)
        worker.in_flight.clear()
        deaths = self._deaths[suspect] = self._deaths.get(suspect, 0) + 1
        if deaths >= _DEATHS_BEFORE_QUARANTINE:
            yield Outcome(suspect, "lost", f"the worker ended with code {code}, {deaths} times in a row")
        else:
            again.appendleft(suspect)

    def _replace_after_device_failure(self, worker: _Worker, again: deque[int], todo: Iterator[int], text: str) -> None:
        """Try again with a fresh context; a device that fails over and over ends the job."""
        self._device_failures += 1
        if self._device_failures >= _DEVICE_FAILURES_BEFORE_GIVING_UP:
            raise DeviceError(text)
        worker.process.join(_JOIN_TIMEOUT_S)
        worker.pipe.close()
        again.extend(worker.in_flight)
        worker.in_flight.clear()
        self._replace(worker, again, todo)

    def _mourn(self, worker: _Worker) -> int | None:
        """Return the exit code of a dead worker.

        Raises
        ------
        MyrioramaError
            Too many in a row died before their first sample: no further one would live.
        """
        worker.process.join(_JOIN_TIMEOUT_S)
        worker.pipe.close()
        code = worker.process.exitcode
        self._failed_starts = 0 if worker.ready else self._failed_starts + 1
        if self._failed_starts >= _FAILED_STARTS_BEFORE_GIVING_UP:
            raise MyrioramaError(f"render workers end before their first sample, the last one with code {code}")
        return code


def _raise_start(message: dict[str, Any]) -> None:
    """Raise what kept a worker from starting, as the kind of error that it was."""
    text = str(message["text"])
    if message["kind"] == "device":
        raise DeviceError(text)
    if message["kind"] == "input":
        raise InputError([Problem(**problem) for problem in message["problems"]])
    raise MyrioramaError(text)
