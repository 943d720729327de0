"""Images a second of each job over the time that somebody watched, for small plots. It is kept in memory alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from myriorama.app.queue_view.figures import JobFigures

_KEPT: Final = 600
_WINDOW_S: Final = 6.0
_APART_S: Final = 0.9


@dataclass
class _Run:
    """What was seen of one job since it last began to move."""

    seen: list[tuple[float, int]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)


class RateLog:
    """(seconds, images a second) of every job that was seen to move, over the last few seconds at each moment.

    Parameters
    ----------
    clock : callable
        Seconds, rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._runs: dict[str, _Run] = {}

    def take(self, rows: Sequence[JobFigures]) -> None:
        """Note how far each job is now; jobs that are gone are forgotten."""
        now_s = self._clock()
        for gone in self._runs.keys() - {row.id for row in rows}:
            del self._runs[gone]
        for row in rows:
            settled = row.done + row.failed
            if not row.alive or not settled:
                if row.id in self._runs:
                    self._runs[row.id].seen.clear()
                continue
            run = self._runs.setdefault(row.id, _Run())
            if run.seen and now_s - run.seen[-1][0] < _APART_S:
                continue
            run.seen.append((now_s, settled))
            while len(run.seen) > 2 and now_s - run.seen[1][0] >= _WINDOW_S:
                del run.seen[0]
            if len(run.seen) > 1:
                (before_s, before), (after_s, after) = run.seen[0], run.seen[-1]
                run.points.append((now_s, max(0, after - before) / (after_s - before_s)))
            if len(run.points) > _KEPT:
                del run.points[: -_KEPT // 2 : 2]  # thin out the older half, so that the whole run stays in view

    def of(self, job: str) -> tuple[tuple[float, float], ...]:
        """Return (seconds since the first, images a second), oldest first."""
        run = self._runs.get(job)
        points = run.points if run is not None else []
        first_s = points[0][0] if points else 0.0
        return tuple((moment - first_s, rate) for moment, rate in points)
