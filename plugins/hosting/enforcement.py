"""What this system can hold a plugin to, told for people: the trust dialog, ``plugin info`` and ``doctor`` show it.

It asks the system; it puts nothing in force.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache

from myriorama.plugins.hosting import landlock, seccomp
from myriorama.plugins.hosting.limits import Limits


@dataclass(frozen=True)
class Enforcement:
    """One promise.

    Attributes
    ----------
    name : str
        ``memory``, ``processor time``, ``wall time``, ``file size``, ``network``, ``files``, ``other programs``.
    kept : bool
        Whether the system itself enforces it here; if not, a plugin that means harm can get around it.
    how : str
        One sentence.
    """

    name: str
    kept: bool
    how: str


@cache
def enforced(limits: Limits | None = None) -> tuple[Enforcement, ...]:
    """Return what is enforced on this system, in the order in which it is shown."""
    bounds = limits or Limits()
    posix = sys.platform != "win32"
    linux = sys.platform == "linux"
    calls = seccomp.available()
    walls = landlock.version()
    honest = "only Python's own calls are refused; native code could get around that"
    return (
        Enforcement(
            "memory",
            linux,
            f"at most {bounds.memory_mb} MB of address space"
            if linux
            else "this system cannot bound a process's memory",
        ),
        Enforcement("processor time", True, f"ended after {bounds.cpu_s:g} s of processor time in one call"),
        Enforcement("wall time", True, f"ended when one call takes longer than {bounds.wall_s:g} s"),
        Enforcement(
            "file size",
            posix,
            f"no file larger than {bounds.file_mb} MB" if posix else "this system cannot bound the size of files",
        ),
        Enforcement("network", calls, "the kernel refuses all sockets (seccomp)" if calls else honest),
        Enforcement(
            "files",
            walls >= 1,
            "the kernel lets it write only in its temporary folder, and read only its own files and Python's "
            f"(Landlock {walls})"
            if walls >= 1
            else honest,
        ),
        Enforcement(
            "other programs",
            calls,
            "the kernel refuses new processes, and signals to others (seccomp)" if calls else honest,
        ),
    )
