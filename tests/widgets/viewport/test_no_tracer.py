"""The viewport on a machine that cannot trace paths: switches go back, the reason is read in full and listed once."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from myriorama.app.parts.engine import set_engine
from myriorama.app.preview.frames import FrameRequest, SampleFrame
from myriorama.app.preview.traced import TracingNow
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.app.preview.tracing import TracingService

MISSING = TracerFound(False, "the path tracer needs the package mitsuba", way_out="pip install 'myriorama[render]'")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Wishes are kept instead of sent; what the machine has is told by the test alone."""
    kept: list[int] = []

    def keep(self: TracingService, generation: int, _: FrameRequest) -> None:
        kept.append(generation)
        self.now.set(TracingNow("starting"))

    monkeypatch.setattr(TracingService, "ask", keep)
    monkeypatch.setattr("myriorama.app.preview.tracer_here.TracerHere.ask", lambda self: None)
    return kept


@pytest.fixture
def resting(shown: Any, recorded: SampleFrame, asked: list[int]) -> Any:
    """The viewport with a full picture of the raster engine."""
    studio = shown.studio
    request = FrameRequest(studio.document.project, "", recorded.index, recorded.width, recorded.height)
    studio.preview._generation = recorded.generation
    studio.preview.asked.emit(recorded.generation, request)
    studio.preview.frame_ready.emit(recorded)
    return shown


def switch_is_down(shown: Any) -> bool:
    return shown.panel.toolbar._buttons["pathtraced"].isChecked()


def test_the_switch_goes_back_and_the_reason_is_shown(resting: Any, asked: list[int]) -> None:
    studio, panel = resting.studio, resting.panel
    studio.tracer.set(MISSING)
    panel.toolbar._buttons["pathtraced"].trigger()
    assert not switch_is_down(resting)
    assert not studio.refiner.wanted.value
    assert asked == []
    assert "needs the package mitsuba" in panel.traced.notice.text
    assert "pip install 'myriorama[render]'" in panel.traced.notice.text
    assert "Not path traced" in panel.status.text
    (told,) = studio.problems.all
    assert told.way_out.startswith("pip install")
    resting.run("pathtraced")
    assert studio.problems.all == (told,)
    assert sum("mitsuba" in line for line in studio.problems.log) == 1, "told once"


def test_a_wish_before_the_answer_is_taken_back(resting: Any, asked: list[int]) -> None:
    studio = resting.studio
    resting.run("pathtraced")
    assert switch_is_down(resting)
    assert asked == [1]
    studio.tracer.set(MISSING)
    assert not switch_is_down(resting)
    assert studio.tracing.now.value.state == "refused"
    assert "mitsuba" in resting.panel.traced.notice.text


def test_the_reason_stays_while_one_works_on_until_it_is_put_away(resting: Any, recorded: SampleFrame) -> None:
    studio, notice = resting.studio, resting.panel.traced.notice
    studio.tracer.set(MISSING)
    resting.run("pathtraced")
    studio.preview.asked.emit(2, FrameRequest(studio.document.project, "", 1, 100, 80))
    assert notice.text
    resting.qtbot.mouseClick(notice.close_button, Qt.MouseButton.LeftButton)
    assert notice.text == ""
    assert studio.tracing.now.value.state == "off"
    assert studio.problems.all, "the list still has it"
    resting.run("pathtraced")
    assert "mitsuba" in notice.text


@pytest.mark.parametrize("width_px", [360, 640, 1200])
def test_every_word_is_in_view(resting: Any, width_px: int) -> None:
    panel = resting.panel
    panel.resize(width_px, 703)
    resting.studio.tracer.set(MISSING)
    resting.run("pathtraced")
    notice = panel.traced.notice
    label = notice.findChild(QLabel, "words")
    needed = label.fontMetrics().boundingRect(0, 0, label.width(), 2000, Qt.TextFlag.TextWordWrap, label.text())
    resting.qtbot.waitUntil(lambda: label.height() >= needed.height() and label.width() >= needed.width())
    assert panel.stage.rect().contains(notice.geometry())


def test_a_comparison_without_a_second_picture_is_not_opened(resting: Any) -> None:
    resting.studio.tracer.set(MISSING)
    resting.run("compare")
    assert not resting.panel.comparing.isVisible()
    assert "mitsuba" in resting.panel.traced.notice.text
    assert not switch_is_down(resting)


def test_a_comparison_that_waits_is_left_when_the_answer_comes(resting: Any) -> None:
    comparing = resting.panel.comparing
    resting.run("compare")
    assert comparing.isVisible()
    resting.studio.tracer.set(MISSING)
    assert not comparing.isVisible()
    assert "mitsuba" in resting.panel.traced.notice.text


def test_there_is_no_line_to_drag_before_the_second_picture(resting: Any, recorded: SampleFrame) -> None:
    comparing = resting.panel.comparing
    resting.run("compare")
    picture = comparing.picture
    area = picture.area()
    image = picture.grab().toImage()
    middle = [image.pixelColor(area.center().x(), y).name() for y in range(area.top() + 40, area.bottom(), 3)]
    assert middle.count("#ffffff") < len(middle) // 2, "a line stands there"
    resting.qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=area.topLeft())
    assert picture.split == 0.5
    assert not comparing.buttons["difference"].isEnabled()
    resting.studio.tracing.now.set(TracingNow("failed", reason="the path tracer's process ended (signal 9)"))
    assert comparing.figures.text() == "Path tracing failed"
    assert "signal 9" in comparing.figures.toolTip()


def test_a_project_of_the_path_tracer_tells_it_as_its_own(resting: Any) -> None:
    studio = resting.studio
    studio.tracer.set(MISSING)
    traced = set_engine(studio.document.project, "pathtraced").project
    studio.document.replace(traced, "engine")
    assert not studio.refiner.wanted.value
    (told,) = studio.problems.all
    assert told.place == "output.engine"
    assert told.uid
    studio.document.history.undo()
    assert studio.problems.all == ()
    assert resting.panel.traced.notice.text == ""
