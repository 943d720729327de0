"""The exports of this run of the studio, running and ended, the newest last.

They live in memory: what has to survive the program belongs in a queue on disk, which would stand in this one's place.
"""

from __future__ import annotations

from collections.abc import Callable

from psygnal import Signal

from myriorama.app.exporting.export import ExportJob, ExportState
from myriorama.app.exporting.settings import ExportSettings, Source
from myriorama.app.observable import Post


class Exports:
    """A list of jobs.

    Attributes
    ----------
    changed : signal of (ExportJob,)
        A job was added, went on, ended, or was taken off the list.
    post : callable
        Brings calls to the thread of the models.
    """

    changed = Signal(object)

    def __init__(self, post: Post) -> None:
        self.post = post
        self._jobs: list[ExportJob] = []
        self._told: dict[int, Callable[[ExportState], None]] = {}

    @property
    def jobs(self) -> tuple[ExportJob, ...]:
        return tuple(self._jobs)

    @property
    def running(self) -> tuple[ExportJob, ...]:
        """Those that have not ended."""
        return tuple(job for job in self._jobs if not job.state.value.ended)

    def start(self, settings: ExportSettings, source: Source, *, resume: bool = False) -> ExportJob:
        """Begin an export, or with `resume` go on with what the same one has left."""
        job = ExportJob(settings, source, self.post, resume=resume)

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
            self.changed.emit(job)

    def close(self) -> None:
        """End whatever runs; partial folders stay."""
        running = self.running
        for job in running:
            job.kill()
        for job in running:
            job.wait()
