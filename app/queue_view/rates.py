"""Images a second of each job over the time that somebody watched, for small plots. It is kept in memory alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from myriorama.app.queue_view.figures import JobFigures

_KEPT: Final = 600


class RateLog:
    """(seconds, images a second) of every job that was seen to move.

    Parameters
    ----------
    clock : callable
        Seconds, rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, list[tuple[float, float]]] = {}
        self._told: dict[str, tuple[int, float]] = {}

    def take(self, rows: Sequence[JobFigures]) -> None:
        """Note how fast each job is now; jobs that are gone are forgotten."""
        now_s = self._clock()
        known = {row.id for row in rows}
        for gone in self._held.keys() - known:
            del self._held[gone]
        for row in rows:
            told = (row.done, row.images_per_s)
            if not row.images_per_s or self._told.get(row.id) == told:
                continue
            self._told[row.id] = told
            held = self._held.setdefault(row.id, [])
            held.append((now_s, row.images_per_s))
            if len(held) > _KEPT:
                del held[: -_KEPT // 2 : 2]  # thin out the older half, so that the whole run stays in view

    def of(self, job: str) -> tuple[tuple[float, float], ...]:
        """Return (seconds since the first, images a second), oldest first."""
        held = self._held.get(job, ())
        first_s = held[0][0] if held else 0.0
        return tuple((moment - first_s, rate) for moment, rate in held)
