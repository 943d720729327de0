"""The queue as one observable: rows in order, the job that is looked at, how fast each one was.

What is asked of the queue goes through `orders`, which waits for the disk in a window's stead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psygnal import Signal

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.observable import Observable, Post
from myriorama.app.queue_view.background import InOrder
from myriorama.app.queue_view.figures import JobFigures, figures_of, moved_to
from myriorama.app.queue_view.rates import RateLog
from myriorama.app.queue_view.remaking import remade
from myriorama.app.render_queue.service import Glimpse, QueueService
from myriorama.app.render_queue.states import Desired, SampleState


class QueueBoard:
    """What a panel shows of a queue.

    Parameters
    ----------
    queue : QueueService
    post : callable
        Brings answers to the thread of the models.

    Attributes
    ----------
    changed : signal of (tuple of JobFigures,)
    refused : signal of (str, Exception)
        What was asked for, in words, and why it was not done.
    selected : Observable of str
        Id of the job that is looked at; empty for none.
    rates : RateLog
    """

    changed = Signal(object)
    refused = Signal(str, object)

    def __init__(self, queue: QueueService, post: Post) -> None:
        self.queue = queue
        self.selected: Observable[str] = Observable("")
        self.rates = RateLog()
        self.orders = InOrder(post, "queue orders")
        self._rows: tuple[JobFigures, ...] = ()
        queue.changed.connect(self._on_changed)
        self._on_changed(queue.glimpses)

    @property
    def rows(self) -> tuple[JobFigures, ...]:
        """The jobs in the order in which they are made."""
        return self._rows

    @property
    def current(self) -> JobFigures | None:
        """The job that is looked at."""
        return self.row(self.selected.value)

    def row(self, job: str) -> JobFigures | None:
        """Return a job by its id."""
        return next((r for r in self._rows if r.id == job), None)

    def close(self) -> None:
        """Listen no more; what was asked for is still done."""
        self.queue.changed.disconnect(self._on_changed, missing_ok=True)
        self.orders.close()

    # -- what people do --------------------------------------------------------------------------------------------

    def ask(self, job: str, desired: Desired) -> None:
        """Pause, resume or cancel a job."""
        words = {"run": "resume", "pause": "pause", "pause_now": "pause", "cancel": "cancel"}[desired]
        self._order(words, job, lambda: self.queue.ask(job, desired))

    def again(self, job: str) -> None:
        """Have the failed and quarantined samples made again: in the same dataset, or for a finished one in a new."""
        row = self.row(job)
        if row is None:
            return
        if row.state == "finished":
            self._order("make the failed samples of", job, lambda: self._make_anew(job))
        else:
            self._order(
                "make the failed samples of",
                job,
                lambda: self.queue.again(job, SampleState.FAILED, SampleState.QUARANTINED),
            )

    def remove(self, job: str) -> None:
        """Take a job from the list."""
        self._order("remove", job, lambda: self.queue.remove(job))

    def set_priority(self, job: str, priority: int) -> None:
        """Have a job go before those of lower priority."""
        self._order("re-order", job, lambda: self.queue.jobs.set_priority(job, priority))

    def move(self, job: str, before: str | None) -> None:
        """Put a job before another one; None: last."""
        row = self.row(job)
        if row is None or job == before:
            return
        priority = moved_to(self._rows, job, before)

        def move() -> None:
            if priority != row.priority:
                self.queue.jobs.set_priority(job, priority)
            self.queue.jobs.move(job, before)

        self._order("re-order", job, move)

    def step(self, job: str, by: int) -> None:
        """Put a job one place up (-1) or down (+1)."""
        ids = [r.id for r in self._rows]
        if job not in ids:
            return
        at = ids.index(job) + by
        if 0 <= at < len(ids):
            others = [i for i in ids if i != job]
            self.move(job, others[at] if at < len(others) else None)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _make_anew(self, job: str) -> None:
        rows = self.queue.rows(job, SampleState.FAILED, SampleState.QUARANTINED, limit=10_000_000)
        old = self.queue.snapshot(job)
        entry = self.queue.jobs.entry(job)
        taken = frozenset(e.out for e in self.queue.jobs.entries())
        self.queue.add(remade(old, SampleSet.of(r.index for r in rows), taken), workers=entry.workers)

    def _order(self, words: str, job: str, call: Callable[[], Any]) -> None:
        row = self.row(job)
        told = f"{words} {row.name if row is not None else job}"

        def refuse(error: Exception) -> None:
            self.refused.emit(told, error)

        self.orders.do(call, self._on_done, refuse)

    def _on_done(self, answer: object) -> None:
        self.queue.wake()

    def _on_changed(self, glimpses: tuple[Glimpse, ...]) -> None:
        self._rows = tuple(figures_of(g) for g in glimpses)
        self.rates.take(self._rows)
        if self.selected.value and self.row(self.selected.value) is None:
            self.selected.set("")
        self.changed.emit(self._rows)
