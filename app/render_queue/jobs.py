"""The registry of known jobs: their order, their priority, and what people asked of them.

Anyone may write it (the window, the command line); where the samples stand is in each job's own database, which its
driver alone writes. A job that is driven holds the lock in its folder, so who lives is never guessed.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, cast

from myriorama.app.production.lifetime import LOOKED_AT_S, HeldLock, is_locked, try_lock
from myriorama.app.render_queue.database import DamagedError, trouble
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import Desired, JobState, SampleState, job_state
from myriorama.app.render_queue.store import SNAPSHOT, JobStore, read_snapshot
from myriorama.scenes.errors import InputError, Problem

REGISTRY: Final = "jobs.sqlite"
LOCK: Final = "drive.lock"
_MENDED_WITHIN_S: Final = 10.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, out TEXT NOT NULL, place INTEGER NOT NULL, priority INTEGER NOT NULL,
  desired TEXT NOT NULL, workers INTEGER NOT NULL)
"""


@dataclass(frozen=True)
class JobEntry:
    """A known job.

    Attributes
    ----------
    place : int
        Order among jobs of one priority; lower first.
    priority : int
        Higher first; 0 is usual.
    workers : int
        Processes that it may have.
    """

    id: str
    name: str
    out: str
    place: int
    priority: int
    desired: Desired
    workers: int


@dataclass(frozen=True)
class JobView:
    """A job as it stands, read from the databases and the lock alone."""

    entry: JobEntry
    state: JobState
    counts: dict[SampleState, int]
    bytes_written: int
    alive: bool
    hold: str
    told: str


class Jobs:
    """The registry in a folder (the user's state folder); jobs lie in sub-folders named by their id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not self._sound():
            self._make_anew()

    def folder_of(self, job: str) -> Path:
        """Return where a job's database lies."""
        return self.folder / job

    def add(self, snapshot: JobSnapshot, *, workers: int = 1, priority: int = 0, desired: Desired = "run") -> JobEntry:
        """Make a job known and give it its database, last of its priority.

        Raises
        ------
        InputError
            It is known already, or another unfinished job writes to the same place.
        """
        with self._open() as db:  # held all the while, so that two of one place cannot both be added
            query = "SELECT id, out FROM jobs WHERE id = ? OR out = ?"
            for known, out in db.execute(query, (snapshot.id, snapshot.out)).fetchall():
                if known == snapshot.id or not self._is_other_shard(known, snapshot):
                    raise InputError(Problem("job", "a job of the queue makes this dataset already", out, "resume it"))
            folder = self.folder_of(snapshot.id)
            if folder.exists():  # of a job whose adding was cut short, or that was only forgotten
                if is_locked(folder / LOCK):
                    raise InputError(Problem("job", "another process works on this job", snapshot.out))
                shutil.rmtree(folder)
            JobStore.create(folder, snapshot).close()
            place = db.execute("SELECT COALESCE(MAX(place), 0) + 1 FROM jobs").fetchone()[0]
            entry = JobEntry(snapshot.id, snapshot.name, snapshot.out, place, priority, desired, workers)
            db.execute("INSERT INTO jobs VALUES (?,?,?,?,?,?,?)", astuple(entry))
        return entry

    def entries(self) -> tuple[JobEntry, ...]:
        """Return the jobs in the order in which they are driven."""
        with self._open() as db:
            found = db.execute("SELECT * FROM jobs ORDER BY priority DESC, place").fetchall()
        return tuple(
            JobEntry(i, name, out, place, priority, cast("Desired", d), n)
            for i, name, out, place, priority, d, n in found
        )

    def entry(self, job: str) -> JobEntry:
        """Return a job by its id or an unambiguous beginning of it, or by the path of its dataset.

        Raises
        ------
        InputError
            There is none, or more than one.
        """
        path = str(Path(job).absolute())
        fits = [e for e in self.entries() if e.id.startswith(job) or e.out == path]
        if len(fits) != 1:
            told = "no job has this id or makes this dataset" if not fits else "more than one job begins like this"
            raise InputError(Problem("JOB", told, job, "an id of `myriorama queue list`"))
        return fits[0]

    def ask(self, job: str, desired: Desired) -> None:
        """Say what should happen to a job; its driver, if there is one, follows within a second."""
        self._update(job, "desired", desired)

    def set_priority(self, job: str, priority: int) -> None:
        """Higher goes first."""
        self._update(job, "priority", priority)

    def move(self, job: str, before: str | None) -> None:
        """Put a job before another in the order of places; None: last."""
        order = [e.id for e in sorted(self.entries(), key=lambda e: e.place) if e.id != job]
        order.insert(len(order) if before is None else order.index(before), job)
        with self._open() as db:
            db.executemany("UPDATE jobs SET place = ? WHERE id = ?", [(k + 1, name) for k, name in enumerate(order)])

    def forget(self, job: str) -> None:
        """Take a job from the list; its folder is kept for whoever deletes it."""
        with self._open() as db:
            db.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def remove(self, job: str) -> None:
        """Forget a job and delete its database; its dataset stays as it is."""
        self.forget(job)
        shutil.rmtree(self.folder_of(job), ignore_errors=True)

    def view(self, entry: JobEntry) -> JobView:
        """Return how a job stands.

        Raises
        ------
        DamagedError
            Its database does not hold together.
        """
        folder = self.folder_of(entry.id)
        alive = is_locked(folder / LOCK)
        with JobStore.open_for_reading(folder) as store:
            counts, size = store.counts(), store.bytes_written()
            hold, told = str(store.fact("hold", "")), str(store.fact("told", ""))
            finished = bool(store.fact("finished", False))
        state = job_state(counts, entry.desired, alive=alive, hold=hold, finished=finished)
        return JobView(entry, state, counts, size, alive, hold, told)

    def try_drive(self, job: str) -> HeldLock | None:
        """Take the right to drive a job; None where another process drives it."""
        return try_lock(self.folder_of(job) / LOCK, patience_s=LOOKED_AT_S)

    def _update(self, job: str, column: str, value: object) -> None:
        with self._open() as db:
            db.execute(f"UPDATE jobs SET {column} = ? WHERE id = ?", (value, job))  # the column is ours, not an input

    def _is_other_shard(self, known: str, snapshot: JobSnapshot) -> bool:
        """Return whether a known job makes another part of the same dataset."""
        try:
            shard = read_snapshot(self.folder_of(known)).shard
        except InputError:
            return False
        return None not in (shard, snapshot.shard) and shard != snapshot.shard

    def _sound(self) -> bool:
        """Return whether the list of jobs can be read as a whole; it is made where there is none."""
        try:
            with self._open() as db:
                db.execute(_SCHEMA)
                db.execute("SELECT id, name, out, place, priority, desired, workers FROM jobs").fetchall()
                return bool(db.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)])
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if isinstance(trouble(self.folder / REGISTRY, error), DamagedError):
                return False
            raise

    def _make_anew(self) -> None:
        """Set a damaged list aside and make one from the jobs' folders, all paused: what was asked is not known."""
        lock = try_lock(self.folder / f"{REGISTRY}.lock", patience_s=_MENDED_WITHIN_S)
        try:
            if lock is None or self._sound():
                return  # another process was quicker
            number = 1
            while (self.folder / f"{REGISTRY}.damaged{number}").exists():
                number += 1
            for suffix in ("", "-journal"):
                old = self.folder / f"{REGISTRY}{suffix}"
                if old.exists():
                    old.rename(self.folder / f"{REGISTRY}.damaged{number}{suffix}")
            with self._open() as db:
                db.execute(_SCHEMA)
                snapshots = sorted(self.folder.glob(f"*/{SNAPSHOT}"), key=lambda path: path.stat().st_mtime_ns)
                for place, path in enumerate(snapshots, 1):
                    try:
                        told = read_snapshot(path.parent)
                    except InputError:
                        continue  # nothing can be made from it
                    entry = JobEntry(told.id, told.name, told.out, place, 0, "pause", 1)
                    db.execute("INSERT OR IGNORE INTO jobs VALUES (?,?,?,?,?,?,?)", astuple(entry))
        finally:
            if lock is not None:
                lock.release()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the registry for one transaction."""
        db = sqlite3.connect(self.folder / REGISTRY, timeout=30.0, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous=FULL")
            db.execute("BEGIN IMMEDIATE")
            yield db
            if db.in_transaction:
                db.execute("COMMIT")
        finally:
            db.close()
