"""A page without a window, with its process, pumped by hand."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from myriorama.app.object_studio.page import ObjectPage
from myriorama.plugins.registry import PluginRegistry, registry_with

PATIENCE_S = 60.0


class Bench:
    """A page and the calls that were posted to its thread."""

    def __init__(self, cache: Path) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.registry = registry_with(())
        self.page = ObjectPage(self.registry, self.calls.put, cache)

    def until(self, done: Callable[[], bool]) -> None:
        """Take calls until something holds."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end, f"waited in vain: {self.page.failure.value}"
            try:
                self.calls.get(timeout=0.1)()
            except queue.Empty:
                continue

    def settled(self) -> bool:
        """The picture of what is shown is there, in full."""
        frame = self.page.frame
        return frame is not None and frame.final and self.page.pictures.at_rest


@pytest.fixture
def registry() -> PluginRegistry:
    return registry_with(())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "cache")
    yield made
    made.page.stop()
    made.page.pictures.close()
