"""One export: what it was asked for, where it stands, what became of it.

It is a job of the render queue, seen from the sheet that asked for it: checked in a process of its own, made by the
queue's runner, verified at the end. The window's thread never waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from myriorama.app.dataset.layout import partial_of
from myriorama.app.exporting.leftovers import discard_leftovers
from myriorama.app.exporting.running import Running
from myriorama.app.exporting.settings import ExportSettings, Source, to_json
from myriorama.app.observable import Observable, Post
from myriorama.app.queue_view.background import InOrder
from myriorama.app.queue_view.figures import JobFigures, figures_of
from myriorama.app.queue_view.rates import RateLog
from myriorama.app.queue_view.verifying import Verifications
from myriorama.app.render_queue.jobs import JobEntry
from myriorama.app.render_queue.service import Glimpse, QueueService
from myriorama.app.render_queue.snapshot import snapshot_from_text
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import SampleRow
from myriorama.scenes.errors import InputError, Problem

Status = Literal[
    "starting", "waiting", "running", "held", "verifying", "cancelling", "finished", "failed", "cancelled"
]  # fmt: skip
ENDED: Final = ("finished", "failed", "cancelled")
_MOST_LISTED: Final = 200
_HELD: Final = ("paused", "pausing", "waiting for disk", "too many failures", "interrupted", "damaged")


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
    files: int = 0
    annotations: int = 0
    findings: tuple[str, ...] = ()
    sound: bool = False
    digest: str = ""


@dataclass(frozen=True)
class ExportState:
    """Where an export stands.

    Attributes
    ----------
    status : str
        ``waiting``: other jobs of the queue go first; ``held``: paused, or something is in its way.
    done, total : int
        Samples; files while verifying.
    bytes : int
        On disk so far.
    message : str
        Why it failed, waits or ended, for people.
    for_room : bool
        It is held because a disk is full, and goes on by itself.
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
    for_room: bool = False
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
    queue : QueueService
    verifications : Verifications
    orders : InOrder
        Does what may wait for the disk.
    post : callable
        Brings calls to the thread of the models.

    Attributes
    ----------
    state : Observable of ExportState
    job : str
        Its id in the queue; empty until it is checked.
    """

    def __init__(
        self,
        settings: ExportSettings,
        source: Source,
        queue: QueueService,
        verifications: Verifications,
        orders: InOrder,
        post: Post,
    ) -> None:
        self.settings = settings
        self.source = source
        self.job = ""
        self.state: Observable[ExportState] = Observable(ExportState(total=settings.total))
        self._queue = queue
        self._verifications = verifications
        self._orders = orders
        self._rates = RateLog()
        self._discard = False
        self._moved = False
        self._started_s = time.perf_counter()
        queue.changed.connect(self._on_queue)
        verifications.changed.connect(self._on_verified)
        request = {"type": "prepare", "settings": to_json(settings), "source": asdict(source)}
        self._checking = Running(request, post, self._on_message, self._on_checked)

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._started_s

    def close(self) -> None:
        """Look at it no more; the queue goes on with it."""
        self._queue.changed.disconnect(self._on_queue, missing_ok=True)
        self._verifications.changed.disconnect(self._on_verified, missing_ok=True)
        self._checking.kill()

    def cancel(self, *, discard: bool) -> None:
        """Give it up; `discard` deletes what was written.

        Verifying is not stopped: the dataset is complete by then.
        """
        if self.state.value.ended or self.state.value.status in ("verifying", "cancelling"):
            return
        self._discard = discard
        self._set(status="cancelling", seconds_left=None)
        if self.job:
            self._orders.do(lambda: self._queue.ask(self.job, "cancel"), self._on_asked, self._on_refused)
        else:
            self._checking.kill()

    def resume(self) -> None:
        """Go on with it where it was given up, failed or is held."""
        if self.job and self.state.value.status in ("cancelled", "failed", "held"):
            self._discard = self._moved = False
            self._set(status="waiting", message="", unfinished="", problems=())
            self._orders.do(lambda: self._queue.ask(self.job, "run"), self._on_asked, self._on_refused)

    def discard_unfinished(self) -> None:
        """Delete what an export that failed or was cancelled has left, and its place in the queue."""
        if self.state.value.ended and self.state.value.status != "finished":
            self.job = ""
            self._orders.do(self._delete, lambda _: self._set(unfinished=""), self._on_refused)

    # -- before it is in the queue ---------------------------------------------------------------------------------

    def _on_message(self, message: dict[str, Any]) -> None:
        if message["type"] == "prepared" and self.state.value.status == "starting":
            snapshot = snapshot_from_text(message["snapshot"])
            workers = self.settings.workers
            self._orders.do(lambda: self._queue.add(snapshot, workers=workers), self._on_added, self._on_refused)
        elif message["type"] == "failed":
            self._fail(message["text"], tuple(Problem(**p) for p in message["problems"]))

    def _on_checked(self, code: int) -> None:
        state = self.state.value
        if state.status == "cancelling" and not self.job:
            self._set(status="cancelled", message="stopped before the first sample")
        elif state.status == "starting" and code != 0:
            self._fail(f"the process that checks the export ended by itself (code {code})", ())

    def _on_added(self, entry: JobEntry) -> None:
        self.job = entry.id
        if self.state.value.status == "cancelling":
            self._orders.do(lambda: self._queue.ask(self.job, "cancel"), self._on_asked, self._on_refused)
        elif self.state.value.status == "cancelled":
            self._orders.do(self._delete, None, self._on_refused)
        else:
            self._set(status="waiting")
        self._queue.wake()

    # -- in the queue ----------------------------------------------------------------------------------------------

    def _on_asked(self, answer: object) -> None:
        self._queue.wake()

    def _on_queue(self, glimpses: tuple[Glimpse, ...]) -> None:
        if not self.job or self.state.value.status in (*ENDED, "verifying"):
            return
        found = next((g for g in glimpses if g.view.entry.id == self.job), None)
        if found is None:
            if self._moved or self.state.value.status == "cancelling":
                self._end_cancelled("it was taken from the queue")
            return
        self._moved = True
        self._take(found, figures_of(found))

    def _take(self, glimpse: Glimpse, row: JobFigures) -> None:
        status = self.state.value.status
        self._rates.take((row,))
        told: dict[str, Any] = {
            "done": row.done + row.failed,
            "total": row.total,
            "failed": row.failed,
            "images_per_s": row.images_per_s,
            "seconds_left": None if status == "cancelling" else row.seconds_left,
            "bytes": row.bytes_written,
            "rates": self._rates.of(row.id),
        }
        if row.state == "finished":
            self._set(**told)
            self._finish(glimpse, row)
        elif status == "cancelling":
            self._set(**told)
            if row.state == "cancelled" and not row.alive:
                self._end_cancelled(f"stopped after {row.done + row.failed} of {row.total} samples")
        elif row.state == "cancelled":
            if not row.alive:
                self._set(**told)
                self._end_cancelled(f"stopped after {row.done + row.failed} of {row.total} samples")
        elif row.state == "paused" and row.told and not row.alive:
            self._set(**told)
            self._fail(row.told, (), nothing_made=not row.done + row.failed)
        elif row.state in _HELD:
            self._set(**told, status="held", message=row.meaning, for_room=row.state == "waiting for disk")
        else:
            self._set(**told, status="waiting" if row.state == "queued" else "running", message="", for_room=False)

    def _end_cancelled(self, message: str) -> None:
        if self._discard:
            self.job = ""

            def gone(_: object) -> None:
                self._set(status="cancelled", message=message, unfinished="")

            self._orders.do(self._delete, gone, self._on_refused)
            return
        self._set(status="cancelled", message=message, unfinished=self._left())

    def _delete(self) -> None:
        discard_leftovers(self.settings.folder, self._queue)

    def _left(self) -> str:
        partial = partial_of(self.settings.folder)
        return str(partial) if partial.is_dir() else ""

    # -- its end ---------------------------------------------------------------------------------------------------

    def _finish(self, glimpse: Glimpse, row: JobFigures) -> None:
        """List what is not in the dataset, and verify what is."""
        job = self.job
        self._set(status="verifying", done=0, total=0, seconds_left=None)

        def listed(rows: tuple[SampleRow, ...]) -> None:
            outcome = Outcome(
                folder=self.settings.folder.absolute(),
                written=row.done,
                quarantined=tuple((r.index, (r.reason,)) for r in rows),
                quarantined_count=row.failed,
                refused=dict(glimpse.tally.get("refused", {})),
                seconds=row.elapsed_s,
                bytes=row.bytes_written,
            )
            self._set(outcome=outcome)
            self._verifications.start(outcome.folder)

        self._orders.do(
            lambda: self._queue.rows(job, SampleState.QUARANTINED, limit=_MOST_LISTED), listed, self._on_refused
        )

    def _on_verified(self, folder: Path) -> None:
        outcome = self.state.value.outcome
        if outcome is None or folder != outcome.folder:
            return
        found = self._verifications.of(folder)
        if found.standing == "verifying":
            if self.state.value.status == "verifying":
                self._set(done=found.done, total=found.total)
            return
        findings = found.findings or ((found.message,) if found.standing == "failed" else ())
        checked = replace(
            outcome,
            bytes=found.bytes or outcome.bytes,
            files=found.files,
            annotations=found.annotations,
            findings=findings,
            sound=found.standing == "sound",
            digest=found.digest,
        )
        self._set(status="finished", outcome=checked, bytes=checked.bytes)

    def _on_refused(self, error: Exception) -> None:
        problems = error.problems if isinstance(error, InputError) else ()
        self._fail(str(error), tuple(problems))

    def _fail(self, text: str, problems: tuple[Problem, ...], *, nothing_made: bool = False) -> None:
        if nothing_made:  # it leaves nothing: neither a folder without a sample, nor a job that cannot be made
            self._orders.do(self._delete)
            self.job = ""
        left = "" if nothing_made or not self.job else self._left()
        self._set(status="failed", message=text, problems=problems, unfinished=left, seconds_left=None)

    def _set(self, **changes: Any) -> None:
        change: Callable[[ExportState], ExportState] = lambda state: replace(state, **changes)  # noqa: E731
        self.state.update(change)
