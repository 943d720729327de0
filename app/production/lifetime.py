"""Platform specifics of a worker process: dying with its parent, and how many threads it may use.

Only this file knows the operating system's calls for it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_THREAD_VARIABLES: Final = (
    "LP_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
_environment_lock: Final = threading.Lock()


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends; elsewhere the closed pipe does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            # the parent went before the request was made
            os._exit(1)


@contextlib.contextmanager
def without_interrupts() -> Iterator[None]:
    """Hold interrupts back; a process started meanwhile holds them back until `ignore_interrupts`."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_interrupts() -> None:
    """Leave it to the parent what an interrupt from the keyboard means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def hold_to_threads(threads: int) -> dict[str, str]:
    """Return the environment that holds software GL and numeric libraries to `threads` threads.

    It must be set before these libraries are loaded. One thread means none beside the caller for
    Mesa's rasteriser.
    """
    return {name: str(0 if name == "LP_NUM_THREADS" and threads == 1 else threads) for name in _THREAD_VARIABLES}


@contextlib.contextmanager
def holding_children_to_threads(threads: int) -> Iterator[None]:
    """Hold the libraries of processes that are started meanwhile to `threads` threads.

    A spawned child inherits the environment before any library is loaded; ours is as before when this ends.
    """
    with _environment_lock:
        wanted = hold_to_threads(threads)
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def usable_cores() -> int:
    """Return how many cores this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class HeldLock:
    """An exclusive lock on a file, held until `release` or until this process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


LOOKED_AT_S: Final = 0.2
"""Longer than anybody holds a lock only to see whether it is held."""


def try_lock(path: Path, *, patience_s: float = 0.0) -> HeldLock | None:
    """Take the lock of a file, which is made where it is missing; None where another process holds it.

    Parameters
    ----------
    patience_s : float
        Try for so long: who looks whether a lock is held holds it for a moment.
    """
    until_s = time.monotonic() + patience_s
    while True:
        held = _lock_once(path)
        if held is not None or time.monotonic() >= until_s:
            return held
        time.sleep(0.01)


def _lock_once(path: Path) -> HeldLock | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return HeldLock(descriptor)


def is_locked(path: Path) -> bool:
    """Return whether some process holds the lock of a file."""
    if not path.is_file():
        return False
    held = try_lock(path)
    if held is None:
        return True
    held.release()
    return False


def out_of_memory_kills() -> int:
    """Return how many processes of this one's control group the kernel has ended for want of memory; 0 if unknown."""
    for path in (Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control")):
        try:
            rows = dict(line.split() for line in path.read_text(encoding="ascii").splitlines())
            return int(rows.get("oom_kill", 0))
        except (OSError, ValueError):
            continue
    return 0
