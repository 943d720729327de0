"""The queue as a window sees it: views of all jobs, refreshed; a runner process that is started when there is work.

It reads the databases and asks; it drives nothing itself. What writes may wait for the disk: call `add`, `ask`,
`again` and `remove` from a thread where a window must not wait.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from psygnal import Signal

from myriorama.app.observable import Post
from myriorama.app.parts.engine import engine_in_words
from myriorama.app.production.lifetime import is_locked
from myriorama.app.render_queue.jobs import LOCK, JobEntry, Jobs, JobView
from myriorama.app.render_queue.runner import GO_ON, RUNNER_LOCK
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import SETTLED, Desired, SampleState
from myriorama.app.render_queue.store import DATABASE, BusyError, DamagedError, JobStore, SampleRow, read_snapshot
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.model import TracingOptions

_LOOK_EVERY_S: Final = 0.5
_STARTS_IN_VAIN: Final = 3
_TOLD_BYTES: Final = 2**20
_HELD: Final = ("paused", "waiting for disk", "too many failures")


@dataclass(frozen=True)
class Glimpse:
    """A job for a list: how it stands and what its driver last counted (see `tally.Tally.to_json`).

    Attributes
    ----------
    forecast : mapping
        What the pre-flight expected (see `preflight.Forecast`); empty where there is none.
    free_bytes : int or None
        On the disk of its dataset, to the last MiB; None where that cannot be told.
    engine : str
        What makes its pictures, in words; empty where that cannot be told.
    """

    view: JobView
    tally: dict[str, Any]
    trouble: str = ""
    forecast: Mapping[str, Any] = field(default_factory=dict)
    free_bytes: int | None = None
    engine: str = ""


class QueueService:
    """The jobs of a queue folder.

    Attributes
    ----------
    changed : signal of (tuple of Glimpse,)
        About twice a second while something moves; on the thread of the models.
    """

    changed = Signal(object)

    def __init__(self, post: Post, folder: Path) -> None:
        self.jobs = Jobs(folder)
        self._post = post
        self._glimpses: tuple[Glimpse, ...] = ()
        self._runner: subprocess.Popen[str] | None = None
        self._let_go: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        self._wanted: set[str] = set()
        self._starts_in_vain = 0
        self._known: dict[str, tuple[object, Glimpse]] = {}
        self._ended = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="queue", daemon=True)
        self._thread.start()

    @property
    def glimpses(self) -> tuple[Glimpse, ...]:
        """The jobs in order, as last looked at."""
        return self._glimpses

    @property
    def running(self) -> bool:
        """A runner works on this queue, whoever started it."""
        return is_locked(self.jobs.folder / RUNNER_LOCK)

    @property
    def ours(self) -> bool:
        """A runner that this service started works on the queue, and ends with it unless told to go on."""
        runner = self._runner
        return runner is not None and runner.poll() is None

    def unfinished(self) -> tuple[Glimpse, ...]:
        """Return the jobs that are not at an end and that nobody works on: to be offered at start."""
        waiting = _HELD if self.running else (*_HELD, "interrupted", "queued", "damaged")
        return tuple(g for g in self._look() if g.view.state in waiting and not g.view.alive)

    def wake(self) -> None:
        """Look at the jobs again at once."""
        self._wake.set()

    def add(self, snapshot: JobSnapshot, *, workers: int = 1, priority: int = 0) -> JobEntry:
        """Put a job in the queue and see that the queue is worked on. See `Jobs.add` for errors.

        A finished job whose dataset has been moved or deleted makes room for one of the same place.
        """
        for old in self.jobs.entries():
            gone = old.out == snapshot.out and not Path(old.out).exists()
            if gone and look(self.jobs, old).view.state in ("finished", "damaged"):
                self.jobs.remove(old.id)
        entry = self.jobs.add(snapshot, workers=workers, priority=priority)
        self._want(entry.id)
        return entry

    def start(self) -> None:
        """Start a runner where none is."""
        with self._starting:
            if not self._ended.is_set() and not self.running and not self.ours:
                if self._runner is not None:
                    _close_input(self._runner)
                command = [sys.executable, "-m", "myriorama.app.render_queue.runner", str(self.jobs.folder)]
                self._runner = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
                )
        self._wake.set()

    def ask(self, job: str, desired: Desired) -> None:
        """Pause, resume or cancel a job. To resume one that was held for its failures lets them be."""
        if desired == "run":
            resume(self.jobs, job)
            self._want(job)
            return
        self._wanted.discard(job)
        self.jobs.ask(job, desired)
        self._wake.set()

    def remove(self, job: str) -> None:
        """Take a job from the list and delete its database; its dataset, finished or not, stays.

        Raises
        ------
        InputError
            The job is being worked on.
        """
        lock = self.jobs.try_drive(job)
        if lock is None:
            raise InputError(Problem("JOB", "a process works on this job; pause or cancel it first", job))
        lock.release()
        self._wanted.discard(job)
        self.jobs.remove(job)
        self._wake.set()

    def snapshot(self, job: str) -> JobSnapshot:
        """Return what a job is. See `store.read_snapshot` for errors."""
        return read_snapshot(self.jobs.folder_of(job))

    def again(self, job: str, *states: SampleState) -> int:
        """Make the samples in these states again; return how many.

        Raises
        ------
        InputError
            The job is being worked on, or its dataset is finished.
        """
        number = again(self.jobs, job, *states)
        self._want(job)
        return number

    def rows(self, job: str, *states: SampleState, limit: int = 500) -> tuple[SampleRow, ...]:
        """Return the first samples in these states: what was quarantined, and why."""
        found: list[SampleRow] = []
        with JobStore.open_for_reading(self.jobs.folder_of(job)) as store:
            for row in store.rows(*states):
                found.append(row)
                if len(found) == limit:
                    break
        return tuple(found)

    def latest(self, job: str, number: int) -> tuple[SampleRow, ...]:
        """Return the samples that were written last, the newest first."""
        with JobStore.open_for_reading(self.jobs.folder_of(job)) as store:
            return store.latest(number)

    def go_on_alone(self) -> None:
        """Have the runner go on when this process ends."""
        runner = self._runner
        if runner is None or runner.poll() is not None or runner.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):  # it ends just now
            runner.stdin.write(GO_ON + "\n")
            runner.stdin.close()
        self._let_go, self._runner = runner, None

    def close(self, *, wait_s: float = 5.0) -> None:
        """Stop looking; a runner of ours that was not told to go on pauses after the samples under way."""
        self._ended.set()
        self._wake.set()
        self._thread.join()
        runner, self._runner = self._runner, None
        if runner is None:
            return
        _close_input(runner)
        try:
            runner.wait(wait_s)
        except subprocess.TimeoutExpired:
            runner.terminate()
            runner.wait()

    def _want(self, job: str) -> None:
        """See to it that a runner comes to a job, even where one is just about to end."""
        self._wanted.add(job)
        self._starts_in_vain = 0
        self.start()

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                found = self._look()
            except (BusyError, sqlite3.Error, OSError):
                found = self._glimpses  # the registry is locked or out of reach for a moment
            if found != self._glimpses:
                self._post(partial(self._take, found))
            self._keep_going(found)
            self._wake.wait(_LOOK_EVERY_S)
            self._wake.clear()

    def _keep_going(self, found: tuple[Glimpse, ...]) -> None:
        """Start a runner again where one ended before it came to a job that was asked for, a few times."""
        self._wanted &= {g.view.entry.id for g in found}
        waiting = [g for g in found if g.view.entry.id in self._wanted]
        if any(g.view.alive for g in waiting):
            self._starts_in_vain = 0
        for glimpse in waiting:
            if glimpse.view.alive or glimpse.view.state not in ("queued", "interrupted"):
                if glimpse.view.state not in ("queued", "interrupted", "running"):
                    self._wanted.discard(glimpse.view.entry.id)
                continue
            if self._starts_in_vain < _STARTS_IN_VAIN and not self.running and not self.ours:
                self._starts_in_vain += 1
                self.start()
            return

    def _take(self, found: tuple[Glimpse, ...]) -> None:
        self._glimpses = found
        self.changed.emit(found)

    def _look(self) -> tuple[Glimpse, ...]:
        return tuple(self._look_at(entry) for entry in self.jobs.entries())

    def _look_at(self, entry: JobEntry) -> Glimpse:
        """Return how a job stands; its database is read again only where it was written since."""
        folder = self.jobs.folder_of(entry.id)
        now = (entry, is_locked(folder / LOCK), *(_stamp(folder / (DATABASE + end)) for end in ("", "-wal")))
        known = self._known.get(entry.id)
        if known is None or known[0] != now:
            known = self._known[entry.id] = (now, look(self.jobs, entry))
        return replace(known[1], free_bytes=_free_bytes(Path(entry.out)))


def look(jobs: Jobs, entry: JobEntry) -> Glimpse:
    """Return how a job stands; a database that does not hold together is told, not believed."""
    try:
        with JobStore.open_for_reading(jobs.folder_of(entry.id)) as store:
            tally, forecast = store.fact("tally", {}), store.fact("forecast") or {}
        engine = made_by(jobs.folder_of(entry.id))
        free = _free_bytes(Path(entry.out))
        return Glimpse(jobs.view(entry), tally, forecast=forecast, free_bytes=free, engine=engine)
    except (DamagedError, InputError) as error:
        view = JobView(entry, "damaged", dict.fromkeys(SampleState, 0), 0, False, "", str(error))
        return Glimpse(view, {}, str(error))


@lru_cache(maxsize=256)
def made_by(folder: Path) -> str:
    """Return what makes the pictures of a job, in words; empty where its snapshot is not as it was made.

    A snapshot never changes, so it is read once.
    """
    try:
        snapshot = read_snapshot(folder)
        output = json.loads(snapshot.project_text).get("output", {})
        return engine_in_words(snapshot.engine, TracingOptions.model_validate(output.get("tracing", {})))
    except (InputError, ValueError):
        return ""


def resume(jobs: Jobs, job: str) -> None:
    """Have a job go on; where too many of its samples failed, that keeps it no longer."""
    lock = jobs.try_drive(job)
    if lock is not None:  # else its driver lives, and reads what is asked of it
        try:
            with JobStore.open_for_reading(jobs.folder_of(job)) as store:
                held = store.fact("hold", "") == "failures"
            if held:
                with JobStore.open_for_driving(jobs.folder_of(job)) as store:
                    store.set_fact("hold", "")
        except DamagedError:
            pass  # driving it makes its database anew
        finally:
            lock.release()
    jobs.ask(job, "run")


def _close_input(runner: subprocess.Popen[str]) -> None:
    if runner.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            runner.stdin.close()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _free_bytes(out: Path) -> int | None:
    """Return what is free where a dataset lies or will lie, to the last MiB, so that small changes tell nobody."""
    for place in (out, *out.parents):
        try:
            return shutil.disk_usage(place).free // _TOLD_BYTES * _TOLD_BYTES
        except OSError:
            continue
    return None


def again(jobs: Jobs, job: str, *states: SampleState) -> int:
    """Queue samples of a job again; see `QueueService.again`."""
    lock = jobs.try_drive(job)
    if lock is None:
        raise InputError(Problem("JOB", "a process works on this job; pause it first", job))
    try:
        with JobStore.open_for_driving(jobs.folder_of(job)) as store:
            if store.fact("finished", False):
                raise InputError(Problem("JOB", "its dataset is finished; make a new job", job))
            wanted = states or (SampleState.FAILED, *SETTLED[1:])
            number = store.again(*wanted)
            store.set_fact("hold", "")
    finally:
        lock.release()
    jobs.ask(job, "run")
    return number
