"""Holds the calls of a host process to their limits, and tells why a process is gone.

It measures from outside, so that nothing inside the process can deceive it; it ends nothing by itself.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from myriorama.plugins.faults import Cause
from myriorama.plugins.hosting.framing import CONNECTION_CLOSED
from myriorama.plugins.hosting.limits import Limits

if TYPE_CHECKING:
    from myriorama.plugins.hosting.chamber import Chamber


class Lost(Exception):
    """The host process gave no answer and is ended."""

    def __init__(self, cause: Cause, message: str, way_out: str = "") -> None:
        self.cause, self.way_out = cause, way_out
        super().__init__(message)


def out_of_memory_kills() -> int:
    """Return how many processes the kernel has ended for want of memory since it started; 0 where it does not tell."""
    try:
        for row in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if row.startswith("oom_kill "):
                return int(row.split()[1])
    except (OSError, ValueError):
        pass
    return 0


def ending(code: int | None, *, memory_ran_out: bool = False) -> tuple[Cause, str, str]:
    """Return cause, sentence and way out of a process that is gone, or has closed its pipe (None)."""
    if code is None or code == CONNECTION_CLOSED:
        return "exited", "it closed the connection of its process to the program", "close only what you opened"
    if code >= 0:
        return "exited", f"it ended its own process (exit code {code})", "raise an exception instead, or return"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGXCPU":
        return "cpu", "it used more processor time than one call may use", ""
    if name == "SIGXFSZ":
        return "file_size", "it wrote a file larger than plugins may write", ""
    if name == "SIGKILL" and memory_ran_out:
        return "memory", "the system ended its process because the machine's memory ran out", ""
    words = {
        "SIGSEGV": "a segmentation fault: memory was used that is not its own",
        "SIGABRT": "abort() was called",
        "SIGBUS": "a bus error",
        "SIGFPE": "an arithmetic error in native code",
        "SIGILL": "an illegal instruction",
        "SIGKILL": "from outside: by a person, or by another program",
    }
    told = f" ({words[name]})" if name in words else ""
    return "killed", f"its process was ended by {name}{told}", "look for native code that it calls"


class Watch:
    """Holds one call to its limits.

    Parameters
    ----------
    wall_s : float
        How long it may take.

    Attributes
    ----------
    until_s : float
        On the monotonic clock: when its time is over.
    """

    def __init__(self, chamber: Chamber, limits: Limits, wall_s: float) -> None:
        self._chamber, self._limits, self._wall_s = chamber, limits, wall_s
        self.until_s = time.monotonic() + wall_s
        self._began_cpu_s: float | None = None

    def check(self) -> None:
        """Raise `Lost` where a limit is reached. Called now and then while nothing comes."""
        limits = self._limits
        chamber = self._chamber
        if chamber.flood_bytes > limits.flood_mb * 2**20:
            raise chamber.lose(
                "output", f"it printed more than {limits.flood_mb} MB in one call", "print less, or nothing"
            )
        if chamber.overfull(limits.file_mb * 2**20):
            raise chamber.lose_running(
                "file_size", f"it filled its temporary folder with more than {limits.file_mb} MB"
            )
        used_s = _cpu_s(chamber.pid)
        if self._began_cpu_s is None:
            self._began_cpu_s = used_s
        spent_s = used_s - self._began_cpu_s
        if spent_s > limits.cpu_s:
            raise chamber.lose_running(
                "cpu",
                f"it used more than {limits.cpu_s:g} s of processor time in one call",
                "make it do less for these values, or lower their limits",
            )
        if time.monotonic() > self.until_s:
            waited = "" if 2 * spent_s > self._wall_s else f" (it computed {spent_s:.1f} s and waited the rest)"
            raise chamber.lose_running("timeout", f"it gave no answer within {self._wall_s:g} s{waited}")


def _cpu_s(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
