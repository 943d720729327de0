"""Takes away what an unfinished export has left: its partial folder and its place in the queue.

It touches no finished dataset.
"""

from __future__ import annotations

from pathlib import Path

from myriorama.app.production.job import discard_unfinished
from myriorama.app.render_queue.service import QueueService


def discard_leftovers(out: Path, queue: QueueService) -> None:
    """Delete the partial folder, the quarantine and the job of a dataset that would lie at `out`.

    Raises
    ------
    InputError
        The job is being worked on.
    """
    for entry in queue.jobs.entries():
        if Path(entry.out) == out.absolute():
            queue.remove(entry.id)
    discard_unfinished(out)
