"""Drives one job to its end: leases samples to workers, settles what they say, finishes the dataset.

It alone writes the job's database. It survives the death of any worker; its own death costs at most the samples of
the last second, because everything it knows lies in the database and on the disk.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from myriorama.app.dataset.folder import SYNC_EVERY, DamagedSamplesError, DatasetFolder
from myriorama.app.dataset.quarantine import Quarantined, quarantine_sample
from myriorama.app.production.lifetime import out_of_memory_kills, usable_cores
from myriorama.app.production.messages import Outcome, WorkerSetup
from myriorama.app.render_queue.crew import Crew, Said, Worker
from myriorama.app.render_queue.jobs import JobEntry, Jobs
from myriorama.app.render_queue.policy import FailureWindow, stuck_after_s, verdict
from myriorama.app.render_queue.reconcile import open_job
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import CAUSES, Cause, Desired, SampleState
from myriorama.app.render_queue.store import JobStore, Lease
from myriorama.app.render_queue.tally import Tally
from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError, Problem

Ending = Literal["finished", "paused", "cancelled", "failures", "failed fast"]
_IN_FLIGHT: Final = 2  # one being made, one waiting: no bubble between samples
_SETTLE_EVERY_S: Final = 1.0
_ASK_EVERY_S: Final = 0.5
_TELL_EVERY_S: Final = 1.0
_LOOK_FOR_ROOM_EVERY_S: Final = 1.0
_ROOM_BYTES: Final = 16 * 2**20
_FAILED_STARTS: Final = 3
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass
class _Now:
    """What the driver knows beyond the database; all of it may be lost."""

    alone: deque[int] = field(default_factory=deque)
    window: FailureWindow = field(default_factory=FailureWindow)
    failed_starts: int = 0
    settled_at: float = 0.0
    asked_at: float = 0.0
    told_at: float = 0.0
    unsettled: int = 0
    desired: Desired = "run"
    memory_kills: int = 0


class Driver:
    """Drives a job in this process.

    Parameters
    ----------
    stop : callable or None
        Asked often; True pauses after the samples under way, without changing what was asked of the job.
    on_progress : callable or None
        Called with the tally about once a second and after the last sample.
    durable : bool
        False leaves out the syncs of the dataset's files: for tests that do not crash machines.
    """

    def __init__(
        self,
        jobs: Jobs,
        entry: JobEntry,
        *,
        stop: Callable[[], bool] | None = None,
        on_progress: Callable[[Tally], None] | None = None,
        durable: bool = True,
    ) -> None:
        self._jobs = jobs
        self._entry = entry
        self._stop = stop or (lambda: False)
        self._on_progress = on_progress
        self._durable = durable
        self._now = _Now()
        self.tally = Tally()

    def run(self) -> Ending:
        """Drive until the dataset is finished, or a person or a fault has the job wait.

        Raises
        ------
        InputError
            Another process drives it; the place of the dataset is taken; the workers refuse the project.
        DeviceError, MyrioramaError
            No worker can start at all.
        """
        lock = self._jobs.try_drive(self._entry.id)
        if lock is None:
            raise InputError(Problem("job", "another process works on this job", self._entry.out))
        try:
            store, dataset = open_job(self._jobs.folder_of(self._entry.id), durable=self._durable)
            with store:
                if dataset is None:
                    store.set_fact("finished", True)
                    return "finished"
                return self._drive(store, dataset)
        finally:
            lock.release()

    def _drive(self, store: JobStore, dataset: DatasetFolder) -> Ending:
        self._store, self._dataset = store, dataset
        store.set_fact("hold", "")
        store.set_fact("told", "")
        counts = store.counts()
        self.tally.begin(len(store.snapshot.own), counts)
        self._now.memory_kills = out_of_memory_kills()
        workers = max(1, min(self._entry.workers, counts[SampleState.QUEUED]))
        while True:
            ending = self._work(workers) if self._open_samples() else None
            if ending is not None:
                return ending
            try:
                with self._room():
                    self._settle(force=True)
                    if store.snapshot.shard is None:
                        self.tally.stage = "finalizing"
                        dataset.finalize()
                    store.set_fact("finished", True)
                self._tell(force=True)
                return "finished"
            except DamagedSamplesError as error:
                store.requeue(error.indices)
            except _NoRoomError:
                if self._wait_for_room() is not None:
                    return "paused"

    def _open_samples(self) -> int:
        counts = self._store.counts()
        return sum(counts[s] for s in (SampleState.QUEUED, SampleState.LEASED))

    def _work(self, workers: int) -> Ending | None:
        """Make samples until none is left (None), or the job has to wait."""
        with Crew(worker_setup(self._store.snapshot, workers), workers) as crew:
            self._crew = crew
            while True:
                try:
                    with self._room():
                        ending = self._turn()
                except _NoRoomError:
                    self._take_back_all()
                    ending = self._wait_for_room()
                if ending is not None:
                    self._take_back_all()
                    with self._room():
                        self._settle(force=True)
                    self._tell(force=True)
                    return ending
                if not any(w.held for w in crew.workers) and not self._now.alone and not self._open_samples():
                    return None

    def _turn(self) -> Ending | None:
        now = time.monotonic()
        if now - self._now.asked_at >= _ASK_EVERY_S:
            self._now.asked_at = now
            self._now.desired = self._jobs.entry(self._entry.id).desired
        wanted = "pause" if self._now.desired == "run" and self._stop() else self._now.desired
        if wanted == "cancel":
            return "cancelled"
        if wanted == "pause_now":
            return "paused"
        if wanted == "run":
            self._feed()
        elif not any(w.held for w in self._crew.workers):
            return "paused"
        ending: Ending | None = None
        for said in self._crew.listen(0.1):
            ending = self._hear(said) or ending
        self._end_the_stuck()
        self._settle()
        self._tell()
        return ending

    # --- giving out ------------------------------------------------------------------------

    def _feed(self) -> None:
        crew = self._crew
        for worker in [w for w in crew.workers if (w.worn or w.retiring) and not w.held]:
            crew.dismiss(worker)
        crew.fill()
        if self._now.alone:
            if any(w.held for w in crew.workers):
                return  # what ran out of memory is tried with the machine to itself
            lease = self._store.lease_again(self._now.alone.popleft())
            if lease is not None:
                self._give(crew.workers[0], [lease])
            return
        slots = {w: _IN_FLIGHT - len(w.held) for w in crew.workers if not (w.worn or w.retiring)}
        leases = deque(self._store.lease(sum(n for n in slots.values() if n > 0)) if any(slots.values()) else ())
        for depth in range(_IN_FLIGHT):
            for worker, free in slots.items():
                if free > depth and leases:
                    self._give(worker, [leases.popleft()])
        for lease in leases:
            self._store.give_back(lease)

    def _give(self, worker: Worker, leases: list[Lease]) -> None:
        for lease in leases:
            failures = self._store.row(lease.index).failures
            last = verdict("plugin", {**failures, "plugin": failures.get("plugin", 0) + 1}) == "quarantine"
            if not self._crew.give(worker, lease, last=last):
                self._store.give_back(lease)  # its death is read from its pipe in a moment

    def _take_back_all(self) -> None:
        """End every worker and have what it held made again."""
        for worker in list(self._crew.workers):
            held = list(worker.held)
            self._crew.kill(worker)
            for lease in held:
                self._store.give_back(lease)

    # --- hearing ---------------------------------------------------------------------------

    def _hear(self, said: Said) -> Ending | None:
        worker = said.worker
        if said.kind == "refused_to_start":
            _raise_start(said.content)
        if said.kind == "dead":
            return self._bury(worker)
        if said.kind == "device_failed":
            return self._lose(worker, "device", str(said.content["text"]))
        if said.kind != "made" or not worker.held or worker.held[0].token != said.content["token"]:
            return None  # of a lease that is no longer in force
        lease = worker.held.popleft()
        outcome = Outcome(**said.content["outcome"])
        now = time.monotonic()
        took_ms = int((now - worker.began_at) * 1000)
        worker.began_at = now
        worker.made += 1
        self._now.failed_starts = 0
        return self._outcome(lease, outcome, took_ms)

    def _outcome(self, lease: Lease, outcome: Outcome, took_ms: int) -> Ending | None:
        if outcome.status == "disk_full":
            self._store.give_back(lease)
            raise _NoRoomError(outcome.reason)
        if outcome.status == "done":
            receipt = self._dataset.accept(lease.index, hashed=False)
            if receipt is None:
                return self._fail(lease, "io", "its files are not there as it was reported")
            if self._store.written(lease, receipt.key, receipt.bytes, took_ms):
                self._dataset.commit(receipt)
                self._now.unsettled += 1
                self.tally.made(outcome, receipt.bytes, took_ms)
                self._now.window = self._now.window.add(False)
            return None
        cause: Cause = outcome.cause if outcome.cause in CAUSES else "plugin"  # type: ignore[assignment]
        if outcome.status == "failed":
            return self._fail(lease, cause, outcome.reason)
        key = str(outcome.receipt.get("key", ""))
        if self._store.failed(lease, cause, outcome.reason, SampleState.QUARANTINED, key):
            self._dataset.add_quarantined(Quarantined(lease.index, key, (outcome.reason,)))
            self.tally.quarantined(lease.index, cause, outcome)
        return self._count_failure()

    def _bury(self, worker: Worker) -> Ending | None:
        """Take back what a dead worker held; the sample it was making may be the cause."""
        held, ready = list(worker.held), worker.ready
        code = self._crew.dismiss(worker)
        if not ready:
            self._now.failed_starts += 1
            for lease in held:
                self._store.give_back(lease)
            if self._now.failed_starts >= _FAILED_STARTS:
                raise MyrioramaError(f"render workers end before their first sample, the last one with code {code}")
            return None
        kills = out_of_memory_kills()
        cause: Cause = "memory" if kills > self._now.memory_kills else "signal"
        self._now.memory_kills = kills
        return self._blame(held, cause, f"the worker ended with code {code}")

    def _lose(self, worker: Worker, cause: Cause, text: str) -> Ending | None:
        """End a worker that cannot go on, and blame what it was making."""
        held, ready = list(worker.held), worker.ready
        self._crew.kill(worker)
        if not ready or worker.made == 0:
            self._now.failed_starts += 1
            if self._now.failed_starts >= _FAILED_STARTS and cause == "device":
                raise DeviceError(text)
        return self._blame(held, cause, text)

    def _blame(self, held: list[Lease], cause: Cause, text: str) -> Ending | None:
        for lease in held[1:]:
            self._store.give_back(lease)
        if not held:
            return None
        receipt = self._dataset.accept(held[0].index)
        if receipt is not None and self._store.written(held[0], receipt.key, receipt.bytes, 0):
            self._dataset.commit(receipt)  # it ended between its last file and its last word
            self._now.unsettled += 1
            return None
        return self._fail(held[0], cause, text)

    def _fail(self, lease: Lease, cause: Cause, text: str) -> Ending | None:
        failures = dict(self._store.row(lease.index).failures)
        failures[cause] = failures.get(cause, 0) + 1
        what = verdict(cause, failures)
        if what == "quarantine":
            entry = quarantine_sample(
                self._dataset.path, lease.index, (f"{CAUSES[cause]}: {text}",), self._recipe(lease)
            )
            if self._store.failed(lease, cause, entry.reasons[0], SampleState.QUARANTINED, entry.key):
                self._dataset.add_quarantined(entry)
                self.tally.quarantined(lease.index, cause, Outcome(lease.index, "quarantined", entry.reasons[0], cause))
        else:
            self._store.failed(lease, cause, text, SampleState.QUEUED)
            self.tally.again(cause)
            if what == "again alone":
                self._now.alone.append(lease.index)
        return self._count_failure()

    def _count_failure(self) -> Ending | None:
        self._now.window = self._now.window.add(True)
        if self._store.snapshot.fail_fast:
            self._store.set_fact("hold", "failures")
            self._store.set_fact("told", "a sample failed, and the job was to stop at the first")
            return "failed fast"
        if self._now.window.too_many:
            self._store.set_fact("hold", "failures")
            self._store.set_fact("told", f"too many of the last samples failed: {self.tally.causes_told()}")
            return "failures"
        return None

    def _recipe(self, lease: Lease) -> Any:
        """Return the recipe of a sample that no worker survives, or None where it cannot be drawn."""
        from myriorama.app.assets.store import FileAssetStore
        from myriorama.plugins.registry import builtin_registry
        from myriorama.scenes.drawing.plan import compile_plan
        from myriorama.scenes.project.load import parse_project

        snapshot = self._store.snapshot
        roots = tuple(Path(root) for root in snapshot.asset_roots)
        cache = Path(snapshot.cache_folder) if snapshot.cache_folder else None
        try:
            assets = FileAssetStore(Path(snapshot.project_folder), extra_roots=roots, cache_folder=cache)
            return compile_plan(parse_project(snapshot.project_text), builtin_registry(), assets).draw(lease.index)
        except MyrioramaError:
            return None

    def _end_the_stuck(self) -> None:
        now = time.monotonic()
        limit = stuck_after_s(self.tally.recent_s)
        for worker in [w for w in self._crew.workers if w.held]:
            idle, same = now - worker.moved_at, now - worker.stage_at
            if idle > limit or same > 10 * limit:
                told = f"no sign of life for {idle:.0f} s" if idle > limit else f"no stage ended for {same:.0f} s"
                self._lose(worker, "stuck", told)

    # --- settling --------------------------------------------------------------------------

    def _settle(self, *, force: bool = False) -> None:
        """Sync the dataset's folders, and only then call what was written done."""
        now = time.monotonic()
        due = self._now.unsettled >= SYNC_EVERY or now - self._now.settled_at >= _SETTLE_EVERY_S
        if not force and (not self._now.unsettled or not due):
            return
        self._now.settled_at = now
        self._now.unsettled = 0
        self._dataset.sync()
        self._store.settle_written()

    def _tell(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._now.told_at < _TELL_EVERY_S:
            return
        self._now.told_at = now
        crew = getattr(self, "_crew", None)
        self.tally.workers = tuple((w.pid, w.bytes) for w in crew.workers) if crew is not None else ()
        self._store.set_fact("tally", self.tally.to_json())
        if self._on_progress is not None:
            self._on_progress(self.tally)

    # --- room on the disk ------------------------------------------------------------------

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Turn every way in which a full disk shows into one."""
        try:
            yield
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            raise _NoRoomError(str(error)) from error
        except sqlite3.OperationalError as error:
            if "full" not in str(error):
                raise
            raise _NoRoomError(str(error)) from error

    def _wait_for_room(self) -> Ending | None:
        """Wait until there is room for the next samples (None), or a person ends the waiting."""
        counts = self._store.counts()
        left = counts[SampleState.QUEUED] + counts[SampleState.LEASED]
        each = self.tally.bytes_each or self._store.snapshot.width * self._store.snapshot.height * 3
        room = max(_ROOM_BYTES, int(each * 4 * self._entry.workers))
        needed = max(room, int(each * max(left, 1)))
        told = f"the disk is full: about {needed:,} bytes are needed to finish, {room:,} to go on"
        self._hold("disk", told)
        while True:
            if shutil.disk_usage(self._dataset.partial).free >= room:
                self._hold("", "")
                return None
            desired = self._jobs.entry(self._entry.id).desired
            if desired == "cancel":
                return "cancelled"
            if desired != "run" or self._stop():
                return "paused"
            time.sleep(_LOOK_FOR_ROOM_EVERY_S)

    def _hold(self, why: str, told: str) -> None:
        self.tally.hold = told
        if self._on_progress is not None:
            self._on_progress(self.tally)
        try:
            self._store.set_fact("hold", why)
            self._store.set_fact("told", told)
        except sqlite3.OperationalError as error:
            if "full" not in str(error):
                raise  # on a full disk the tally alone can tell


class _NoRoomError(Exception):
    """The disk is full."""


def worker_setup(snapshot: JobSnapshot, workers: int) -> WorkerSetup:
    """Return what a worker of this job is told; together they use all cores and no more."""
    return WorkerSetup(
        project_text=snapshot.project_text,
        project_folder=snapshot.project_folder,
        asset_roots=snapshot.asset_roots,
        cache_folder=snapshot.cache_folder or None,
        out=snapshot.out,
        formats=tuple(sorted(snapshot.formats)),
        labels=snapshot.labels,
        width=snapshot.width,
        height=snapshot.height,
        quality=snapshot.quality,
        threads=max(1, usable_cores() // workers),
    )


def _raise_start(message: Any) -> None:
    """Raise what kept a worker from starting, as the kind of error that it was."""
    text = str(message["text"])
    if message["kind"] == "device":
        raise DeviceError(text)
    if message["kind"] == "input":
        raise InputError([Problem(**problem) for problem in message["problems"]])
    raise MyrioramaError(text)
