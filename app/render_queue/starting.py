"""What workers of a job are told at their start, and what kept one from starting, as the error that it was.

It starts none.
"""

from __future__ import annotations

from typing import Any

from myriorama.app.production.lifetime import usable_cores
from myriorama.app.production.messages import WorkerSetup
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError, Problem


def worker_setup(snapshot: JobSnapshot, workers: int) -> WorkerSetup:
    """Return what a worker of this job is told; together they use all cores and no more."""
    return WorkerSetup(
        project_text=snapshot.project_text,
        project_folder=snapshot.project_folder,
        asset_roots=snapshot.asset_roots,
        cache_folder=snapshot.cache_folder or None,
        out=snapshot.out,
        formats=tuple(sorted(snapshot.formats)),
        labels=snapshot.labels,
        width=snapshot.width,
        height=snapshot.height,
        quality=snapshot.quality,
        plugins=snapshot.plugins,
        threads=max(1, usable_cores() // workers),
    )


def raise_start(message: Any) -> None:
    """Raise what kept a worker from starting, as the kind of error that it was."""
    text = str(message["text"])
    if message["kind"] == "device":
        raise DeviceError(text)
    if message["kind"] == "input":
        raise InputError([Problem(**problem) for problem in message["problems"]])
    raise MyrioramaError(text)
