"""The one way in which a job's database is opened, committed to, and found to be broken.

It knows SQLite and no table. Locked is not broken, and neither is a full disk.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from myriorama.app.dataset import faults
from myriorama.scenes.errors import MyrioramaError

_MAGIC: Final = b"SQLite format 3\0"
LOCKED_FOR_S: Final = 60.0
"""How long another process may hold a database before that is an error."""


class DamagedError(MyrioramaError):
    """A database does not hold together; nothing of it may be believed."""


class BusyError(MyrioramaError):
    """A database is locked by another process for longer than anyone should. Nothing is wrong with it."""


class Commit:
    """A transaction that is durable when the block ends, or did not happen.

    Parameters
    ----------
    synced : bool
        False leaves its durability to the next one: a crash of the machine may undo it whole, never in part. For what
        every resume finds out anew, such as who works on what.
    """

    def __init__(self, connection: sqlite3.Connection, *, synced: bool = True) -> None:
        self._db = connection
        self._synced = synced

    def __enter__(self) -> None:
        if not self._synced:
            self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                faults.point("database.before_commit")
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # not committed, for one reason or another
                self._db.execute("ROLLBACK")
            if not self._synced:
                self._db.execute("PRAGMA synchronous=FULL")
        if kind is None:
            faults.point("database.after_commit")


def connect(path: Path) -> sqlite3.Connection:
    """Open a database, or make one, with a write-ahead log and full synchronisation."""
    connection = sqlite3.connect(path, timeout=LOCKED_FOR_S, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open a database that is there and can be written.

    Raises
    ------
    DamagedError
        It is missing, not a database, or write-protected.
    BusyError
        Another process holds it locked.
    """
    if not path.is_file():
        raise DamagedError(f"{path} is not there")
    with path.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise DamagedError(f"{path}: it is not a database")  # told before SQLite makes one of it
    try:
        connection = connect(path)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise trouble(path, error) from error
    try:
        connection.execute("SELECT COUNT(*) FROM facts").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE facts SET value = value")  # tells now whether it can be written at all
        connection.execute("ROLLBACK")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise trouble(path, error) from error
    return connection


def trouble(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> Exception:
    """Return an error of SQLite as one of ours; a full disk and one that fails stay what they are.

    Of a damaged schema even SQLite's message may not be text, which Python tells in its own way.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    kind = code & 0xFF  # the low byte is the primary code
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(f"{path}: another program holds it locked")
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and code != sqlite3.SQLITE_IOERR_SHORT_READ):
        return error
    return DamagedError(f"{path}: {error}")
