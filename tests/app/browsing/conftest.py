"""Facts of made-up samples, regular enough to be counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from myriorama.app.preview.tiles import ObjectFacts, SampleFacts

Seen = tuple[str, tuple[int, int, int, int], float, float]


@pytest.fixture
def facts_of() -> Callable[..., SampleFacts]:
    """Return a function that makes facts of (class, box, visible, distance) objects and drawn values."""

    def make(
        index: int,
        seen: tuple[Seen, ...] = (),
        values: Mapping[str, Any] | None = None,
        epoch: int = 1,
        attributes: Mapping[str, Any] | None = None,
        direction: tuple[float, float, float] = (0.0, 0.0, 1.0),
    ) -> SampleFacts:
        objects = tuple(
            ObjectFacts(f"o/{i}", 1, name, box, box[2] * box[3], visible, distance, direction, attributes or {})
            for i, (name, box, visible, distance) in enumerate(seen)
        )
        return SampleFacts(index, epoch, f"key{index}", f"hash{index}-{epoch}", 200, 100, objects, 0, values or {}, 0.5)

    return make
