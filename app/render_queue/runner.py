"""The process that works through the queue: the first runnable job, then the next, until none is left.

One a queue folder; it holds the queue's lock. It ends with the window that started it, unless it was told to go on:
``python -m myriorama.app.render_queue.runner FOLDER``, and a line ``go on`` on its input.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Final

from myriorama.app.production.lifetime import LOOKED_AT_S, try_lock
from myriorama.app.render_queue.claims import DrivenElsewhereError
from myriorama.app.render_queue.driver import Driver
from myriorama.app.render_queue.jobs import JobEntry, Jobs
from myriorama.app.render_queue.room import told_plainly
from myriorama.app.render_queue.store import DamagedError, JobStore
from myriorama.scenes.errors import MyrioramaError

RUNNER_LOCK: Final = "runner.lock"
_IDLE_S: Final = 0.3
_LINGER_S: Final = 2.0
_LEFT_ALONE_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.5
GO_ON: Final = "go on"


class Runner:
    """Works through a queue.

    Parameters
    ----------
    jobs : Jobs
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._not_before: dict[str, float] = {}
        self._looked_at = 0.0
        self._first: JobEntry | None = None
        self.stopping = False

    def run(self) -> int:
        """Drive jobs until none has been runnable for a moment, or `stopping` was set. Return how many ended."""
        ended, idle_since = 0, time.monotonic()
        while not self.stopping:
            entry = self.next_job()
            if entry is None:
                if time.monotonic() - idle_since > _LINGER_S:
                    break
                time.sleep(_IDLE_S)
                continue
            self._drive(entry)
            ended += 1
            idle_since = time.monotonic()
        return ended

    def next_job(self) -> JobEntry | None:
        """Return the first job that can be driven now."""
        for entry in self._jobs.entries():
            if entry.desired != "run" or time.monotonic() < self._not_before.get(entry.id, 0.0):
                continue
            try:
                view = self._jobs.view(entry)
                if not view.alive and view.state in ("queued", "interrupted", "waiting for disk"):
                    return entry  # one that lives is driven already, by this process or another
            except DamagedError:
                return entry  # driving it makes its database anew
            except MyrioramaError as error:  # locked, or nothing that could be driven: the others are not its victims
                print(f"{entry.name}: {error}", file=sys.stderr)
                self._not_before[entry.id] = time.monotonic() + _LEFT_ALONE_S
        return None

    def _drive(self, entry: JobEntry) -> None:
        self._first = None
        try:
            Driver(self._jobs, entry, stop=lambda: self.stopping or self._outranked(entry)).run()
        except DrivenElsewhereError:
            self._not_before[entry.id] = time.monotonic() + _LEFT_ALONE_S
        except MyrioramaError as error:
            self._jobs.ask(entry.id, "pause")  # the same error would come again: it waits until a person resumes it
            self._tell(entry, error)

    def _tell(self, entry: JobEntry, error: MyrioramaError) -> None:
        """Put down why a job does not go on, where its database can still take it."""
        print(f"{entry.name}: {error}", file=sys.stderr)
        lock = self._jobs.try_drive(entry.id) if self._jobs.folder_of(entry.id).is_dir() else None
        if lock is None:
            return  # it was removed, or is driven by another by now
        try:
            with told_plainly(), JobStore.open_for_driving(self._jobs.folder_of(entry.id)) as store:
                store.set_fact("told", str(error))
        except MyrioramaError as second:
            print(f"{entry.name}: {second}", file=sys.stderr)
        finally:
            lock.release()

    def _outranked(self, entry: JobEntry) -> bool:
        """Return whether a job that should go first has come; asked at every turn of the driver, it looks seldom."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            self._first = self.next_job()
        first = self._first
        return first is not None and first.id != entry.id and first.priority > entry.priority


def _listen(runner: Runner) -> None:
    """Stop the runner when its input ends, unless it was told to go on."""
    for line in sys.stdin:
        if line.strip() == GO_ON:
            return
    runner.stopping = True


def main(folder: str) -> int:
    """Run the queue of a folder in this process; 0 where it was run, 1 where another process runs it."""
    jobs = Jobs(Path(folder))
    lock = try_lock(jobs.folder / RUNNER_LOCK, patience_s=LOOKED_AT_S)
    if lock is None:
        return 1
    runner = Runner(jobs)
    threading.Thread(target=_listen, args=(runner,), daemon=True).start()
    runner.run()
    lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
