"""A file that says "this process lives": locked by the system, so that it is free the moment the process ends.

It guards nothing but its own name, and waits for nobody.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO


class Lock:
    """A lock that is held; `take` makes one."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path = path
        self._stream = stream

    @classmethod
    def take(cls, path: Path) -> Lock | None:
        """Return the lock of a file, made where it is not there yet; None where another process holds it.

        Raises
        ------
        OSError
            The file can be neither made nor opened.
        """
        stream = path.open("a+b")
        if not _locked(stream) or not _is_at(stream, path):
            stream.close()
            return None
        stream.truncate(0)
        stream.write(str(os.getpid()).encode())  # for people who look; nothing reads it back
        stream.flush()
        return cls(path, stream)

    def release(self) -> None:
        """Give it back, and take its file away."""
        if self._stream.closed:
            return
        if sys.platform == "win32":  # a file that is open cannot be taken away there
            self._stream.close()
            self.path.unlink(missing_ok=True)
        else:
            self.path.unlink(missing_ok=True)
            self._stream.close()


def _locked(stream: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_at(stream: IO[bytes], path: Path) -> bool:
    """Say whether the open file still has its name: whoever held it before may have taken it away."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False
