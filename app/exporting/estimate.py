"""What an export will cost in time and disk, judged by a few samples that are really made in a temporary folder.

It promises nothing: every figure comes with a spread.
"""

from __future__ import annotations

import math
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from psygnal import Signal

from myriorama.app.exporting.running import Running
from myriorama.app.exporting.settings import ExportSettings, Source, to_json
from myriorama.app.observable import Post

_SAMPLES: Final = 4
_LEAST_SHARE: Final = 0.1
"""No figure from a few samples is better than this."""


@dataclass(frozen=True)
class Estimate:
    """What was measured.

    Attributes
    ----------
    start_s : float
        Until the first sample was there: processes start, shaders and models are made ready.
    step_s, step_spread_s : float
        From one sample to the next, all workers together; standard deviation of one step.
    after_s : float
        For each sample once all are made: files of the whole set, verifying.
    bytes_each, bytes_spread : float
        On disk for each sample.
    samples : int
        How many were made for it.
    troubles : tuple of str
        Why some of them could not enter a dataset.
    """

    start_s: float
    step_s: float
    step_spread_s: float
    after_s: float
    bytes_each: float
    bytes_spread: float
    samples: int
    troubles: tuple[str, ...] = ()

    def seconds(self, count: int) -> tuple[float, float]:
        """Return the expected duration of `count` samples and its spread, in seconds."""
        steps = max(0, count - 1)
        mean = self.start_s + steps * self.step_s + count * self.after_s
        of_mean = self.step_spread_s / math.sqrt(max(1, self.samples - 1))
        spread = math.hypot(steps * of_mean, math.sqrt(steps) * self.step_spread_s)
        return mean, max(spread, _LEAST_SHARE * mean)

    def bytes(self, count: int) -> tuple[float, float]:
        """Return the expected size of `count` samples and its spread, in bytes."""
        mean = count * self.bytes_each
        return mean, max(count * self.bytes_spread / math.sqrt(self.samples), 0.02 * mean)


def trial_of(settings: ExportSettings, folder: Path) -> ExportSettings:
    """Return an export of a few of the samples, spread over all of them, into another folder."""
    numbers = settings.numbers
    count = min(len(numbers), _SAMPLES + settings.workers - 1)
    chosen = {numbers[round(i * (len(numbers) - 1) / max(1, count - 1))] for i in range(count)}
    last = max(chosen)
    start = min(chosen)
    left_out = tuple(i for i in range(start, last + 1) if i not in chosen)
    return replace(settings, start=start, count=last - start + 1, left_out=left_out, folder=folder)


def estimate_from(message: Mapping[str, Any]) -> Estimate:
    """Return the estimate that a measurement gives."""
    moments, sizes = message["moments_s"], message["sizes"]
    steps = [b - a for a, b in zip(moments, moments[1:], strict=False)] or [moments[0]]
    each = [b - a for a, b in zip([0, *sizes], sizes, strict=False)]
    made = len(moments)
    return Estimate(
        start_s=moments[0],
        step_s=statistics.fmean(steps),
        step_spread_s=statistics.pstdev(steps),
        after_s=(message["finish_s"] + message["verify_s"]) / made,
        bytes_each=message["bytes"] / max(1, message["written"]),
        bytes_spread=statistics.pstdev(each),
        samples=made,
        troubles=tuple(message["reasons"]),
    )


class Estimator:
    """Measures in a process of its own; a new question takes the place of the one before.

    Attributes
    ----------
    ready : signal of (Estimate,)
    failed : signal of (str,)
        Why there is no estimate: what would keep the export itself from starting.
    """

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, post: Post) -> None:
        self._post = post
        self._generation = 0
        self._running: Running | None = None

    @property
    def busy(self) -> bool:
        """A measurement is under way."""
        return self._running is not None

    def ask(self, settings: ExportSettings, source: Source) -> None:
        """Measure these settings."""
        self.stop()
        self._generation += 1
        generation = self._generation
        room = tempfile.TemporaryDirectory(prefix="myriorama-estimate-", ignore_cleanup_errors=True)
        trial = trial_of(settings, Path(room.name) / "trial")
        aside = replace(source, queue_folder=str(Path(room.name) / "queue"))
        request = {"type": "measure", "settings": to_json(trial), "source": asdict(aside)}

        def heard(message: dict[str, Any]) -> None:
            if generation != self._generation:
                return
            if message["type"] == "measured":
                if message["written"]:
                    self._answer(estimate_from(message))
                else:
                    reason = message["reasons"][0] if message["reasons"] else "no sample could be made"
                    self._refuse(f"none of {len(message['moments_s'])} trial samples may enter a dataset: {reason}")
            elif message["type"] == "failed":
                self._refuse(message["text"])

        def ended(code: int) -> None:
            if generation == self._generation and self._running is not None:
                self._refuse(f"the trial's process ended by itself (code {code})")

        self._running = Running(request, self._post, heard, ended, room.cleanup)

    def stop(self) -> None:
        """Forget the question under way."""
        self._generation += 1
        if self._running is not None:
            self._running.kill()
            self._running = None

    def close(self) -> None:
        """Stop, and wait for the end."""
        running = self._running
        self.stop()
        if running is not None:
            running.wait()

    def _answer(self, estimate: Estimate) -> None:
        self._running = None
        self.ready.emit(estimate)

    def _refuse(self, text: str) -> None:
        self._running = None
        self.failed.emit(text)
