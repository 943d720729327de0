"""Full disks: every way in which one shows becomes one, and what is needed is said in bytes.

It frees nothing.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from myriorama.app.render_queue.settlement import NoRoomError

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_AT_LEAST_BYTES: Final = 4 * 2**20


@contextmanager
def noticing_a_full_disk() -> Iterator[None]:
    """Raise NoRoomError where the disk is full, whoever met it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise NoRoomError(str(error)) from error
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        raise NoRoomError(str(error)) from error


@dataclass(frozen=True)
class Need:
    """What a job still needs.

    Attributes
    ----------
    to_go_on : int
        Bytes for the next few samples.
    to_finish : int
        Bytes for all that is left, as far as can be told.
    """

    to_go_on: int
    to_finish: int

    @staticmethod
    def of(bytes_each: float, left: int, workers: int) -> Need:
        """Return the need of `left` samples of this mean size."""
        go_on = max(_AT_LEAST_BYTES, int(bytes_each * 4 * workers))
        return Need(go_on, max(go_on, int(bytes_each * max(left, 1))))

    def met(self, folder: Path) -> bool:
        """Return whether the disk of a folder has room to go on."""
        return shutil.disk_usage(folder).free >= self.to_go_on

    def __str__(self) -> str:
        return f"the disk is full: about {self.to_finish:,} bytes are needed to finish, {self.to_go_on:,} to go on"
