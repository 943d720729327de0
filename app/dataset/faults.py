"""Named points at which a test can make the program fail: kill, disk full, I/O error, delay; and a budget of bytes.

Armed by environment variables alone (``MYRIORAMA_FAULT=name:nth:what``, ``MYRIORAMA_BYTE_BUDGET=bytes``); without them
a point costs one comparison. It invents no failure of its own.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from typing import Final

VARIABLE: Final = "MYRIORAMA_FAULT"
BUDGET: Final = "MYRIORAMA_BYTE_BUDGET"
POINTS: Final = (
    "file.before_write",
    "file.after_write",
    "file.before_fsync",
    "file.after_fsync",
    "file.before_rename",
    "file.after_rename",
    "folder.before_fsync",
    "folder.after_fsync",
    "receipt.before_write",
    "receipt.after_rename",
    "database.before_commit",
    "database.after_commit",
    "finalize.before_manifest",
    "finalize.after_manifest",
    "finalize.before_rename",
    "finalize.after_rename",
)
WHAT: Final = ("kill", "ENOSPC", "EIO", "sleep")

_armed: tuple[str, int, str] | None = None
_hits = 0
_bytes_left: int | None = None


def arm(text: str) -> None:
    """Arm one point from a text ``name:nth:what``; empty disarms.

    Raises
    ------
    ValueError
        No such point or failure.
    """
    global _armed, _hits
    _hits = 0
    if not text:
        _armed = None
        return
    name, nth, what = text.split(":")
    if name not in POINTS or what not in WHAT or int(nth) < 1:
        raise ValueError(f"{VARIABLE}={text}: points are {', '.join(POINTS)}; failures are {', '.join(WHAT)}")
    _armed = (name, int(nth), what)


def point(name: str) -> None:
    """Fail here if a test armed this point and this is the hit it asked for."""
    global _hits
    if _armed is None or _armed[0] != name:
        return
    _hits += 1
    if _hits != _armed[1]:
        return
    if _armed[2] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif _armed[2] == "sleep":
        time.sleep(60.0)
    else:
        code = getattr(errno, _armed[2])
        raise OSError(code, f"{os.strerror(code)} (fault point {name})")


def budget(left: int | None) -> None:
    """Let this process write so many more bytes of files, as if the disk were full then; None lifts it."""
    global _bytes_left
    _bytes_left = left


def spend(number: int) -> None:
    """Account for bytes that are about to be written.

    Raises
    ------
    OSError
        A test gave a budget, and this is more than what is left of it.
    """
    global _bytes_left
    if _bytes_left is None:
        return
    if number > _bytes_left:
        raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)} (byte budget)")
    _bytes_left -= number


arm(os.environ.get(VARIABLE, ""))
budget(int(os.environ[BUDGET]) if os.environ.get(BUDGET) else None)
