"""Named points at which a test can make the program fail: kill, disk full, I/O error, delay.

Armed by an environment variable alone (``MYRIORAMA_FAULT=name:nth:what``); without it a point costs one comparison.
It invents no failure of its own.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from typing import Final

VARIABLE: Final = "MYRIORAMA_FAULT"
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


arm(os.environ.get(VARIABLE, ""))
