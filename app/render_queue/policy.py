"""What becomes of a sample that could not be made: again, again alone, quarantine, or the whole job waits.

Pure decisions from counts; whoever calls it acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from myriorama.app.render_queue.states import Cause

Verdict = Literal["again", "again alone", "quarantine", "pause"]

_TRIES: Final[Mapping[Cause, int]] = {
    "signal": 3,
    "device": 3,
    "memory": 2,
    "plugin": 2,
    "stuck": 2,
    "contract": 1,
    "refused": 1,
    "unwritable": 1,
    "asset": 1,
    "io": 3,
}
"""How often a sample may fail for a cause; at the last time it is quarantined."""

TRIES_ON_A_BAD_MACHINE: Final = 10
"""How often a sample may be lost by signal or device where this is hardly its fault."""

STUCK_AT_LEAST_S: Final = 30.0
STUCK_TIMES_P99: Final = 10.0
FAILURE_SHARE: Final = 0.05
FAILURE_WINDOW: Final = 200
FAILURES_AT_LEAST: Final = 10


def verdict(cause: Cause, failures: Mapping[Cause, int], *, outside: bool = False) -> Verdict:
    """Return what to do after a failure.

    Parameters
    ----------
    failures : mapping
        How often this sample has failed by cause, this time included.
    outside : bool
        The worker was killed from outside, or more than two different samples have lately been lost like this.
    """
    tries = _TRIES[cause]
    if outside and cause in ("signal", "device"):
        tries = TRIES_ON_A_BAD_MACHINE
    if failures.get(cause, 0) >= tries:
        return "quarantine"
    return "again alone" if cause == "memory" else "again"


@dataclass(frozen=True)
class FailureWindow:
    """How the last samples of a job ended, newest last: True where one could not be made. Tries do not count."""

    outcomes: tuple[bool, ...] = ()

    def add(self, failed: bool) -> FailureWindow:
        """Return the window with one more outcome."""
        return FailureWindow((*self.outcomes[-(FAILURE_WINDOW - 1) :], failed))

    @property
    def too_many(self) -> bool:
        """More than 5 % of the last 200 failed, and at least 10."""
        failed = sum(self.outcomes)
        return failed >= FAILURES_AT_LEAST and failed > FAILURE_SHARE * min(FAILURE_WINDOW, max(len(self.outcomes), 1))


def stuck_after_s(recent_s: tuple[float, ...]) -> float:
    """Return how long a worker may show no sign of life: 30 s, or ten times the 99th percentile of recent samples."""
    if not recent_s:
        return STUCK_AT_LEAST_S
    ordered = sorted(recent_s)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return max(STUCK_AT_LEAST_S, STUCK_TIMES_P99 * p99)
