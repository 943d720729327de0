"""Documents, and edits of them, without a window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.app.document.document import Document
from myriorama.app.finding import find_project
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def example() -> Callable[[str], Project]:
    """Reads a shipped example."""
    return lambda name: load_project(find_project(name)).project


@pytest.fixture
def document(example: Callable[[str], Project], tmp_path: Path) -> Document:
    """An open project of its own folder, saved."""
    from myriorama.app.document import files

    made = Document()
    files.new_from(made, "mugs_on_conveyor", tmp_path / "belt")
    return made


@pytest.fixture
def benchmark_s() -> Callable[[Callable[[], object]], float]:
    """Returns the least of five durations, seconds: what it takes where nothing else runs."""

    def measured(call: Callable[[], object]) -> float:
        durations = []
        for _ in range(5):
            start = time.perf_counter()
            call()
            durations.append(time.perf_counter() - start)
        return min(durations)

    return measured
