"""The states of samples and jobs, and the words for them.

A job's state is always derived: from its samples' states, what was asked of it, and whether a driver lives.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final, Literal


class SampleState(IntEnum):
    """Where a sample stands. Numbers are stored; never renumber."""

    QUEUED = 0
    LEASED = 1
    WRITTEN = 2
    DONE = 3
    FAILED = 4
    QUARANTINED = 5


SETTLED: Final = (SampleState.DONE, SampleState.QUARANTINED)
"""Nothing more is to be done; FAILED waits for a person or a retry."""

Desired = Literal["run", "pause", "pause_now", "cancel"]
"""What a person asked of a job."""

JobState = Literal[
    "queued", "running", "pausing", "paused", "waiting for disk", "too many failures", "finalizing", "finished",
    "cancelled", "interrupted", "damaged",
]  # fmt: skip

Cause = Literal["", "signal", "device", "memory", "plugin", "stuck", "contract", "refused", "unwritable", "asset", "io"]
CAUSES: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        "": "",
        "signal": "the worker was ended from outside",
        "device": "the OpenGL device was lost",
        "memory": "out of memory",
        "plugin": "a plugin raised an error",
        "stuck": "nothing moved any more",
        "contract": "it broke the label contract",
        "refused": "no attempt was accepted",
        "unwritable": "a format cannot hold it",
        "asset": "a foreign file is of no use",
        "io": "a file could not be written",
    }
)


def job_state(
    counts: Mapping[SampleState, int], desired: Desired, *, alive: bool, hold: str = "", finished: bool = False
) -> JobState:
    """Return the word for a job.

    Parameters
    ----------
    counts : mapping
        Samples by state.
    alive : bool
        A driver works on it now.
    hold : str
        Why the driver itself stopped: "disk", "failures"; empty where it did not.
    finished : bool
        The dataset has its final name.
    """
    if finished:
        return "finished"
    if desired == "cancel":
        return "cancelled"
    if hold == "disk" and desired == "run":
        return "waiting for disk"
    if hold == "failures":
        return "too many failures"
    open_samples = sum(n for state, n in counts.items() if state not in SETTLED and state != SampleState.FAILED)
    if alive:
        if desired != "run":
            return "pausing"
        return "running" if open_samples else "finalizing"
    if desired != "run":
        return "paused"
    begun = any(n for state, n in counts.items() if state != SampleState.QUEUED)
    return "interrupted" if begun else "queued"
