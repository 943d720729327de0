"""Drives one job to its end: leases samples to workers, has what they say settled, finishes the dataset.

It alone writes the job's database. It survives the death of any worker; its own death costs at most the samples of
the last second, because everything that it knows lies in the database and on the disk.
"""

from __future__ import annotations

import contextlib
import itertools
import signal
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from myriorama.app.dataset.folder import DamagedSamplesError, DatasetFolder
from myriorama.app.dataset.layout import partial_of
from myriorama.app.production.lifetime import out_of_memory_kills
from myriorama.app.production.messages import Outcome
from myriorama.app.render_queue.claims import DrivenElsewhereError, claimed
from myriorama.app.render_queue.crew import Crew, Said, Worker
from myriorama.app.render_queue.jobs import JobEntry, Jobs
from myriorama.app.render_queue.policy import stuck_after_s
from myriorama.app.render_queue.preflight import awaited, forecast, leading
from myriorama.app.render_queue.reconcile import open_job
from myriorama.app.render_queue.room import Need, Patience, noticing_a_full_disk, told_plainly
from myriorama.app.render_queue.settlement import Ending, NoRoomError, Settlement
from myriorama.app.render_queue.starting import raise_start, worker_setup
from myriorama.app.render_queue.states import Cause, Desired, SampleState
from myriorama.app.render_queue.store import JobStore, Lease, read_snapshot
from myriorama.app.render_queue.tally import Tally
from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError, Problem

_IN_FLIGHT: Final = 2  # one being made, one waiting: no bubble between samples
_ASK_EVERY_S: Final = 0.5
_TELL_EVERY_S: Final = 1.0
_FAILED_STARTS: Final = 3
_KILLED_STARTS: Final = 20


class Driver:
    """Drives a job in this process.

    Parameters
    ----------
    stop : callable or None
        Asked often; True pauses after the samples under way, without changing what was asked of the job.
    on_progress : callable or None
        Called with the tally after every sample and about once a second.
    durable : bool
        False leaves out the syncs of the dataset's files: for tests that crash no machine.
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
        self._crew: Crew | None = None
        self._lead: tuple[int, ...] = ()
        self._alone: Lease | None = None
        self._fresh = False
        self._failed_starts = self._killed_starts = 0
        self._asked_at = self._told_at = 0.0
        self._desired: Desired = entry.desired
        self._memory_kills = out_of_memory_kills()
        self.tally = Tally()

    def run(self) -> Ending:
        """Drive until the dataset is finished, or a person or a fault has the job wait.

        Raises
        ------
        DrivenElsewhereError
            Another process drives it, or writes into its folder as a job of another queue.
        InputError
            The dataset's place is taken; the workers refuse the project; a format cannot
            hold its samples.
        DeviceError, MyrioramaError
            No worker can start at all, or a disk or the database fails; the job can be resumed.
        """
        with told_plainly():
            lock = self._jobs.try_drive(self._entry.id)
            if lock is None:
                raise DrivenElsewhereError(Problem("job", "another process works on this job", self._entry.out))
            try:
                with contextlib.ExitStack() as held:
                    folder, partial = self._jobs.folder_of(self._entry.id), partial_of(Path(self._entry.out))
                    claim = claimed(partial, shared=read_snapshot(folder).shard is not None)
                    was_there = partial.is_dir()
                    if was_there:  # what looks torn in it may be another driver's work under way
                        held.enter_context(claim)
                    with noticing_a_full_disk():
                        store, dataset = open_job(folder, durable=self._durable)
                    held.enter_context(store)
                    if dataset is None:
                        store.set_fact("finished", True)
                        return "finished"
                    if not was_there:
                        held.enter_context(claim)
                    return self._drive(store, dataset)
            finally:
                lock.release()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run now."""
        return tuple(w.pid for w in self._crew.workers) if self._crew is not None else ()

    def _drive(self, store: JobStore, dataset: DatasetFolder) -> Ending:
        self._store, self._dataset = store, dataset
        self._settlement = Settlement(store, dataset, self.tally)
        self._patience = Patience(dataset.path.parent)
        counts = store.counts()
        self.tally.begin(len(store.snapshot.own), counts)
        self._fresh = counts[SampleState.QUEUED] == self.tally.total
        if self._fresh:
            self._lead = leading(store.snapshot.own)
        workers = max(1, min(self._entry.workers, counts[SampleState.QUEUED]))
        while True:
            try:
                with noticing_a_full_disk():
                    self._hold("", "")
                    ending = self._work(workers) if self._open_samples() else None
                    if ending is None:
                        self._finish()
                    return ending or "finished"
            except DamagedSamplesError as error:
                store.requeue(error.indices)
                self.tally.stand(store.counts())
            except NoRoomError as error:
                stopped = self._wait_for_room(error)
                if stopped is not None:
                    return stopped
                with noticing_a_full_disk():
                    self._settlement.start_again()

    def _finish(self) -> None:
        self._settlement.settle(force=True)
        if self._store.snapshot.shard is None:
            self.tally.stage = "finalizing"
            self._tell(force=True)
            self._dataset.finalize()
        self._store.set_fact("finished", True)
        expected = self._store.fact("forecast")
        if expected is not None:
            self.tally.forecast_error = (self.tally.elapsed_s - expected["seconds"]) / max(expected["seconds"], 1e-9)
        self._tell(force=True)

    def _open_samples(self) -> int:
        counts = self._store.counts()
        return counts[SampleState.QUEUED] + counts[SampleState.LEASED]

    def _work(self, workers: int) -> Ending | None:
        """Make samples until none is left (None), or the job has to wait."""
        with Crew(worker_setup(self._store.snapshot, workers), workers) as crew:
            self._crew = crew
            try:
                if self._fresh:
                    self._refuse_obstacles(crew)
                    self._fresh = False
                while True:
                    ending = self._turn(crew)
                    if ending is not None:
                        self._end(crew)
                        return ending
                    idle = not any(w.held for w in crew.workers) and not self._settlement.alone
                    if idle and not self._open_samples():
                        return None
            finally:
                self._crew = None

    def _refuse_obstacles(self, crew: Crew) -> None:
        first = next(iter(self._store.snapshot.own))
        said = crew.probe(first, stuck_after_s(()), lambda: self._wanted() not in ("cancel", "pause_now"))
        if said.kind == "refused_to_start":
            raise_start(said.content)
        obstacles = said.content.get("obstacles", ())
        if obstacles:
            place = f"format {', '.join(sorted(self._store.snapshot.formats))}"
            raise InputError([Problem(place, str(why)) for why in obstacles])

    def _wanted(self) -> Desired:
        """Return what a person wants of the job now."""
        now = time.monotonic()
        if now - self._asked_at >= _ASK_EVERY_S:
            self._asked_at = now
            self._desired = self._jobs.entry(self._entry.id).desired
        return "pause" if self._desired == "run" and self._stop() else self._desired

    def _turn(self, crew: Crew) -> Ending | None:
        wanted = self._wanted()
        if wanted == "cancel":
            return "cancelled"
        if wanted == "pause_now":
            return "paused"
        if wanted == "run":
            self._feed(crew)
        elif not any(w.held for w in crew.workers):
            return "paused"
        ending: Ending | None = None
        for said in crew.listen(0.1):
            ending = self._hear(crew, said) or ending
        if self._lead:
            ending = self._after_lead() or ending
        ending = self._end_the_stuck(crew) or ending
        self._settlement.settle()
        self._tell()
        return ending

    # --- giving out ------------------------------------------------------------------------

    def _feed(self, crew: Crew) -> None:
        for worker in [w for w in crew.workers if (w.worn or w.retiring) and not w.held]:
            crew.dismiss(worker, at_once=True)
        crew.fill()
        alone = self._settlement.alone
        if alone or self._alone is not None:
            if any(w.held for w in crew.workers):
                return  # what ran out of memory is tried with the machine to itself
            self._alone = self._store.lease_again(alone.popleft()) if alone else None
            if self._alone is not None:
                self._give(crew, crew.workers[0], self._alone)
                return
        free = {w: _IN_FLIGHT - len(w.held) for w in crew.workers if not (w.worn or w.retiring)}
        leases = self._leases(sum(n for n in free.values() if n > 0))
        for depth in range(_IN_FLIGHT):
            for worker, slots in free.items():
                if slots > depth and leases:
                    self._give(crew, worker, leases.popleft())

    def _leases(self, number: int) -> deque[Lease]:
        """Lease samples: those of the pre-flight first, and the others when these are settled."""
        if not self._lead:
            return deque(self._store.lease(number) if number else ())
        by_failures = sorted(self._awaited(), key=lambda i: sum(self._store.row(i).failures.values()))
        leased = (self._store.lease_again(index) for index in by_failures)
        return deque(itertools.islice((lease for lease in leased if lease is not None), number))

    def _awaited(self) -> list[int]:
        return awaited([self._store.row(index) for index in self._lead], self.tally.done)

    def _give(self, crew: Crew, worker: Worker, lease: Lease) -> None:
        if not crew.give(worker, lease, last=not self._settlement.may_fail_again(lease)):
            self._store.give_back(lease)  # its death is read from its pipe in a moment

    def _end(self, crew: Crew) -> None:
        """End every worker and put down how things stand; on a full disk the next drive finds that out by itself."""
        held = [lease for worker in crew.workers for lease in worker.held]
        for worker in list(crew.workers):
            crew.kill(worker)
        try:
            with noticing_a_full_disk():
                for lease in held:
                    self._store.give_back(lease)
                self._settlement.settle(force=True)
                self._tell(force=True)
        except NoRoomError as error:
            self.tally.hold = str(error)

    # --- hearing ---------------------------------------------------------------------------

    def _hear(self, crew: Crew, said: Said) -> Ending | None:
        worker = said.worker
        if said.kind == "refused_to_start":
            raise_start(said.content)
        if said.kind == "dead":
            return self._bury(crew, worker)
        if said.kind == "device_failed":
            return self._lose(crew, worker, "device", str(said.content["text"]))
        if said.kind != "made" or not worker.held or worker.held[0].token != said.content["token"]:
            return None  # of a lease that is no longer in force
        lease = worker.held.popleft()
        now = time.monotonic()
        took_ms = int((now - worker.began_at) * 1000)
        worker.began_at = now
        worker.made += 1
        self._failed_starts = self._killed_starts = 0
        self._patience.rewarded()
        outcome = Outcome(**said.content["outcome"])
        ending = self._settlement.outcome(lease, outcome, took_ms)
        if self._on_progress is not None:
            self._on_progress(self.tally)
        return ending

    def _after_lead(self) -> Ending | None:
        """When the last sample of the pre-flight is settled, say what the job will cost, and whether there is room."""
        if self._awaited():
            return None
        self._lead = ()
        expected = forecast(self.tally, self._dataset.partial)
        self._store.set_fact("forecast", expected.to_json())
        if self.tally.done == 0:
            self._store.set_fact("hold", "failures")
            self._store.set_fact("told", f"none of the first samples could be made: {self.tally.causes_told()}")
            return "failures"
        if not expected.fits:
            raise NoRoomError("the forecast is larger than the disk", expected.bytes)
        return None

    def _bury(self, crew: Crew, worker: Worker) -> Ending | None:
        """Take back what a dead worker held; the sample it was making may be the cause."""
        held, ready = list(worker.held), worker.ready
        code = crew.dismiss(worker)
        if not ready:
            for lease in held:
                self._store.give_back(lease)
            error = MyrioramaError(f"render workers end at once, the last one with code {code}")
            self._count_failed_start(error, killed=code == -signal.SIGKILL)
            return None
        kills = out_of_memory_kills()
        cause: Cause = "memory" if kills > self._memory_kills else "signal"
        self._memory_kills = kills
        # nothing but the kernel and people end a process so, and the kernel's lack of memory was ruled out
        outside = cause == "signal" and code == -signal.SIGKILL
        return self._blame(held, cause, f"the worker ended with code {code}", outside=outside)

    def _lose(self, crew: Crew, worker: Worker, cause: Cause, text: str) -> Ending | None:
        """End a worker that cannot go on, and blame what it was making."""
        held = list(worker.held)
        crew.kill(worker)
        if cause == "device" and worker.made == 0:
            self._count_failed_start(DeviceError(text))
        return self._blame(held, cause, text)

    def _count_failed_start(self, error: MyrioramaError, *, killed: bool = False) -> None:
        """Give up after a few workers in a row that did nothing; being killed from outside says little of them."""
        self._killed_starts += killed
        self._failed_starts += not killed
        if self._failed_starts >= _FAILED_STARTS or self._killed_starts >= _KILLED_STARTS:
            raise error

    def _blame(self, held: list[Lease], cause: Cause, text: str, *, outside: bool = False) -> Ending | None:
        for lease in held[1:]:
            self._store.give_back(lease)
        if not held or self._settlement.found_whole(held[0]):
            return None
        return self._settlement.fail(held[0], cause, text, outside=outside)

    def _end_the_stuck(self, crew: Crew) -> Ending | None:
        ending: Ending | None = None
        now = time.monotonic()
        limit = stuck_after_s(self.tally.recent_s)
        for worker in [w for w in crew.workers if w.held]:
            idle, same = now - worker.moved_at, now - worker.stage_at
            if idle <= limit and same <= 10 * limit:
                continue
            told = f"no sign of life for {idle:.0f} s" if idle > limit else f"no stage ended for {same:.0f} s"
            if worker.ready:
                ending = self._lose(crew, worker, "stuck", told) or ending
                continue
            held = list(worker.held)
            crew.kill(worker)
            for lease in held:
                self._store.give_back(lease)
            self._count_failed_start(MyrioramaError(f"render workers do not come to start: {told}"))
        return ending

    # --- telling ---------------------------------------------------------------------------

    def _tell(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._told_at < _TELL_EVERY_S:
            return
        self._told_at = now
        self.tally.workers = tuple((w.pid, w.bytes) for w in self._crew.workers) if self._crew is not None else ()
        self._store.set_fact("tally", self.tally.to_json())
        if self._on_progress is not None:
            self._on_progress(self.tally)

    def _wait_for_room(self, lacking: NoRoomError) -> Ending | None:
        """Wait until there is room for the next samples (None), or a person ends the waiting."""
        each = self.tally.bytes_each or self._store.snapshot.width * self._store.snapshot.height * 3
        need = Need.of(each, self._open_samples(), self._entry.workers)
        self._hold("disk", need.told(self._dataset.path.parent, self._jobs.folder_of(self._entry.id)))
        if self._patience.wait(max(need.to_go_on, lacking.wanted_bytes), lambda: self._wanted() == "run"):
            return None
        with contextlib.suppress(NoRoomError):
            self._hold("", "")  # what is paused waits for a person, not for room
        return "cancelled" if self._wanted() == "cancel" else "paused"

    def _hold(self, why: str, told: str) -> None:
        """Say why nothing moves; on a full disk the tally may be all that can."""
        changed, self.tally.hold = self.tally.hold != told, told
        if changed and self._on_progress is not None:
            self._on_progress(self.tally)
        with contextlib.suppress(NoRoomError) if why else contextlib.nullcontext(), noticing_a_full_disk():
            self._store.set_fact("hold", why)
            self._store.set_fact("told", told)
