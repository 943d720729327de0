"""The exports of this run of the studio, running and ended, the newest last.

They are jobs of the render queue, which keeps them; this list ends with the program.
"""

from __future__ import annotations

from collections.abc import Callable

from psygnal import Signal

from myriorama.app.exporting.export import ExportJob, ExportState
from myriorama.app.exporting.settings import ExportSettings, Source
from myriorama.app.observable import Post
from myriorama.app.queue_view.background import InOrder
from myriorama.app.queue_view.verifying import Verifications
from myriorama.app.render_queue.service import QueueService


class Exports:
    """A list of jobs.

    Parameters
    ----------
    post : callable
        Brings calls to the thread of the models.
    queue : QueueService
        Makes them.
    verifications : Verifications

    Attributes
    ----------
    changed : signal of (ExportJob,)
        A job was added, went on, ended, or was taken off the list.
    """

    changed = Signal(object)

    def __init__(self, post: Post, queue: QueueService, verifications: Verifications) -> None:
        self.post = post
        self._queue = queue
        self._verifications = verifications
        self._orders = InOrder(post, "exports")
        self._jobs: list[ExportJob] = []
        self._told: dict[int, Callable[[ExportState], None]] = {}

    @property
    def jobs(self) -> tuple[ExportJob, ...]:
        return tuple(self._jobs)

    @property
    def running(self) -> tuple[ExportJob, ...]:
        """Those that have not ended."""
        return tuple(job for job in self._jobs if not job.state.value.ended)

    def of(self, job: str) -> ExportJob | None:
        """Return the export that is this job of the queue."""
        return next((e for e in self._jobs if e.job and e.job == job), None)

    def start(self, settings: ExportSettings, source: Source) -> ExportJob:
        """Begin an export."""
        job = ExportJob(settings, source, self._queue, self._verifications, self._orders, self.post)

        def tell(_: ExportState) -> None:
            self.changed.emit(job)

        self._told[id(job)] = tell
        job.state.changed.connect(tell)
        self._jobs.append(job)
        self.changed.emit(job)
        return job

    def forget(self, job: ExportJob) -> None:
        """Take an ended job off the list."""
        if job in self._jobs and job.state.value.ended:
            self._jobs.remove(job)
            job.state.changed.disconnect(self._told.pop(id(job)))
            job.close()
            self.changed.emit(job)

    def close(self) -> None:
        """Look at them no more; what is in the queue is the queue's affair."""
        for job in self._jobs:
            job.close()
        self._orders.close()
