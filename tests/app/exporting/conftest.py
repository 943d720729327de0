"""A small real project, and a thread of the models that a test pumps."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.exporting.exports import Exports
from myriorama.app.exporting.settings import Source
from myriorama.app.observable import Post
from myriorama.app.queue_view.verifying import Verifications
from myriorama.app.render_queue.service import QueueService
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import load_project


class Models:
    """Calls that come from threads, run by the test."""

    def __init__(self) -> None:
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.post: Post = self._calls.put

    def run(self, until: Callable[[], bool], timeout_s: float = 60.0) -> None:
        end_s = time.perf_counter() + timeout_s
        while not until():
            left_s = end_s - time.perf_counter()
            assert left_s > 0, "what was waited for did not happen in time"
            try:
                self._calls.get(timeout=min(left_s, 0.5))()
            except queue.Empty:
                continue


@pytest.fixture
def models() -> Models:
    """The thread of the models."""
    return Models()


@pytest.fixture
def render_queue(models: Models, tmp_path: Path) -> Iterator[QueueService]:
    """A queue of the test's own."""
    made = QueueService(models.post, tmp_path / "queue")
    yield made
    made.close()


@pytest.fixture
def exports(models: Models, render_queue: QueueService) -> Iterator[Exports]:
    """Exports into that queue."""
    verifications = Verifications(models.post)
    made = Exports(models.post, render_queue, verifications)
    yield made
    made.close()
    verifications.close()


@pytest.fixture
def small_file(tmp_path: Path, mugs_tree: Callable[..., dict[str, Any]]) -> Path:
    """The small project's file."""
    path = tmp_path / "project of mine" / "project.json"
    path.parent.mkdir()
    output = {"width": 64, "height": 48, "writer_options": {"raw": {"normals": "none"}}}
    tree = mugs_tree(name="small set", output=output)
    tree["objects"][0]["count"] = {"integers": [1, 3]}
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


@pytest.fixture
def small_source(small_file: Path, tmp_path: Path) -> Source:
    """The small project as the window would hand it over."""
    loaded = load_project(small_file)
    return Source(
        dump_project(loaded.project),
        str(loaded.folder),
        str(small_file),
        (),
        str(tmp_path / "cache"),
        str(tmp_path / "queue"),
    )
