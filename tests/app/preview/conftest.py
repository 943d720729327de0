"""A small project of its own, and a models' thread to bring answers to."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.opened import OpenedProject, open_project
from myriorama.app.preview.frames import Failure, FrameRequest, SampleFrame
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.service import PreviewService
from myriorama.app.preview.tiles import SampleFacts, Tile
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

WIDTH, HEIGHT = 120, 90
PATIENCE_S = 60.0

BLOCKS: dict[str, Any] = {
    "uid": "blocks",
    "type": "primitive",
    "class": "block",
    "count": 6,
    "placement": {"uid": "blocks_place", "type": "pile", "parameters": {"floor": True, "radius_m": 0.05}},
    "parameters": {"shape": "box", "size_x_m": 0.05, "size_y_m": 0.05, "size_z_m": 0.05},
}
PALETTE = ["#c03020", "#2050a0", "#e8e4d8"]


class Models:
    """The thread of the models: calls wait here until the test runs them; and what the services told."""

    def __init__(self) -> None:
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.frames: list[SampleFrame] = []
        self.failures: list[Failure] = []
        self.states: list[str] = []
        self.tiles: list[Tile] = []
        self.facts: list[SampleFacts] = []

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def run(self, seconds: float) -> None:
        """Run what comes within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._calls.get(timeout=min(left, 0.05))()
            except queue.Empty:
                continue

    def until(self, done: Callable[[], bool], what: str = "") -> None:
        """Run what comes until `done`."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end, f"waited in vain: {what}"
            try:
                self._calls.get(timeout=0.02)()
            except queue.Empty:
                continue

    def watch(self, service: PreviewService) -> None:
        service.frame_ready.connect(self.frames.append)
        service.failed.connect(self.failures.append)
        service.state.changed.connect(self.states.append)

    def forget(self) -> None:
        for told in (self.frames, self.failures, self.states, self.tiles, self.facts):
            told.clear()


class Desk:
    """A preview process, and a word for asking it."""

    def __init__(self, folder: Path) -> None:
        self.models = Models()
        self.service = PreviewService(self.models.post, folder / "cache")
        self.models.watch(self.service)
        self.folder = folder

    def wanted(self, project: Project, **more: Any) -> FrameRequest:
        made: dict[str, Any] = {"index": 0, "width": project.output.width, "height": project.output.height, **more}
        return FrameRequest(project=project, folder=str(self.folder), **made)

    def frame(self, project: Project, **more: Any) -> SampleFrame:
        """Ask for a picture and wait for it."""
        generation = self.service.request(self.wanted(project, **more))

        def answered() -> bool:
            return any(a.generation == generation for a in (*self.models.frames, *self.models.failures))

        self.models.until(answered, "a picture")
        told = [f.message for f in self.models.failures if f.generation == generation]
        assert not told, told
        return self.models.frames[-1]


@pytest.fixture(scope="session")
def small_tree(mugs_tree: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The project's JSON, to be copied and changed."""
    tree = mugs_tree(
        effects=[{"uid": "noise", "type": "sensor_noise"}],
        acceptance=[{"name": "three mugs", "class": "mug", "at_least": 3}],
        output={"width": WIDTH, "height": HEIGHT},
    )
    tree["classes"][1:] = [{"id": 2, "name": "block"}, {"id": 3, "name": "ground", "kind": "stuff"}]
    tree["environment"][0]["parameters"] = {"base_color": "#7f8c6d"}
    tree["objects"][0]["materials"] = {"*": {"base_color": {"palette": PALETTE}}}
    tree["objects"].append(BLOCKS)
    return tree


@pytest.fixture(scope="session")
def small(small_tree: dict[str, Any]) -> Project:
    return parse_project(json.dumps(small_tree))


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Project], OpenedProject]]:
    """Opens a project as an export does."""
    opened: dict[str, OpenedProject] = {}

    def open_it(project: Project) -> OpenedProject:
        text = project.model_dump_json(by_alias=True)
        if text not in opened:
            path = tmp_path_factory.mktemp("exported") / "project.json"
            path.write_text(text)
            opened[text] = open_project(path)
        return opened[text]

    yield open_it
    for found in opened.values():
        found.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One preview process for the tests of a file, which leave it as they found it."""
    made = Desk(tmp_path_factory.mktemp("preview"))
    yield made
    made.service.close()


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Preview processes of a test's own."""
    made: list[Desk] = []

    def make() -> Desk:
        made.append(Desk(tmp_path))
        return made[-1]

    yield make
    for found in made:
        found.service.close()


@pytest.fixture
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TileService, Models]]:
    """One process for thumbnails, for the tests of a file."""
    models = Models()
    service = TileService(models.post, tmp_path_factory.mktemp("gallery"), workers=1)
    service.tile_ready.connect(models.tiles.append)
    service.facts_ready.connect(models.facts.append)
    yield service, models
    service.close()
