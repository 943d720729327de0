"""One path tracer for all tests of it; they are left out where Mitsuba cannot run, and say why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from myriorama.scenes.rendering.engines import TwoEngines
from myriorama.scenes.rendering.pathtraced.probe import SCALAR, find_tracer
from myriorama.scenes.rendering.raster.engine import RasterRenderer


@pytest.fixture(scope="session", autouse=True)
def can_trace() -> None:
    found = find_tracer()
    if found.variant in ("", SCALAR):
        pytest.skip(f"no path tracer here: {found.sentence}")


@pytest.fixture(scope="session")
def tracer(can_trace: None) -> Iterator[Any]:
    from myriorama.scenes.rendering.pathtraced.engine import PathTracer

    opened = PathTracer()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def both(can_trace: None) -> Iterator[TwoEngines]:
    """Raster truth, and pictures by either engine."""
    engines = TwoEngines(RasterRenderer())
    yield engines
    engines.close()
