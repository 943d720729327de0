"""What a driver counts while it drives: rates, time left, causes, stages. JSON-able, kept in the job's database.

It judges nothing.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any, Final

from myriorama.app.production.messages import Outcome
from myriorama.app.render_queue.states import CAUSES, Cause, SampleState

_RECENT: Final = 200


class Tally:
    """Counts of one drive.

    Attributes
    ----------
    stage : str
        ``rendering`` or ``finalizing``.
    hold : str
        Why nothing moves; empty where it does.
    forecast_error : float or None
        How far the pre-flight's time was off, as a share of it; known at the end.
    """

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self.failed = 0
        self.stage = "rendering"
        self.hold = ""
        self.forecast_error: float | None = None
        self.bytes = 0
        self.workers: tuple[tuple[int, int], ...] = ()
        self.refused: Counter[str] = Counter()
        self.placed_short: Counter[str] = Counter()
        self.timings_ms: dict[str, float] = {}
        self.causes: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self._moments: deque[float] = deque(maxlen=_RECENT)
        self._took_s: deque[float] = deque(maxlen=_RECENT)
        self._began = time.monotonic()
        self._made = 0

    def begin(self, total: int, counts: Mapping[SampleState, int]) -> None:
        """Start from where the job stands."""
        self.total = total
        self.stand(counts)
        self._began = time.monotonic()
        self._moments.append(self._began)

    def stand(self, counts: Mapping[SampleState, int]) -> None:
        """Take what is done and failed from the database."""
        self.done = counts[SampleState.DONE]
        self.failed = counts[SampleState.QUARANTINED] + counts[SampleState.FAILED]

    def made(self, outcome: Outcome | None, size: int, took_ms: int) -> None:
        """Count a sample that was written."""
        self.done += 1
        self._made += 1
        self.bytes += size
        self._moments.append(time.monotonic())
        if outcome is not None:
            self._took_s.append(took_ms / 1000.0)
            self._add(outcome)

    def quarantined(self, cause: Cause, outcome: Outcome) -> None:
        """Count a sample that is kept apart."""
        self.failed += 1
        self.causes[cause] += 1
        self._moments.append(time.monotonic())
        self._add(outcome)

    def again(self, cause: Cause) -> None:
        """Count a sample that is tried again."""
        self.retries[cause] += 1

    @property
    def recent_s(self) -> tuple[float, ...]:
        """Wall seconds of the last samples."""
        return tuple(self._took_s)

    @property
    def elapsed_s(self) -> float:
        """Wall seconds of this drive."""
        return time.monotonic() - self._began

    @property
    def bytes_each(self) -> float:
        """Mean size of a sample; 0 before the first."""
        return self.bytes / self._made if self._made else 0.0

    @property
    def images_per_s(self) -> float:
        """The rate of the last samples: the first ones carry the start-up."""
        if len(self._moments) < 2:
            return 0.0
        elapsed = self._moments[-1] - self._moments[0]
        return (len(self._moments) - 1) / elapsed if elapsed > 0 else 0.0

    @property
    def seconds_left(self) -> tuple[float, float] | None:
        """Time left and its spread (one standard deviation of the mean rate, times what is left); None: unknown."""
        left = max(0, self.total - self.done - self.failed)
        if len(self._moments) < 3:
            return None
        gaps = [b - a for a, b in zip(self._moments, list(self._moments)[1:], strict=False)]
        mean = sum(gaps) / len(gaps)
        variance = sum((g - mean) ** 2 for g in gaps) / max(len(gaps) - 1, 1)
        return mean * left, (variance / len(gaps)) ** 0.5 * left + (variance * left) ** 0.5

    def causes_told(self) -> str:
        """Return the causes of failures, most frequent first, in words."""
        return ", ".join(f"{CAUSES[c]} ({n})" for c, n in self.causes.most_common() if c in CAUSES)  # type: ignore[index]

    def to_json(self) -> dict[str, Any]:
        """Return what the job's database keeps of it."""
        left = self.seconds_left
        return {
            "total": self.total,
            "done": self.done,
            "failed": self.failed,
            "stage": self.stage,
            "hold": self.hold,
            "bytes": self.bytes,
            "elapsed_s": self.elapsed_s,
            "forecast_error": self.forecast_error,
            "workers": [list(w) for w in self.workers],
            "images_per_s": self.images_per_s,
            "seconds_left": None if left is None else left[0],
            "seconds_spread": None if left is None else left[1],
            "refused": dict(self.refused),
            "placed_short": dict(self.placed_short),
            "timings_ms": dict(self.timings_ms),
            "causes": dict(self.causes),
            "retries": dict(self.retries),
        }

    def _add(self, outcome: Outcome) -> None:
        self.refused.update(outcome.refused)
        self.placed_short.update(outcome.placed_short)
        for stage, spent in outcome.timings_ms.items():
            self.timings_ms[stage] = self.timings_ms.get(stage, 0.0) + spent
