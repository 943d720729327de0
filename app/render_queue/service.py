"""The queue as a window sees it: views of all jobs, refreshed; a runner process that is started when there is work.

It reads the databases and asks; it drives nothing itself.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psygnal import Signal

from myriorama.app.observable import Post
from myriorama.app.production.lifetime import is_locked
from myriorama.app.render_queue.jobs import JobEntry, Jobs, JobView
from myriorama.app.render_queue.runner import GO_ON, RUNNER_LOCK
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import SETTLED, Desired, SampleState
from myriorama.app.render_queue.store import DamagedError, JobStore, SampleRow
from myriorama.scenes.errors import InputError, Problem

_LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True)
class Glimpse:
    """A job for a list: how it stands and what its driver last counted (see `tally.Tally.to_json`)."""

    view: JobView
    tally: dict[str, Any]
    trouble: str = ""


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

    def unfinished(self) -> tuple[Glimpse, ...]:
        """Return the jobs that were begun and are not at an end: to be offered at start."""
        return tuple(g for g in self._look() if g.view.state in ("interrupted", "paused", "waiting for disk"))

    def add(self, snapshot: JobSnapshot, *, workers: int = 1, priority: int = 0) -> JobEntry:
        """Put a job in the queue and see that the queue is worked on. See `Jobs.add` for errors."""
        entry = self.jobs.add(snapshot, workers=workers, priority=priority)
        self.start()
        return entry

    def start(self) -> None:
        """Start a runner where none is."""
        if not self.running and (self._runner is None or self._runner.poll() is not None):
            command = [sys.executable, "-m", "myriorama.app.render_queue.runner", str(self.jobs.folder)]
            self._runner = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
            )
        self._wake.set()

    def ask(self, job: str, desired: Desired) -> None:
        """Pause, resume or cancel a job."""
        self.jobs.ask(job, desired)
        if desired == "run":
            self.start()
        self._wake.set()

    def again(self, job: str, *states: SampleState) -> int:
        """Make the samples in these states again; return how many.

        Raises
        ------
        InputError
            The job is being worked on, or its dataset is finished.
        """
        return again(self.jobs, job, *states)

    def rows(self, job: str, *states: SampleState, limit: int = 500) -> tuple[SampleRow, ...]:
        """Return the first samples in these states: what was quarantined, and why."""
        found: list[SampleRow] = []
        with JobStore.open_for_reading(self.jobs.folder_of(job)) as store:
            for row in store.rows(*states):
                found.append(row)
                if len(found) == limit:
                    break
        return tuple(found)

    def go_on_alone(self) -> None:
        """Have the runner go on when this process ends."""
        if self._runner is not None and self._runner.poll() is None and self._runner.stdin is not None:
            self._runner.stdin.write(GO_ON + "\n")
            self._runner.stdin.flush()
            self._runner = None

    def close(self, *, wait_s: float = 5.0) -> None:
        """Stop looking; a runner of ours that was not told to go on pauses after the samples under way."""
        self._ended.set()
        self._wake.set()
        self._thread.join()
        if self._runner is not None and self._runner.poll() is None and self._runner.stdin is not None:
            self._runner.stdin.close()
            try:
                self._runner.wait(wait_s)
            except subprocess.TimeoutExpired:
                self._runner.terminate()
                self._runner.wait()
        self._runner = None

    def _watch(self) -> None:
        while not self._ended.is_set():
            found = self._look()
            if found != self._glimpses:
                self._post(lambda found=found: self._take(found))  # type: ignore[misc]
            self._wake.wait(_LOOK_EVERY_S)
            self._wake.clear()

    def _take(self, found: tuple[Glimpse, ...]) -> None:
        self._glimpses = found
        self.changed.emit(found)

    def _look(self) -> tuple[Glimpse, ...]:
        return tuple(look(self.jobs, entry) for entry in self.jobs.entries())


def look(jobs: Jobs, entry: JobEntry) -> Glimpse:
    """Return how a job stands; a database that does not hold together is told, not believed."""
    try:
        with JobStore.open_for_reading(jobs.folder_of(entry.id)) as store:
            tally = store.fact("tally", {})
        return Glimpse(jobs.view(entry), tally)
    except (DamagedError, InputError) as error:
        view = JobView(entry, "damaged", dict.fromkeys(SampleState, 0), 0, False, "", str(error))
        return Glimpse(view, {}, str(error))


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
