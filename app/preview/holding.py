"""A registry for drafts: placements that take long stand still while something is dragged, and round parts are coarse.

It changes no plugin. What is held is told in the placement's notes, so that no draft passes for the real thing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.schema import Int, Parameter
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.registry import (
    EffectLike,
    EffectStage,
    EnvironmentLike,
    GeneratorLike,
    Item,
    PlaceContext,
    Placed,
    PlacementLike,
    PluginKind,
    Values,
)

HELD: Final = "held"
"""In the notes of a draft: something stands where it stood before the drag."""
_LONG_MS: Final = 8.0
_TOO_LONG_MS: Final = 150.0
_DETAIL: Final = "detail"
_COARSE_DETAIL: Final = 2
"""Of generators that declare a whole number `detail`: 32 facets around are round enough in a small picture."""


@dataclass(frozen=True, eq=False)
class _Stood:
    """Where the objects of a group came to stand, by number, and how long finding that took."""

    poses: dict[int, F64 | None]
    spent_ms: float


class HoldingRegistry:
    """Fulfils `scenes.registry.Registry` with another registry's plugins, and may hold placements.

    Attributes
    ----------
    holding : bool
        Placements that took long the last time give what they gave then, and generators build with little detail.
    """

    def __init__(self, registry: PluginRegistry) -> None:
        self._registry = registry
        self.holding = False
        self._stood: dict[tuple[str, int], _Stood] = {}

    def generator(self, name: str) -> GeneratorLike:
        found = self._registry.generator(name)
        if self.holding and any(isinstance(p, Int) and p.name == _DETAIL for p in found.parameters):
            return cast("GeneratorLike", _Coarse(found))
        return found

    def placement(self, name: str) -> PlacementLike:
        return cast("PlacementLike", _Watched(self._registry.placement(name), self))

    def environment(self, name: str) -> EnvironmentLike:
        return self._registry.environment(name)

    def effect(self, name: str) -> EffectLike:
        return self._registry.effect(name)

    def names(self, kind: PluginKind) -> tuple[str, ...]:
        return self._registry.names(kind)

    def shipped(self, kind: PluginKind) -> tuple[str, ...]:
        return self._registry.shipped(kind)

    def parameters(self, kind: PluginKind, name: str) -> tuple[Parameter, ...]:
        return self._registry.parameters(kind, name)

    def per_object_parameters(self, placement: str) -> tuple[Parameter, ...]:
        return self._registry.per_object_parameters(placement)

    def effect_stage(self, name: str) -> EffectStage:
        return self._registry.effect_stage(name)

    def forget(self) -> None:
        """Forget where things stood: another project was opened."""
        self._stood.clear()

    def place(self, inner: PlacementLike, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Place items, or leave them where they stood."""
        draws = context.draws
        key = (draws.uid, draws.index) if isinstance(draws, KeyedDraws) else ("", 0)
        stood = self._stood.get(key)
        if self.holding and stood is not None and stood.spent_ms >= _LONG_MS:
            known = all(item.number in stood.poses for item in items)
            if known or stood.spent_ms >= _TOO_LONG_MS:
                # what is new and would take too long is left out until the drag ends
                poses = tuple(stood.poses.get(item.number) for item in items)
                return Placed(poses, Counter(), (HELD,))
        started = time.perf_counter()
        placed = inner.place(values, items, context)
        spent_ms = (time.perf_counter() - started) * 1e3
        if len(placed.poses) == len(items):
            poses_by_number = {item.number: pose for item, pose in zip(items, placed.poses, strict=True)}
            # a draft with fewer objects must not make those that come back unknown
            earlier = stood.poses if self.holding and stood is not None else {}
            self._stood[key] = _Stood({**earlier, **poses_by_number}, spent_ms)
        return placed


class _Coarse:
    """A generator that builds with no more detail than a draft shows; what it builds is kept apart by its version."""

    def __init__(self, inner: GeneratorLike) -> None:
        self._inner = inner
        self.parameters = inner.parameters
        self.version = f"{inner.version} coarse"
        self.observe = inner.observe

    def generate(self, values: Values) -> ObjectModel:
        return self._inner.generate({**values, _DETAIL: min(values[_DETAIL], _COARSE_DETAIL)})


class _Watched:
    """A placement whose results are remembered."""

    def __init__(self, inner: PlacementLike, registry: HoldingRegistry) -> None:
        self._inner = inner
        self._registry = registry
        self.parameters = inner.parameters
        self.per_object: Any = inner.per_object

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        return self._registry.place(self._inner, values, items, context)
