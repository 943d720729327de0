"""What crosses to another machine and back: JSON texts, never objects.

It holds shapes only; what a shard does with them is in `shard`, who sends them in `running`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from myriorama.scenes.errors import DeviceError, InputError, MyrioramaError, Problem

Ending = Literal["finished", "paused", "cancelled", "failures", "failed fast", "refused", "lost"]
"""As the driver's endings; ``refused``: it could not begin; ``lost``: its process was ended from outside."""


@dataclass(frozen=True)
class ShardRequest:
    """What a machine is asked to make.

    Attributes
    ----------
    snapshot : str
        The shard's job, as its canonical text.
    workers : int
        Render processes that it may have.
    """

    snapshot: str
    workers: int

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_text(text: str) -> ShardRequest:
        return ShardRequest(**json.loads(text))


@dataclass(frozen=True)
class ShardReport:
    """What became of a shard.

    Attributes
    ----------
    told : str
        Why it did not finish; empty where it did.
    kind : str
        Of a refusal: ``input``, ``device`` or ``other``.
    problems : tuple of mapping
        Of a refusal of kind ``input``.
    refused, placed_short, timings_ms
        As in `production.job.JobResult`, of the samples that this attempt made.
    """

    ending: Ending
    told: str = ""
    kind: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    placed_short: Mapping[str, int] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_text(text: str) -> ShardReport:
        tree = json.loads(text)
        tree["problems"] = tuple(tree["problems"])
        return ShardReport(**tree)

    @staticmethod
    def of_refusal(error: MyrioramaError) -> ShardReport:
        """Return the report of a shard that could not begin, or not go on."""
        problems = tuple(asdict(p) for p in error.problems) if isinstance(error, InputError) else ()
        kind = "device" if isinstance(error, DeviceError) else "input" if problems else "other"
        return ShardReport("refused", str(error), kind, problems)

    def to_error(self) -> MyrioramaError:
        """Return a refusal as the kind of error that it was."""
        if self.kind == "input":
            return InputError([Problem(**problem) for problem in self.problems])
        return DeviceError(self.told) if self.kind == "device" else MyrioramaError(self.told)
