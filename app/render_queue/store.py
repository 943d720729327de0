"""A job's database: which sample stands where. Written by the job's driver alone, read by anyone.

SQLite with a write-ahead log and full synchronisation; every row carries its checksum. A database that does not hold
together is refused, never acted upon: `rebuild` makes a new one from the records on the disk.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from myriorama.app.dataset.atomic import sync_folder, write_file
from myriorama.app.render_queue.database import BusyError, Commit, DamagedError, connect, open_to_write, trouble
from myriorama.app.render_queue.rows import COLUMNS, Lease, SampleRow, crc, moved, queued, sealed, unsealed
from myriorama.app.render_queue.snapshot import JobSnapshot, snapshot_from_text
from myriorama.app.render_queue.states import Cause, SampleState
from myriorama.scenes.errors import InputError, Problem

__all__ = ["DATABASE", "SNAPSHOT", "BusyError", "DamagedError", "JobStore", "Lease", "SampleRow", "read_snapshot"]

DATABASE: Final = "job.sqlite"
SNAPSHOT: Final = "snapshot.json"
_VERSION: Final = 1
_PAGE: Final = 1000

_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE samples (
  idx INTEGER PRIMARY KEY, state INTEGER NOT NULL, attempt INTEGER NOT NULL, token INTEGER NOT NULL,
  cause TEXT NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, ms INTEGER NOT NULL,
  failures TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX samples_by_state ON samples (state, idx);
CREATE INDEX samples_by_token ON samples (token);
"""


class JobStore:
    """An open job database. Make it with `create`, open it with `open_for_driving` or `open_for_reading`."""

    def __init__(self, folder: Path, snapshot: JobSnapshot, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.snapshot = snapshot
        self._db = connection

    @staticmethod
    def create(folder: Path, snapshot: JobSnapshot, settled: Mapping[int, SampleRow] | None = None) -> JobStore:
        """Make the folder's database with every sample queued, except those in `settled`.

        Raises
        ------
        InputError
            A file of that name is there.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / SNAPSHOT).is_file():
            write_file(folder, SNAPSHOT, (snapshot.to_text().encode(),))
        target, made = folder / DATABASE, folder / (DATABASE + ".new")
        for left in (made, made.with_name(made.name + "-wal"), made.with_name(made.name + "-shm")):
            left.unlink(missing_ok=True)
        if target.exists():
            raise InputError(Problem(str(target), "there is a database already"))
        connection = connect(made)
        connection.executescript(_SCHEMA)
        rows = settled or {}
        begun = (sealed(rows.get(i) or queued(i)) for i in snapshot.own)
        with Commit(connection):
            connection.executemany(f"INSERT INTO samples ({COLUMNS}, crc) VALUES (?,?,?,?,?,?,?,?,?,?,?)", begun)
            for name, value in (("version", _VERSION), ("snapshot", snapshot.id), ("token", 0)):
                _set_fact(connection, name, value)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        made.rename(target)
        sync_folder(folder)
        return JobStore.open_for_driving(folder)

    @staticmethod
    def open_for_driving(folder: Path) -> JobStore:
        """Open a database to change it; whoever does must be the only one (see `jobs.drive_lock`).

        Raises
        ------
        DamagedError
            It does not hold together, down to each row, or nothing can be written to it.
        BusyError
            Another process holds it locked.
        InputError
            The snapshot is missing or was changed.
        """
        store = JobStore(folder, read_snapshot(folder), open_to_write(folder / DATABASE))
        try:
            store._audit()
        except BaseException:
            store.close()
            raise
        return store

    @staticmethod
    def open_for_reading(folder: Path) -> JobStore:
        """Open a database to look at it. Rows are checked as they are read; see `open_for_driving` for errors."""
        path = folder / DATABASE
        if not path.is_file():
            raise DamagedError(f"{path} is not there")
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)
        except sqlite3.Error as error:
            raise trouble(path, error) from error
        try:
            connection.execute("SELECT 1 FROM facts").fetchone()
            return JobStore(folder, read_snapshot(folder), connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            connection.close()
            raise trouble(path, error) from error
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> JobStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- reading ---------------------------------------------------------------------------

    def counts(self) -> dict[SampleState, int]:
        """Return samples by state; every state is there."""
        found = dict(self._all("SELECT state, COUNT(*) FROM samples GROUP BY state"))
        return {state: int(found.get(int(state), 0)) for state in SampleState}

    def row(self, index: int) -> SampleRow:
        """Return where a sample stands.

        Raises
        ------
        KeyError
            It is not of this job.
        """
        for row in self._rows("WHERE idx = ?", (index,)):
            return row
        raise KeyError(index)

    def rows(self, *states: SampleState, failed_for: Cause = "") -> Iterator[SampleRow]:
        """Yield the samples in these states (all where none is given), by number, a page at a time.

        Parameters
        ----------
        failed_for : str
            Only those that have failed for this cause.
        """
        wanted = f"state IN ({','.join(str(int(s)) for s in states)}) AND " if states else ""
        if failed_for:
            wanted += f"failures LIKE '%\"{failed_for}\"%' AND "
        after = -1
        while True:
            page = list(self._rows(f"WHERE {wanted} idx > ? ORDER BY idx LIMIT {_PAGE}", (after,)))
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].index

    def numbers(self, *states: SampleState) -> Iterator[int]:
        """Yield the numbers of the samples in these states, rising; a hundred thousand cost no more than a moment."""
        wanted = ",".join(str(int(s)) for s in states)
        after = -1
        while True:
            query = f"SELECT idx FROM samples WHERE state IN ({wanted}) AND idx > ? ORDER BY idx LIMIT {_PAGE * 10}"
            page = self._all(query, (after,))
            yield from (found[0] for found in page)
            if len(page) < _PAGE * 10:
                return
            after = page[-1][0]

    def latest(self, number: int) -> tuple[SampleRow, ...]:
        """Return the written samples that were leased last, the newest first."""
        written = f"{int(SampleState.WRITTEN)},{int(SampleState.DONE)}"
        # the plus keeps SQLite from gathering all written samples by state, to sort them for these few
        where = f"WHERE +state IN ({written}) AND token > 0 ORDER BY token DESC LIMIT ?"
        return tuple(self._rows(where, (number,)))

    def bytes_written(self) -> int:
        """Return the size of all written samples."""
        return int(self._all("SELECT COALESCE(SUM(bytes), 0) FROM samples")[0][0])

    def fact(self, name: str, default: Any = None) -> Any:
        """Return a fact about the job: what the driver held it for, forecast, rates.

        Raises
        ------
        DamagedError
            Its row does not fit its checksum.
        """
        found = self._all("SELECT name, value, crc FROM facts WHERE name = ?", (name,))
        if not found:
            return default
        if found[0][2] != crc(found[0][:2]):
            raise DamagedError(f"{self.folder / DATABASE}: fact {name!r} does not fit its checksum")
        return json.loads(found[0][1])

    # --- driving ---------------------------------------------------------------------------

    def set_fact(self, name: str, value: Any) -> None:
        """Keep a JSON-able fact about the job."""
        with Commit(self._db):
            _set_fact(self._db, name, value)

    def release_leases(self) -> int:
        """Queue again what a driver that is gone had leased or not yet synced; return how many."""
        rows = list(self.rows(SampleState.LEASED, SampleState.WRITTEN))
        self._put(moved(row, SampleState.QUEUED) for row in rows)
        return len(rows)

    def lease(self, number: int) -> list[Lease]:
        """Lease up to `number` queued samples, lowest first; those that have failed before come after all others.

        So a sample that ends its workers holds nothing up, and where the machine is at fault different samples tell.
        """
        rows: list[SampleRow] = []
        for failed in ("failures = '{}'", "failures != '{}'"):
            where = f"WHERE state = {int(SampleState.QUEUED)} AND {failed} ORDER BY idx LIMIT ?"
            rows += self._rows(where, (number - len(rows),)) if len(rows) < number else ()
        return self._leased(rows)

    def in_force(self, lease: Lease) -> bool:
        """Return whether a lease still gives the right to report."""
        return self._held(lease) is not None

    def lease_again(self, index: int) -> Lease | None:
        """Lease one sample if it is queued."""
        row = self.row(index)
        return self._leased([row])[0] if row.state == SampleState.QUEUED else None

    def written(self, lease: Lease, key: str, size: int, ms: int) -> bool:
        """Note that a sample's files lie on the disk. False: the lease was no longer in force, and nothing changed."""
        row = self._held(lease)
        if row is None:
            return False
        state = SampleState.WRITTEN
        done = SampleRow(row.index, state, row.attempt, row.token, "", "", key, size, ms, row.failures)
        self._put([done], synced=False)
        return True

    def settle_written(self) -> int:
        """Make every written sample done: its folders have been synced. Return how many."""
        rows = list(self.rows(SampleState.WRITTEN))
        self._put(moved(row, SampleState.DONE) for row in rows)
        return len(rows)

    def failed(self, lease: Lease, cause: Cause, reason: str, then: SampleState, key: str = "") -> bool:
        """Note a failure and where the sample goes (QUEUED, FAILED, QUARANTINED). False as in `written`."""
        row = self._held(lease)
        if row is None:
            return False
        counted = {**row.failures, cause: row.failures.get(cause, 0) + 1}
        self._put([SampleRow(row.index, then, row.attempt, row.token, cause, reason, key or row.key, 0, 0, counted)])
        return True

    def give_back(self, lease: Lease) -> bool:
        """Queue a leased sample again without counting a failure. False as in `written`."""
        row = self._held(lease)
        if row is None:
            return False
        self._put([moved(row, SampleState.QUEUED)], synced=False)
        return True

    def requeue(self, indices: Iterable[int]) -> None:
        """Queue samples again whose files are not there any more."""
        self._put(moved(self.row(i), SampleState.QUEUED) for i in indices)

    def adopt(self, found: Iterable[tuple[int, str, int]]) -> None:
        """Note samples, given as (number, key, bytes), as done whose files lie there whole."""
        rows = ((self.row(index), key, size) for index, key, size in found)
        state = SampleState.DONE
        self._put(
            SampleRow(r.index, state, r.attempt, r.token, "", "", key, size, r.ms, r.failures) for r, key, size in rows
        )

    def again(self, *states: SampleState) -> int:
        """Queue every sample in these states again, its failures forgotten; return how many."""
        rows = list(self.rows(*states))
        self._put(SampleRow(r.index, SampleState.QUEUED, r.attempt, r.token, "", "", "", 0, 0, {}) for r in rows)
        return len(rows)

    # --- the rows --------------------------------------------------------------------------

    def _leased(self, rows: Sequence[SampleRow]) -> list[Lease]:
        if not rows:
            return []
        token = int(self.fact("token"))
        leases = [Lease(row.index, row.attempt + 1, token + k + 1) for k, row in enumerate(rows)]
        with Commit(self._db, synced=False):
            _set_fact(self._db, "token", token + len(rows))
            self._write(
                SampleRow(r.index, SampleState.LEASED, x.attempt, x.token, r.cause, r.reason, r.key, 0, 0, r.failures)
                for r, x in zip(rows, leases, strict=True)
            )
        return leases

    def _held(self, lease: Lease) -> SampleRow | None:
        row = self.row(lease.index)
        return row if row.state == SampleState.LEASED and row.token == lease.token else None

    def _put(self, rows: Iterable[SampleRow], *, synced: bool = True) -> None:
        with Commit(self._db, synced=synced):
            self._write(rows)

    def _write(self, rows: Iterable[SampleRow]) -> None:
        places = "state=?, attempt=?, token=?, cause=?, reason=?, key=?, bytes=?, ms=?, failures=?, crc=?"
        self._db.executemany(f"UPDATE samples SET {places} WHERE idx=?", ((*s[1:], s[0]) for s in map(sealed, rows)))

    def _all(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise trouble(self.folder / DATABASE, error) from error

    def _rows(self, where: str, values: tuple[Any, ...] = ()) -> Iterator[SampleRow]:
        for found in self._all(f"SELECT {COLUMNS}, crc FROM samples {where}", values):
            row = unsealed(found)
            if row is None:
                raise DamagedError(f"{self.folder / DATABASE}: sample {found[0]} does not fit its checksum")
            yield row

    def _audit(self) -> None:
        """Refuse a database of which any page, row or number is not as it was written."""
        told = self._all("PRAGMA integrity_check(1)")
        if told != [("ok",)]:
            raise DamagedError(f"{self.folder / DATABASE}: {told[0][0]}")
        if self.fact("version") != _VERSION or self.fact("snapshot") != self.snapshot.id:
            raise DamagedError(f"{self.folder / DATABASE}: it is of another job or version")
        for (name,) in self._all("SELECT name FROM facts"):
            self.fact(name)
        numbers = iter(self.snapshot.own)
        for row in self.rows():
            if row.index != next(numbers, None):
                raise DamagedError(
                    f"{self.folder / DATABASE}: sample {row.index} is not of this job, or one is missing"
                )
        if next(numbers, None) is not None:
            raise DamagedError(f"{self.folder / DATABASE}: samples are missing")


def read_snapshot(folder: Path) -> JobSnapshot:
    """Return the snapshot of a job's folder.

    Raises
    ------
    InputError
        It is missing or was changed.
    """
    path = folder / SNAPSHOT
    if not path.is_file():
        raise InputError(Problem(str(path), "the job's snapshot is not there"))
    return snapshot_from_text(path.read_text(encoding="utf-8"))


def _set_fact(connection: sqlite3.Connection, name: str, value: Any) -> None:
    text = json.dumps(value, sort_keys=True)
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?,?,?)", (name, text, crc((name, text))))
