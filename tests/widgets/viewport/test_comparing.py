"""Raster against path traced: the line by mouse and keys, the difference, figures, and leaving."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from myriorama.app.preview.frames import FrameRequest, SampleFrame
from myriorama.app.preview.traced import TracedPicture, TracingNow
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.app.preview.tracing import TracingService
from myriorama.scenes.rendering.likeness import compare


@pytest.fixture
def comparing(shown: Any, recorded: SampleFrame, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The comparison of the example's sample with a brighter picture of it."""
    monkeypatch.setattr(TracingService, "ask", lambda self, *_: self.now.set(TracingNow("starting")))
    monkeypatch.setattr("myriorama.app.preview.tracer_here.look", lambda: TracerFound(True))
    studio = shown.studio
    request = FrameRequest(studio.document.project, "", recorded.index, recorded.width, recorded.height)
    studio.preview._generation = recorded.generation
    studio.preview.asked.emit(recorded.generation, request)
    studio.preview.frame_ready.emit(recorded)
    shown.run("compare")
    brighter = np.minimum(recorded.rgb.astype(int) + 30, 255).astype(np.uint8)
    studio.tracing.picture_ready.emit(TracedPicture(recorded.generation, brighter, 4, 8, 1.0, False, True))
    studio.tracing.now.set(TracingNow("tracing", 4, 8, 1.0, True))
    view = shown.panel.comparing
    shown.qtbot.waitUntil(lambda: view.likeness is not None)
    return view


def color_at(view: Any, share_x: float, share_y: float) -> tuple[int, int, int]:
    picture = view.picture
    area = picture.area()
    image = picture.grab().toImage()
    at = image.pixelColor(area.left() + round(share_x * area.width()), area.top() + round(share_y * area.height()))
    return at.red(), at.green(), at.blue()


def test_each_side_of_the_line_shows_its_picture_and_figures_are_right(
    shown: Any, comparing: Any, recorded: SampleFrame
) -> None:
    traced = shown.studio.refiner.traced
    assert comparing.likeness == compare(recorded.rgb, traced.rgb)
    assert f"SSIM {comparing.likeness.similarity:.3f}" in comparing.figures.text()
    column, row = recorded.width // 4, recorded.height * 3 // 4
    share = (column + 0.5) / recorded.width, (row + 0.5) / recorded.height
    comparing.picture.set_split(1.0)
    left = color_at(comparing, *share)
    comparing.picture.set_split(0.0)
    right = color_at(comparing, *share)
    assert np.allclose(np.subtract(right, left), 30, atol=4)


def test_the_line_is_dragged_and_moved_by_keys_and_samples_stay(shown: Any, comparing: Any) -> None:
    picture = comparing.picture
    area = picture.area()
    shown.qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(area.left() + area.width() // 4, 60))
    assert picture.split == pytest.approx(0.25, abs=0.01)
    shown.qtbot.mouseMove(picture, QPoint(area.left() + area.width() // 2, 60))
    shown.qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton)
    picture.set_split(0.5)
    shown.qtbot.keyClick(picture, Qt.Key.Key_Left)
    assert picture.split == pytest.approx(0.48)
    shown.qtbot.keyClick(picture, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert picture.split == pytest.approx(0.58)
    shown.qtbot.keyClick(picture, Qt.Key.Key_End)
    assert picture.split == 1.0
    assert shown.studio.index.value == 0


def test_the_difference_and_leaving(shown: Any, comparing: Any) -> None:
    picture = comparing.picture
    shown.qtbot.keyClick(picture, Qt.Key.Key_D)
    assert picture.mode == "difference"
    assert comparing.buttons["difference"].isChecked()
    assert np.allclose(color_at(comparing, 0.25, 0.75), 128 + 3 * 30, atol=6)
    shown.qtbot.keyClick(picture, Qt.Key.Key_Escape)
    assert not comparing.isVisible()
    shown.run("compare")
    assert comparing.isVisible()
    shown.run("compare")
    assert not comparing.isVisible()


def test_while_something_moves_the_last_two_stay_dimmed(shown: Any, comparing: Any, recorded: SampleFrame) -> None:
    studio = shown.studio
    draft = FrameRequest(studio.document.project, "", 0, 100, 80, "draft", final=False)
    studio.preview.asked.emit(2, draft)
    studio.preview.frame_ready.emit(replace(recorded, generation=2, final=False))
    assert comparing.figures.text() == "When the picture rests"
    assert comparing.picture._dim


def test_leaving_gives_the_keyboard_back_to_the_picture(shown: Any, comparing: Any) -> None:
    window, native = shown.panel.window(), shown.panel.stage.canvas.native
    assert window.focusWidget() is comparing.picture
    shown.qtbot.keyClick(comparing.picture, Qt.Key.Key_Escape)
    assert not comparing.isVisible()
    assert window.focusWidget() is native
    shown.run("compare")
    assert window.focusWidget() is comparing.picture
    shown.qtbot.mouseClick(comparing.leave, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is native
