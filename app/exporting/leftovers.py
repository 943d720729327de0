"""Takes away what an unfinished export has left: its partial folder and its place in the queue.

It touches no finished dataset.
"""

from __future__ import annotations

from pathlib import Path

from myriorama.app.production.job import discard_unfinished
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.settings.folders import state_folder


def discard_leftovers(out: Path, queue_folder: str | None) -> None:
    """Delete the partial folder, the quarantine and the job of a dataset that would lie at `out`.

    Parameters
    ----------
    queue_folder : str or None
        Where jobs have their databases; None is the user's state folder.
    """
    discard_unfinished(out)
    jobs = Jobs(Path(queue_folder) if queue_folder else state_folder() / "queue")
    for entry in jobs.entries():
        if Path(entry.out) == out.absolute():
            jobs.remove(entry.id)
