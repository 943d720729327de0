"""The object studio's window: hands on picture, sliders, tables and draws, and the ways that lead there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from myriorama.app.document.edits import add
from myriorama.app.object_studio.bench import bench_project
from myriorama.app.object_studio.looks import Turn
from myriorama.app.preview.frames import Failure
from myriorama.app.studio import Studio
from myriorama.plugins.faults import Fault
from myriorama.widgets.application import Application
from myriorama.widgets.editors import NumberField
from myriorama.widgets.object_studio.picture import round_length
from myriorama.widgets.object_studio.slider import PlaceSlider
from myriorama.widgets.object_studio.window import ObjectStudioWindow

PATIENCE_MS = 60_000
PLUGIN = '''
from myriorama.plugins import Float, Generator, ObjectModel, Part
from myriorama.plugins.shapes import box, moved, plastic


class PlainCube(Generator):
    """A cube."""

    name = "plain_cube"
    label = "Plain cube"
    help = "A cube."
    parameters = (Float("size_m", 0.1, help="Edge.", unit="m", minimum=0.05, maximum=0.2),)

    def generate(self, values):
        size = values["size_m"]
        return ObjectModel((Part("cube", moved(box((size, size, size)), 0.0, 0.0, size / 2), plastic("#808080")),))
'''


@pytest.fixture
def window(studio: Studio, qtbot: QtBot) -> Iterator[ObjectStudioWindow]:
    made = ObjectStudioWindow(studio)
    qtbot.addWidget(made)
    yield made
    made.close()


@pytest.fixture
def settled(window: ObjectStudioWindow, qtbot: QtBot) -> Callable[[], None]:
    """Waits for the picture in full of what is shown."""

    def wait() -> None:
        page = window.page
        qtbot.waitUntil(
            lambda: page.frame is not None and page.frame.final and page.pictures.at_rest, timeout=PATIENCE_MS
        )

    return wait


def test_the_window_with_its_process(
    window: ObjectStudioWindow,
    settled: Callable[[], None],
    qtbot: QtBot,
    studio: Studio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, picture = window.page, window.picture
    assert page.pictures.pid is None, "nothing runs before the window is seen"
    window.open("mug")
    window.show()
    settled()
    pid = page.pictures.pid
    names = [k.name for k in studio.registry.generator("mug").generate(page.values).keypoints]
    assert list(picture.marks) == names
    rows = [window.facts.keypoints.topLevelItem(i).text(0) for i in range(window.facts.keypoints.topLevelItemCount())]
    assert rows == names
    parts = [window.facts.parts.topLevelItem(i).text(0) for i in range(window.facts.parts.topLevelItemCount())]
    assert parts == [p.name for p in page.facts.value.parts]
    assert "4,112 triangles" in window.strip.text()
    # The frame around a picture that has the keyboard lies around it, not over it.
    monkeypatch.setattr(picture, "hasFocus", lambda: True)
    shot = picture.grab().toImage()
    monkeypatch.undo()
    ratio = picture.devicePixelRatioF()
    for x, y in ((30, 30), (60, picture.height() - 60)):
        seen = shot.pixelColor(round(x * ratio), round(y * ratio))
        made = page.frame.rgb[min(y, page.frame.height - 1), min(x, page.frame.width - 1)]
        assert abs(seen.red() - int(made[0])) < 20, (seen.getRgb(), made)

    before = page.turn.value
    first = page.frame
    middle = picture.rect().center()
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(picture, middle + QPoint(60, 0))
    QTest.mouseMove(picture, middle + QPoint(100, 20))
    qtbot.waitUntil(lambda: page.frame is not first and not page.frame.final, timeout=PATIENCE_MS)
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 20))
    assert page.turn.value.azimuth_deg < before.azimuth_deg - 20.0
    assert page.turn.value.elevation_deg > before.elevation_deg + 5.0
    settled()
    wheel = QWheelEvent(
        QPointF(middle), QPointF(picture.mapToGlobal(middle)), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(picture, wheel)
    assert page.turn.value.zoom > 1.0
    QTest.keyClick(picture, Qt.Key.Key_Home)
    assert page.turn.value == Turn()
    settled()

    turned = page.turn.value
    QTest.keyClick(picture, Qt.Key.Key_Space)
    shown: list[Any] = []
    page.framed.connect(shown.append)
    qtbot.waitUntil(lambda: len(shown) >= 4, timeout=PATIENCE_MS)
    QTest.keyClick(picture, Qt.Key.Key_Space)
    assert page.turn.value.azimuth_deg != turned.azimuth_deg
    assert not page.turning.value
    settled()
    poses = [f.camera.world_from_camera for f in shown]
    assert all(not np.allclose(a, b) for a, b in zip(poses[:3], poses[1:4], strict=True)), "each picture is further on"

    slider = window.values.rows["height_m"].slider
    assert isinstance(slider, PlaceSlider)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    QTest.mouseMove(slider, QPoint(slider.width() + 50, 10))
    assert page.values["height_m"] == 0.25, "the end of the way is the hard limit"
    assert page.document.project is not page.document.shown, "a drag is no step yet"
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() + 50, 10))
    assert page.document.history.undo_label == "Change height"
    qtbot.waitUntil(lambda: page.facts.value.extent.high[2] == pytest.approx(0.25), timeout=PATIENCE_MS)

    qtbot.waitUntil(lambda: page.draws[2].rgb is not None, timeout=PATIENCE_MS)
    grid = window.draws.grid
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell(2).center())
    assert page.values == dict(page.draws[2].values or {})
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=PATIENCE_MS)
    QTest.keyClick(grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.values["height_m"] == 0.25

    window.close()
    assert page.pictures.pid is None
    qtbot.waitUntil(lambda: not _alive(pid), timeout=PATIENCE_MS)


def test_values_without_a_picture(window: ObjectStudioWindow, qtbot: QtBot) -> None:
    window.open("mug")
    page, rows = window.page, window.values.rows
    assert list(rows) == [p.name for p in page.parameters]
    height = rows["height_m"]
    assert isinstance(height.editor, NumberField)
    assert "0.25 m" in height.help_text()
    assert height.back.isHidden()
    height.editor.changed.emit(0.2)
    assert page.values["height_m"] == 0.2
    assert not height.back.isHidden()
    height.back.click()
    assert page.values["height_m"] == height.parameter.default  # type: ignore[union-attr]
    before = page.values
    height.die.click()
    assert page.values["height_m"] != before["height_m"]
    assert rows["handle"].die.isHidden(), "what suggests nothing has no die"
    toggle = rows["handle"].editor
    toggle.click()
    assert page.values["handle"] is False
    window.values.roll_all.click()
    window.values.reset_all.click()
    assert page.values == {p.name: p.default for p in page.parameters}
    for name in ("carton", "primitive", "mesh_file", "conveyor_belt"):
        window.open(name)
        assert set(window.values.rows) == {p.name for p in page.parameters}
        assert window.windowTitle().startswith(window.bar.title.text())


def test_values_go_to_clipboard_and_project(window: ObjectStudioWindow, studio: Studio) -> None:
    window.open("mug", {"height_m": 0.12})
    window.copy_values()
    assert json.loads(QGuiApplication.clipboard().text())["height_m"] == 0.12
    assert not window.bar.add_button.isEnabled()
    window.add_to_project()
    assert "Open or start a project first" in window.strip.text()
    project = bench_project(studio.registry, "die")
    studio.document.open(project, studio.document.folder)
    assert window.bar.add_button.isEnabled()
    window.bar.add_button.click()
    added = studio.document.project.objects[-1]  # type: ignore[union-attr]
    assert (added.type, added.parameters["height_m"]) == ("mug", 0.12)
    assert studio.selection.value == (added.uid,)
    studio.document.history.undo()
    assert studio.document.project == project


def test_the_shelf_finds_and_opens(window: ObjectStudioWindow, studio: Studio, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: studio.catalogue.is_ready, timeout=PATIENCE_MS)
    window.shelf.show_entries(studio.catalogue.entries.found)
    assert set(window.shelf.shown) == set(studio.registry.names("generator"))
    QTest.keyClicks(window.shelf.filter, "die")
    assert window.shelf.shown[0] == "die"
    QTest.keyClick(window.shelf.filter, Qt.Key.Key_Return)
    assert window.page.name.value == "die"
    QTest.keyClicks(window.shelf.filter, "zzz")
    assert window.shelf.shown == ()


def test_a_fault_shows_its_card_over_the_last_picture(window: ObjectStudioWindow) -> None:
    window.open("mug")
    fault = Fault(
        source="plates", kind="generator", name="plate", cause="raised", message="ArithmeticError: too wide",
        file="plates.py", line=18, code='raise ArithmeticError("too wide")', values={"width_m": 0.95},
    )  # fmt: skip
    window.page.failure.set(Failure(1, 0, "plugin", "it failed", fault=fault))
    assert not window.faults.card.isHidden()
    told = " ".join(label.text() for label in window.faults.card.findChildren(QLabel))
    assert "too wide" in told
    window.page.failure.set(None)
    assert window.faults.card.isHidden()


def test_a_save_that_cannot_be_loaded_is_told_over_the_last_picture(
    window: ObjectStudioWindow, studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "plain_cube.py"
    path.write_text(PLUGIN)
    studio.development.begin(path)
    qtbot.waitUntil(lambda: "plain_cube" in studio.registry.names("generator"), timeout=PATIENCE_MS)
    window.open("plain_cube")
    path.write_text(PLUGIN + "\nraise ValueError('broken on purpose')\n")
    qtbot.waitUntil(lambda: not window.faults.card.isHidden(), timeout=PATIENCE_MS)
    told = " ".join(label.text() for label in window.faults.card.findChildren(QLabel))
    assert "broken on purpose" in told
    assert "plain_cube" in studio.registry.names("generator"), "the last state that could be loaded stays"
    path.write_text(PLUGIN)
    qtbot.waitUntil(window.faults.card.isHidden, timeout=PATIENCE_MS)


def test_it_is_reached_from_menu_outliner_and_the_list_of_what_can_be_added(program: Application, qtbot: QtBot) -> None:
    main, studio = program.window, program.studio
    assert main.objects.window is None
    assert main.table.run("window.object_studio")
    opened = main.objects.window
    assert opened is not None
    assert opened.isVisible()
    assert opened.page.name.value == "mug"
    opened.close()
    project = bench_project(studio.registry, "die", {"size_m": 0.02})
    edit = add(project, studio.registry, "generator", "mug")
    studio.document.open(edit.project, studio.document.folder)
    outliner = main.panels["outliner"]
    studio.selection.select("light")
    assert not main.table.can_run("outliner.look")
    studio.selection.select(*edit.select)
    assert main.table.run("outliner.look")
    assert opened.isVisible()
    assert opened.page.name.value == "mug"
    low, high = 0.076, 0.114
    assert low <= opened.page.values["height_m"] <= high, "as the current sample draws it"
    opened.close()
    outliner.popup.offer(studio.catalogue.entries, QPoint(10, 10))  # type: ignore[attr-defined]
    QTest.keyClicks(outliner.popup.search_field, "bottle")  # type: ignore[attr-defined]
    outliner.popup.look_button.click()  # type: ignore[attr-defined]
    assert opened.page.name.value == "bottle"
    assert studio.document.project == edit.project, "looking adds nothing"
    opened.close()
    assert opened.page.pictures.pid is None


def _alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_scale_always_has_a_round_length() -> None:
    for px_per_m in np.geomspace(1e-3, 1e6, 200):
        length_m = round_length(64.0 / px_per_m, 170.0 / px_per_m)
        digit = length_m / 10.0 ** np.floor(np.log10(length_m) + 1e-9)
        assert min(abs(digit - d) for d in (1.0, 2.0, 5.0)) < 1e-6, (px_per_m, length_m)
        assert 64.0 <= length_m * px_per_m <= 170.0
