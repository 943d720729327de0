"""The pre-flight of a job: its own first samples, taken from all over it, tell what the rest will cost.

Nothing that it makes is thrown away, and it decides nothing but whether there is room.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.render_queue.rows import SampleRow
from myriorama.app.render_queue.states import Cause, SampleState
from myriorama.app.render_queue.tally import Tally

SAMPLES: Final = 16
_WORTH_IT: Final = 4 * SAMPLES
_MARGIN: Final = 1.05
_LOST_WITH_WORKER: Final[frozenset[Cause]] = frozenset({"signal", "device", "stuck"})


@dataclass(frozen=True)
class Forecast:
    """What a job is expected to cost; `seconds` is from its beginning to its end."""

    samples: int
    bytes: int
    seconds: float
    failing: int
    free_bytes: int

    @property
    def fits(self) -> bool:
        """There is room for all of it, with a margin of 5 %."""
        return self.bytes * _MARGIN <= self.free_bytes

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def leading(samples: SampleSet) -> tuple[int, ...]:
    """Return the samples that a job makes first: 16 spread over it; none where the job is small."""
    total = len(samples)
    if total < _WORTH_IT:
        return ()
    wanted = {round(k * (total - 1) / (SAMPLES - 1)) for k in range(SAMPLES)}
    return tuple(number for place, number in enumerate(samples) if place in wanted)


def awaited(leading_rows: Iterable[SampleRow], made: int) -> list[int]:
    """Return the samples that the pre-flight still waits for. One lost with its worker comes last, if any was made.

    Else the whole crew would stand idle for the few that are left, and these be lost for good where workers die for
    reasons of their own.

    Parameters
    ----------
    made : int
        How many samples of the job are done.
    """
    unsettled = [r for r in leading_rows if r.state in (SampleState.QUEUED, SampleState.LEASED)]
    return [r.index for r in unsettled if made == 0 or not _LOST_WITH_WORKER & r.failures.keys()]


def forecast(tally: Tally, folder: Path) -> Forecast:
    """Return what a job will cost, from what its first samples did."""
    left = max(0, tally.total - tally.done - tally.failed)
    rate = tally.images_per_s
    return Forecast(
        samples=tally.done + tally.failed,
        bytes=int(tally.bytes_each * left),
        seconds=tally.elapsed_s + (left / rate if rate > 0 else 0.0),
        failing=tally.failed,
        free_bytes=shutil.disk_usage(folder).free,
    )
