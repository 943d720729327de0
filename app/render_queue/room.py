"""Full and failing disks: every way in which one shows becomes one, and what is needed is said in bytes.

It frees nothing.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from myriorama.app.amounts import size_text
from myriorama.app.render_queue.settlement import NoRoomError
from myriorama.scenes.errors import MyrioramaError

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_LOOK_EVERY_S: Final = 0.2
_AGAIN_AFTER_S: Final = 1.0
_AGAIN_AFTER_AT_MOST_S: Final = 30.0
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


@contextmanager
def told_plainly() -> Iterator[None]:
    """Have what a disk or a database does to a job told as an error of ours: what, and how to go on.

    Raises
    ------
    MyrioramaError
        In place of an OSError or an error of SQLite; a broken pipe is left to whoever wrote to it.
    """
    way_out = "what was made is kept: resume the job when this is mended"
    try:
        yield
    except BrokenPipeError:
        raise  # whoever watched is gone; that is not the disk's doing
    except NoRoomError as error:
        raise MyrioramaError(f"the disk is full ({error}); {way_out}") from error
    except OSError as error:
        raise MyrioramaError(f"a file could not be read or written: {error}; {way_out}") from error
    except sqlite3.Error as error:
        raise MyrioramaError(f"the job's database could not be used: {error}; {way_out}") from error


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

    def told(self, *folders: Path) -> str:
        """Return a sentence: which disk, how much is missing, and that nothing is to be done but to make room.

        Parameters
        ----------
        *folders : Path
            That are there and that the job writes into. The disks of those that lack room are named; where none does,
            the first one's.
        """
        short = [folder for folder in folders if shutil.disk_usage(folder).free < self.to_go_on] or list(folders[:1])
        disks = " and ".join(dict.fromkeys(str(disk_of(folder)) for folder in short))
        return (
            f"the disk is full ({disks}): about {size_text(self.to_finish)} are needed to finish, "
            f"{size_text(self.to_go_on)} to go on; make room there, and it goes on by itself"
        )


def disk_of(folder: Path) -> Path:
    """Return where the disk is mounted on which a folder lies, or would lie."""
    place = Path(os.path.realpath(folder))
    return next((p for p in (place, *place.parents) if os.path.ismount(p)), Path(place.anchor or place))


class Patience:
    """How to wait for room: look often; where the disk says that there is room, and there is none, try ever less often.

    Parameters
    ----------
    folder : Path
        On the disk in question.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pause_s = _AGAIN_AFTER_S

    def rewarded(self) -> None:
        """Something could be written."""
        self._pause_s = _AGAIN_AFTER_S

    def wait(self, wanted_bytes: int, go_on: Callable[[], bool]) -> bool:
        """Return True when so much is free, or False when `go_on`, which is asked often, says so."""
        until = time.monotonic() + self._pause_s
        self._pause_s = min(2.0 * self._pause_s, _AGAIN_AFTER_AT_MOST_S)
        while time.monotonic() < until or shutil.disk_usage(self._folder).free < wanted_bytes:
            if not go_on():
                return False
            time.sleep(_LOOK_EVERY_S)
        return True
