"""How thorough a check is, and what a plugin may cost: numbers only, nothing is measured here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final

from myriorama.plugins.api import Plugin
from myriorama.scenes.registry import PluginKind


@dataclass(frozen=True)
class Budget:
    """What one call of a plugin may cost.

    Attributes
    ----------
    mean_ms, worst_ms : float
        CPU milliseconds over all draws. CPU, not wall: a busy machine fails nobody.
    result_mib : float
        Arrays of one result.
    peak_mib : float
        Memory that one call holds at its peak, result included.
    """

    mean_ms: float
    worst_ms: float
    result_mib: float = 64.0
    peak_mib: float = 512.0


BUDGETS: Final[Mapping[PluginKind, Budget]] = MappingProxyType(
    {
        "generator": Budget(150.0, 1500.0),
        "placement": Budget(1000.0, 10_000.0),
        "environment": Budget(150.0, 2000.0),
        "effect": Budget(150.0, 1500.0),
        "annotator": Budget(150.0, 1500.0),
        "writer": Budget(250.0, 2500.0),
    }
)
"""For an effect, an annotator and a writer: on the pictures of the check, which are small."""
STAGE_SHARE: Final = 4.0
"""What a scene has one of may cost so much more than what it has many of."""


def budget_of(plugin: type[Plugin]) -> Budget:
    """Return what one call of this plugin may cost."""
    budget = BUDGETS[plugin.kind]
    if getattr(plugin, "home", "") != "stage":
        return budget
    return replace(budget, mean_ms=budget.mean_ms * STAGE_SHARE, worst_ms=budget.worst_ms * STAGE_SHARE)


@dataclass(frozen=True)
class Options:
    """How thorough a check is.

    Attributes
    ----------
    draws : int
        Sets of values per plugin; the first is the defaults, the next two all lower and all upper limits.
    repeats : int
        How many of them are run again, in another order and in another process.
    leak_calls : int
        Calls over which memory must not grow; 0 leaves that check out.
    seed : int
        Of the draws: the same seed gives the same values.
    call_s : float
        A call that takes longer is broken off, seconds of wall time.
    """

    draws: int = 200
    repeats: int = 16
    leak_calls: int = 500
    seed: int = 0
    call_s: float = 20.0

    def __post_init__(self) -> None:
        if self.draws < 1 or self.repeats < 1 or self.leak_calls < 0 or self.seed < 0:
            raise ValueError("a check needs at least one draw and one repeat, and no negative numbers")

    def quick(self) -> Options:
        """Return options for a check while writing: fewer draws, no check for leaks."""
        return replace(self, draws=min(self.draws, 30), repeats=min(self.repeats, 6), leak_calls=0)

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self)}
