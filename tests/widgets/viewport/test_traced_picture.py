"""Path tracing in the viewport: when it is wanted, what it shows, what it says, and what stays when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myriorama.app.parts.engine import set_engine
from myriorama.app.preview.frames import FrameRequest, SampleFrame
from myriorama.app.preview.traced import TracedPicture, TracingNow
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.app.preview.tracing import TracingService
from myriorama.app.studio import Studio


@pytest.fixture(autouse=True)
def traced_for(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Wishes are kept instead of sent: no process is started, and none is asked what it can."""
    asked: list[int] = []

    def keep(self: TracingService, generation: int, _: FrameRequest) -> None:
        asked.append(generation)
        self.now.set(TracingNow("starting"))

    monkeypatch.setattr(TracingService, "ask", keep)
    monkeypatch.setattr("myriorama.app.preview.tracer_here.look", lambda: TracerFound(True, device="llvm_ad_rgb"))
    return asked


def at_rest(studio: Studio, frame: SampleFrame) -> None:
    """A full picture was asked for and has come."""
    project = studio.document.project
    assert project is not None
    request = FrameRequest(project, "", frame.index, frame.width, frame.height)
    studio.preview._generation = frame.generation
    studio.preview.asked.emit(frame.generation, request)
    studio.preview.frame_ready.emit(frame)


def picture_of(frame: SampleFrame, value: int, paths: int = 4, *, done: bool = False) -> TracedPicture:
    rgb = np.full_like(frame.rgb, value)
    return TracedPicture(frame.generation, rgb, paths, 8, 1.5, done, denoised=True)


def test_the_switch_traces_the_picture_that_rests(shown: Any, recorded: SampleFrame, traced_for: list[int]) -> None:
    studio = shown.studio
    at_rest(studio, recorded)
    assert traced_for == []
    shown.run("pathtraced")
    assert traced_for == [recorded.generation]
    assert "starting" in shown.panel.status.text
    studio.tracing.picture_ready.emit(picture_of(recorded, 200))
    studio.tracing.now.set(TracingNow("tracing", 4, 8, 3.2))
    assert "4 of 8 paths, 3 s" in shown.panel.status.text
    stage = shown.panel.stage
    assert (stage.frame.rgb == 200).all()
    assert stage.frame.surface_id is recorded.surface_id
    shown.qtbot.waitUntil(lambda: abs(int(shown.pixels()[350, 450].astype(int).mean()) - 200) < 60)
    studio.tracing.now.set(TracingNow("done", 8, 8, 4.0, denoised=True))
    assert "8 paths, 4.0 s" in shown.panel.status.text
    shown.run("pathtraced")
    assert (stage.frame.rgb == recorded.rgb).all()
    assert studio.tracing.now.value.state == "off"


def test_a_move_brings_the_raster_picture_back_and_a_rest_traces_anew(
    shown: Any, recorded: SampleFrame, traced_for: list[int]
) -> None:
    studio = shown.studio
    at_rest(studio, recorded)
    shown.run("pathtraced")
    studio.tracing.picture_ready.emit(picture_of(recorded, 200))
    project = studio.document.project
    draft = FrameRequest(project, "", 0, recorded.width, recorded.height, "draft", final=False)
    studio.preview._generation = 2
    studio.preview.asked.emit(2, draft)
    assert studio.tracing.now.value.state == "waiting"
    studio.tracing.picture_ready.emit(picture_of(recorded, 50))  # late: it was of the picture before
    assert not (shown.panel.stage.frame.rgb == 50).all()
    studio.preview.frame_ready.emit(replace(recorded, generation=2, final=False))
    assert traced_for == [1]
    at_rest(studio, replace(recorded, generation=3))
    assert traced_for == [1, 3]


def test_another_layer_of_the_same_picture_traces_on(shown: Any, recorded: SampleFrame, traced_for: list[int]) -> None:
    studio = shown.studio
    at_rest(studio, recorded)
    shown.run("pathtraced")
    studio.tracing.picture_ready.emit(picture_of(recorded, 200))
    studio.tracing.now.set(TracingNow("tracing", 4, 8, 3.2))
    at_rest(studio, replace(recorded, generation=2))
    assert traced_for == [1]
    assert (shown.panel.stage.frame.rgb == 200).all()
    assert studio.tracing.now.value.state == "tracing"


def test_a_failure_is_told_on_the_picture_which_stays(shown: Any, recorded: SampleFrame) -> None:
    studio = shown.studio
    at_rest(studio, recorded)
    shown.run("pathtraced")
    studio.tracing.picture_ready.emit(picture_of(recorded, 200))
    studio.tracing.now.set(TracingNow("failed", reason="the path tracer's process ended (signal 9)"))
    assert "signal 9" in shown.panel.traced.notice.text
    assert "raster picture" in shown.panel.traced.notice.text
    assert (shown.panel.stage.frame.rgb == recorded.rgb).all()
    shown.run("pathtraced")
    assert shown.panel.traced.notice.text == ""


def test_the_switch_follows_the_engine_of_the_project(
    shown: Any, recorded: SampleFrame, open_example: Callable[[str], Studio]
) -> None:
    studio = shown.studio
    assert not studio.refiner.wanted.value
    studio.document.replace(set_engine(studio.document.project, "pathtraced").project, "engine")
    assert studio.refiner.wanted.value
    shown.run("pathtraced")
    assert not studio.refiner.wanted.value
    studio.document.history.undo()
    studio.document.history.redo()
    assert studio.refiner.wanted.value
