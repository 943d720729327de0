"""The path tracer's process: passes that grow, one picture given up for another, a death that is told."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest

from myriorama.app.opened import open_project
from myriorama.app.preview.frames import FrameRequest
from myriorama.app.preview.traced import TracedPicture, TracingNow
from myriorama.app.preview.tracer_here import look
from myriorama.app.preview.tracing import TracingService
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.model import Node, Project
from myriorama.scenes.rendering.likeness import root_mean_square

if TYPE_CHECKING:
    from conftest import Models

pytestmark = [
    pytest.mark.gl,
    pytest.mark.skipif(not look().runs, reason="the path tracer does not run here"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


@pytest.fixture
def told() -> list[TracedPicture]:
    return []


@pytest.fixture
def service(models: Models, tmp_path: Path, told: list[TracedPicture]) -> Iterator[TracingService]:
    made = TracingService(models.post, tmp_path / "cache", idle_s=4.0)
    made.picture_ready.connect(told.append)
    yield made
    made.close()


def traced(project: Project, **tracing: object) -> Project:
    options = project.output.tracing.model_copy(update=tracing)
    output = project.output.model_copy(update={"engine": "pathtraced", "tracing": options})
    return project.model_copy(update={"output": output})


def wanted(project: Project, folder: Path, index: int = 0) -> FrameRequest:
    return FrameRequest(project, str(folder), index, project.output.width, project.output.height)


def test_the_picture_grows_into_the_one_that_is_exported(
    service: TracingService, models: Models, told: list[TracedPicture], small: Project, tmp_path: Path
) -> None:
    project = traced(small, samples_per_pixel=8, denoise=True)
    service.ask(3, wanted(project, tmp_path))
    assert service.now.value.state == "starting"
    models.until(lambda: bool(told), "a pass")
    pid = service.pid
    assert pid is not None
    models.until(lambda: service.now.value.state == "done", "the whole picture")
    paths = [picture.paths for picture in told]
    assert paths == sorted(set(paths))
    assert paths[0] == 1
    assert paths[-1] == 8
    assert [picture.done for picture in told] == [False] * (len(told) - 1) + [True]
    assert {picture.generation for picture in told} == {3}
    file = tmp_path / "project.json"
    file.write_text(dump_project(project), encoding="utf-8")
    with open_project(file) as opened:
        exported = opened.produced(0).record.rgb
    difference = np.abs(exported.astype(int) - told[-1].rgb.astype(int))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 1e-3
    models.until(lambda: service.pid is None, "the end of a process that idles")
    assert not psutil.pid_exists(pid)


def test_a_newer_wish_ends_the_older_one_at_once(
    service: TracingService, models: Models, told: list[TracedPicture], small: Project, tmp_path: Path
) -> None:
    endless = traced(small, samples_per_pixel=65536)
    service.ask(1, wanted(endless, tmp_path))
    models.until(lambda: len(told) >= 3, "passes")
    told.clear()
    service.ask(2, wanted(traced(small, samples_per_pixel=2), tmp_path, index=1))
    models.until(lambda: service.now.value.state == "done", "the newer picture")
    assert {picture.generation for picture in told} == {2}
    service.ask(4, wanted(endless, tmp_path))
    models.until(lambda: service.now.value.state == "tracing", "a pass")
    service.give_up(TracingNow("waiting"))
    told.clear()
    pid = service.pid
    assert pid is not None
    process, spent_s = psutil.Process(pid), [0.0]

    def rests() -> bool:
        models.run(0.5)
        spent_s.append(sum(process.cpu_times()[:2]))
        return spent_s[-1] - spent_s[-2] < 0.1

    models.until(rests, "the end of the pass")
    assert told == []
    assert service.now.value.state == "waiting"


def test_a_death_is_told_and_the_next_wish_starts_another_process(
    service: TracingService, models: Models, told: list[TracedPicture], small: Project, tmp_path: Path
) -> None:
    service.ask(1, wanted(traced(small, samples_per_pixel=65536), tmp_path))
    models.until(lambda: bool(told), "a pass")
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    models.until(lambda: service.now.value.state == "failed", "word of the death")
    assert "signal 9" in service.now.value.reason
    service.ask(2, wanted(traced(small, samples_per_pixel=1), tmp_path))
    models.until(lambda: service.now.value.state == "done", "a picture by another process")
    assert service.pid not in (None, pid)


def test_a_target_noise_ends_early_and_a_hopeless_project_is_told(
    service: TracingService, models: Models, told: list[TracedPicture], small: Project, tmp_path: Path
) -> None:
    service.ask(1, wanted(traced(small, samples_per_pixel=4096, noise_target=0.2), tmp_path))
    models.until(lambda: service.now.value.state == "done", "a quiet picture")
    assert told[-1].paths < 64
    assert 0.0 < told[-1].noise <= 0.2
    broken = small.model_copy(update={"objects": (small.objects[0].model_copy(update={"type": "no_such_thing"}),)})
    service.ask(2, wanted(traced(broken), tmp_path))
    models.until(lambda: service.now.value.state == "failed", "why there is no picture")
    assert "no_such_thing" in service.now.value.reason


def test_a_blurred_picture_grows_into_the_one_that_is_exported(
    service: TracingService, models: Models, told: list[TracedPicture], small: Project, tmp_path: Path
) -> None:
    lens = Node(uid="lens", type="depth_of_field", parameters={"f_number": 1.0})
    blurred = small.model_copy(update={"effects": (lens,)})
    project = traced(blurred, samples_per_pixel=8)
    service.ask(1, wanted(project, tmp_path))
    models.until(lambda: service.now.value.state in ("done", "failed"), "the whole picture")
    assert service.now.value.reason == ""
    file = tmp_path / "project.json"
    file.write_text(dump_project(project), encoding="utf-8")
    with open_project(file) as opened:
        exported = opened.produced(0).record.rgb
    # Seven drawings of one path each: neither takes an eighth path.
    assert {picture.most for picture in told} == {7}
    assert told[-1].paths == 7
    assert root_mean_square(exported, told[-1].rgb) < 1e-3
    assert np.abs(exported.astype(int) - told[-1].rgb.astype(int)).max() <= 1
