"""What the head of a job needs of a cluster: tasks that take a text and give one. Ray is one; tests bring another.

It knows nothing of samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from myriorama.scenes.errors import MyrioramaError


class TaskLostError(MyrioramaError):
    """The machine of a task, or the task's process, was lost more often than the cluster tries by itself."""


class Cluster(Protocol):
    """Machines that run `shard.make_shard`. A handle is whatever names a task."""

    def slots(self, workers: int) -> int:
        """Return how many tasks of so many render processes fit at once; at least 1."""

    def submit(self, request: str, workers: int) -> Any:
        """Start a task, now or when there is room for it, and return its handle."""

    def ended(self, handles: Sequence[Any], timeout_s: float) -> Sequence[Any]:
        """Return those that have ended, waiting a while for the first."""

    def result(self, handle: Any) -> str:
        """Return what an ended task told.

        Raises
        ------
        TaskLostError
            It was lost, or cancelled.
        """

    def cancel(self, handle: Any) -> None:
        """Ask a task to stop after the samples under way."""
