"""A project of which some samples cannot be written, jobs of it, and a panel on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from myriorama.app.production.job import JobSettings, run_job
from myriorama.app.render_queue.making import Wanted, make_snapshot
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.studio import Studio
from myriorama.scenes.project.load import LoadedProject, load_project
from myriorama.widgets.queue.panel import QueuePanel

FAR_PROJECT = Path(__file__).parents[2] / "data" / "near_and_far" / "project.json"
Snapshots = Callable[..., JobSnapshot]


@pytest.fixture
def far_project() -> LoadedProject:
    """Of its first thirteen samples 2, 3, 6 and 12 are too far for the depth's steps."""
    return load_project(FAR_PROJECT)


@pytest.fixture
def snapshot(far_project: LoadedProject, tmp_path: Path) -> Snapshots:
    """Makes jobs of the project: by name and count."""

    def made(name: str, count: int, **more: Any) -> JobSnapshot:
        wanted = Wanted(out=tmp_path / name, count=count, cache_folder=tmp_path / "cache", **more)
        return make_snapshot(far_project.project, far_project.folder, wanted)

    return made


@pytest.fixture
def panel(qtbot: QtBot, studio: Studio) -> Iterator[QueuePanel]:
    """The panel of an empty queue, shown."""
    made = QueuePanel(studio)
    qtbot.addWidget(made)
    made.resize(900, 260)
    made.show()
    yield made
    made.close()


@pytest.fixture(scope="session")
def written_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished dataset of seven samples, two of them quarantined."""
    home = tmp_path_factory.mktemp("written")
    settings = JobSettings(
        FAR_PROJECT,
        count=7,
        out=home / "set",
        indices=(0, 1, 2, 4, 5, 6, 7),
        cache_folder=home / "cache",
        queue_folder=home / "queue",
    )
    return run_job(settings).folder
