"""What crosses the pipe between the supervisor and a worker: small JSON texts, never objects.

It holds shapes only; who sends what, and when, is the supervisor's and the worker's affair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Literal, cast

from myriorama.scenes.rendering.frame import Quality

Status = Literal["done", "failed", "quarantined", "disk_full"]
"""failed: it may be tried again; quarantined: kept apart, with why; disk_full: nothing is wrong with the sample."""


@dataclass(frozen=True)
class WorkerSetup:
    """Everything that a worker needs to make any sample of a job.

    Attributes
    ----------
    project_text : str
        The job's snapshot of the project, as JSON.
    plugins : tuple of mapping
        The grants of the third-party plugins that the job uses, as `Grant.to_json` tells them.
    threads : int
        How many threads this worker's software renderer and numeric libraries may use.
    """

    project_text: str
    project_folder: str
    asset_roots: tuple[str, ...]
    cache_folder: str | None
    out: str
    formats: tuple[str, ...]
    labels: tuple[str, ...]
    width: int
    height: int
    quality: Quality
    threads: int
    plugins: tuple[Mapping[str, Any], ...] = ()

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_text(text: str) -> WorkerSetup:
        raw = json.loads(text)
        for name in ("asset_roots", "formats", "labels", "plugins"):
            raw[name] = tuple(raw[name])
        return WorkerSetup(**raw)


@dataclass(frozen=True)
class Outcome:
    """What became of one sample.

    Attributes
    ----------
    reason : str
        Why it is not done; empty where it is.
    cause : str
        Of a failure, a word of `render_queue.states.CAUSES`.
    receipt : mapping
        What the dataset folder needs to finish: files and their hashes.
    refused : mapping
        Acceptance rule -> how many attempts it refused.
    placed_short : mapping
        Group -> how many objects could not be placed.
    """

    index: int
    status: Status
    reason: str = ""
    cause: str = ""
    receipt: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    placed_short: Mapping[str, int] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


def send(pipe: Connection, message: Mapping[str, Any]) -> None:
    """Send a JSON message."""
    pipe.send_bytes(json.dumps(message).encode())


def receive(pipe: Connection) -> dict[str, Any]:
    """Wait for a JSON message. Raises EOFError where the other side is gone."""
    return cast("dict[str, Any]", json.loads(pipe.recv_bytes()))
