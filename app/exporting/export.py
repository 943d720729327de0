"""One export: what it was asked for, where it stands, what became of it.

The window's thread never waits for it; the work is done by a process of its own.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from myriorama.app.dataset.layout import partial_of
from myriorama.app.exporting.leftovers import discard_leftovers
from myriorama.app.exporting.running import Running
from myriorama.app.exporting.settings import ExportSettings, Source, to_json
from myriorama.app.observable import Observable, Post
from myriorama.scenes.errors import Problem

Status = Literal["starting", "running", "verifying", "cancelling", "finished", "failed", "cancelled"]
ENDED: Final = ("finished", "failed", "cancelled")
_RATES_KEPT: Final = 2000


@dataclass(frozen=True)
class Outcome:
    """What a finished export made.

    Attributes
    ----------
    quarantined : tuple of (int, tuple of str)
        Sample number and reasons; the first of `quarantined_count`.
    findings : tuple of str
        What verifying found wrong; empty for a sound dataset.
    digest : str
        SHA-256 over all of it, from its manifest.
    """

    folder: Path
    written: int
    quarantined: tuple[tuple[int, tuple[str, ...]], ...]
    quarantined_count: int
    refused: Mapping[str, int]
    seconds: float
    bytes: int
    files: int
    annotations: int
    findings: tuple[str, ...]
    sound: bool
    digest: str


@dataclass(frozen=True)
class ExportState:
    """Where an export stands.

    Attributes
    ----------
    done, total : int
        Samples; files while verifying.
    bytes : int
        On disk so far.
    message : str
        Why it failed or ended, for people.
    unfinished : str
        The partial folder that it left, empty where there is none.
    """

    status: Status = "starting"
    done: int = 0
    total: int = 0
    failed: int = 0
    images_per_s: float = 0.0
    seconds_left: float | None = None
    bytes: int = 0
    message: str = ""
    unfinished: str = ""
    problems: tuple[Problem, ...] = ()
    outcome: Outcome | None = None
    rates: tuple[tuple[float, float], ...] = field(default=(), compare=False)
    """(seconds since the start, images a second), oldest first."""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1; verifying counts as the last twentieth."""
        share = self.done / self.total if self.total else 0.0
        if self.status == "verifying":
            return 0.95 + 0.05 * share
        return 1.0 if self.status == "finished" else 0.95 * share


class ExportJob:
    """An export that runs.

    Parameters
    ----------
    post : callable
        Brings calls to the thread of the models.
    resume : bool
        Go on with the partial folder that the same export has left.

    Attributes
    ----------
    state : Observable of ExportState
    """

    def __init__(self, settings: ExportSettings, source: Source, post: Post, *, resume: bool = False) -> None:
        self.settings = settings
        self.source = source
        self.state: Observable[ExportState] = Observable(ExportState(total=settings.total))
        self._started_s = time.perf_counter()
        request = {"type": "export", "settings": to_json(settings), "source": asdict(source), "resume": resume}
        self._running = Running(request, post, self._on_message, self._on_ended)

    @property
    def pid(self) -> int | None:
        """Of its process while it lives."""
        return self._running.pid

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._started_s

    def cancel(self, *, discard: bool) -> None:
        """Stop after the samples that are being made; `discard` deletes what was written.

        Verifying is not stopped: the dataset is complete by then.
        """
        if self.state.value.status not in ("starting", "running"):
            return
        self.state.update(lambda s: replace(s, status="cancelling", seconds_left=None))
        self._running.tell({"type": "cancel", "discard": discard})

    def kill(self) -> None:
        """End it at once; what it wrote stays in the partial folder."""
        self._running.kill()

    def wait(self) -> None:
        """Wait a few seconds for its process to end."""
        self._running.wait()

    def discard_unfinished(self) -> None:
        """Delete the partial folder that an export which failed or was cancelled has left."""
        if self.state.value.ended and self.state.value.status != "finished":
            discard_leftovers(self.settings.folder, self.source.queue_folder)
            self.state.update(lambda s: replace(s, unfinished=""))

    def _on_message(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "progress":
            self._on_progress(message)
        elif kind == "verifying":
            done, total = message["done"], message["total"]
            self.state.update(lambda s: replace(s, status="verifying", done=done, total=total, seconds_left=None))
        elif kind == "finished":
            outcome = _outcome(message)
            self.state.update(lambda s: replace(s, status="finished", outcome=outcome, bytes=outcome.bytes))
        elif kind == "cancelled":
            told = f"stopped after {message['done']} of {self.settings.total} samples"
            where = message["unfinished"]
            self.state.update(lambda s: replace(s, status="cancelled", message=told, unfinished=where))
        elif kind == "failed":
            problems = tuple(Problem(**p) for p in message["problems"])
            self._fail(message["text"], problems)

    def _on_progress(self, message: dict[str, Any]) -> None:
        told = {k: message[k] for k in ("done", "total", "failed", "images_per_s", "seconds_left", "bytes")}
        rates = self.state.value.rates
        if told["done"] > 1:  # the first one carries the start-up
            rates = (*rates, (self.elapsed_s, told["images_per_s"]))
        if len(rates) > _RATES_KEPT:
            rates = rates[::2]
        cancelling = self.state.value.status == "cancelling"
        if cancelling:
            told["seconds_left"] = None
        status: Status = "cancelling" if cancelling else "running"
        self.state.update(lambda s: replace(s, status=status, rates=rates, **told))

    def _on_ended(self, code: int) -> None:
        if self.state.value.ended:
            return
        reason = f"signal {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        done, total = self.state.value.done, self.settings.total
        if self.state.value.status == "verifying":
            done = total
        self._fail(f"the export's process ended by itself ({reason}) after {done} of {total} samples", ())

    def _fail(self, text: str, problems: tuple[Problem, ...]) -> None:
        partial = partial_of(self.settings.folder)
        left = str(partial) if partial.is_dir() else ""
        self.state.update(lambda s: replace(s, status="failed", message=text, problems=problems, unfinished=left))


def _signal_name(number: int) -> str:
    try:
        return f"{number}, {signal.Signals(number).name}"
    except ValueError:
        return str(number)


def _outcome(message: dict[str, Any]) -> Outcome:
    told = {k: v for k, v in message.items() if k != "type"}
    quarantined = tuple((index, tuple(reasons)) for index, reasons in told.pop("quarantined"))
    folder, findings = Path(told.pop("folder")), tuple(told.pop("findings"))
    return Outcome(folder=folder, findings=findings, quarantined=quarantined, **told)
