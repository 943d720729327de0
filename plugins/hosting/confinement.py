"""Puts a process under limits that it cannot lift: memory, processor time, files, network, other processes.

Each layer that this system does not have is left out; `enforcement.enforced` says which.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path
from typing import Final

from myriorama.plugins.hosting.limits import Limits

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_SPARE_CPU_S: Final = 5
_SYSTEM: Final = (
    "/usr", "/lib", "/lib64", "/nix/store", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/mime.types",
)  # fmt: skip
_RUNTIME: Final = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/proc/self")


def die_with_parent(parent: int) -> None:
    """End when the thread that started this process ends; elsewhere the closed pipe does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def allow_no_new_privileges() -> bool:
    """Refuse this process ever to gain a right by starting a program; the layers of the kernel ask for it."""
    if sys.platform != "linux":
        return False
    return int(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) == 0


def readable_folders() -> tuple[str, ...]:
    """Return what Python itself reads: its prefixes, libraries and installed packages, and this program's code."""
    rooms = Path(__file__).resolve().parents[2]
    own = [str(rooms / room) for room in ("scenes", "plugins", "resources")]
    installed = [p for p in sys.path if p and os.path.isabs(p) and os.path.exists(p)]
    places = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *installed, *own, *_SYSTEM, *_RUNTIME]
    return tuple(dict.fromkeys(p for p in places if os.path.lexists(p) and os.path.realpath(p) != "/"))


def limit_resources(limits: Limits) -> None:
    """Bound memory, file size and open files of this process; no core dumps."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory_mb * 2**20)
    _lower(resource.RLIMIT_FSIZE, limits.file_mb * 2**20)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(kind: int, bound: int) -> None:
    _, hard = resource.getrlimit(kind)
    least = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    resource.setrlimit(kind, (least, least))


def begin_call(limits: Limits) -> None:
    """Set the last resort for one call, for when the program that watches it is gone: processor and wall time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + limits.cpu_s) + 1 + _SPARE_CPU_S
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, 2.0 * max(limits.wall_s, limits.whole_wall_s) + 30.0)


def end_call() -> None:
    """Take the wall timer of `begin_call` back."""
    signal.setitimer(signal.ITIMER_REAL, 0.0)


def confine(limits: Limits, scratch: str, root: str, *, kernel: bool) -> None:
    """Put this process under limits for good.

    Parameters
    ----------
    scratch : str
        The one folder that stays writable.
    root : str
        The plugin's own folder or file, which stays readable.
    kernel : bool
        Also close off files, network and other processes by the kernel.
    """
    limit_resources(limits)
    if kernel and allow_no_new_privileges():
        from myriorama.plugins.hosting import landlock, seccomp

        # Where the system has a layer, a plugin does not run without it.
        if landlock.version() and not landlock.restrict(readable=(*readable_folders(), root), writable=(scratch,)):
            raise OSError("the system has Landlock and would not close the files of a plugin's process")
        if seccomp.available() and not seccomp.restrict():
            raise OSError("the system has seccomp and would not close the network of a plugin's process")
