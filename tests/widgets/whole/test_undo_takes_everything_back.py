"""In the whole window: class map, engine, cameras and order of effects are one step each, back and forth by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import CLASSES, OUTPUT
from myriorama.app.preview import tracer_here
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.scenes.project.dump import dump_project
from myriorama.widgets.application import Application
from myriorama.widgets.class_map.model import SHOWN
from myriorama.widgets.forms.classes import ClassesForm
from myriorama.widgets.forms.output import OutputForm
from myriorama.widgets.outliner.panel import OutlinerPanel

pytestmark = pytest.mark.gl
LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def dumped(program: Application) -> str:
    project = program.studio.document.project
    assert project is not None
    return dump_project(project)


def test_every_edit_is_one_step_and_undo_gives_back_the_very_project(
    program: Application, small: Callable[..., Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracer_here, "look", lambda: TracerFound(True, device="llvm_ad_rgb", denoises=True))
    window, studio = program.window, program.studio
    window.flow.open(small("mugs_on_conveyor"))
    history = studio.document.history
    outliner, inspector = window.panels["outliner"], window.panels["inspector"]
    assert isinstance(outliner, OutlinerPanel)
    assert studio.catalogue.entries.found

    def form_of(uid: str) -> object:
        studio.selection.select(uid)
        qtbot.waitUntil(lambda: inspector.form_area.widget() is not None)  # type: ignore[attr-defined]
        QApplication.processEvents()
        return inspector.form_area.widget()  # type: ignore[attr-defined]

    def run(word: str) -> None:
        (bound,) = [b for b in outliner.actions_here() if b.action.id == f"outliner.{word}"]
        bound.run()

    def camera() -> None:
        run("camera_phone")

    def order() -> None:
        project = studio.document.project
        assert project is not None
        names = [node.type for node in project.effects]
        place = names.index("sensor_noise")
        outliner.tree.outline.dropped.emit([project.effects[place].uid], "effects", place - 1)

    def switch_off() -> None:
        project = studio.document.project
        assert project is not None
        studio.selection.select(project.effects[0].uid)
        run("enable")

    def remove() -> None:
        run("delete")

    def merge() -> None:
        form = form_of(CLASSES)
        assert isinstance(form, ClassesForm)
        table = form.class_map.table
        area = table.visualRect(table.rows.index(0, SHOWN))
        at = QPoint(area.left() + 12, area.top() + 12)
        QTest.mouseClick(table.viewport(), LEFT, pos=at)
        QTest.mouseDClick(table.viewport(), LEFT, pos=at)
        editor = next(e for e in table.viewport().findChildren(QLineEdit) if e.isVisible())
        editor.selectAll()
        qtbot.keyClicks(editor, "cup")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.wait(1)

    def engine() -> None:
        form = form_of(OUTPUT)
        assert isinstance(form, OutputForm)
        qtbot.waitUntil(lambda: studio.tracer.value is not None)
        form.engine.engine.setCurrentIndex(1)
        form.engine.engine.activated.emit(1)

    def paths() -> None:
        form = form_of(OUTPUT)
        assert isinstance(form, OutputForm)
        field = form.engine.samples_per_pixel
        field.setFocus(Qt.FocusReason.TabFocusReason)
        field.selectAll()
        qtbot.keyClicks(field, "64")
        qtbot.keyClick(field, Qt.Key.Key_Return)

    def denoiser() -> None:
        form = form_of(OUTPUT)
        assert isinstance(form, OutputForm)
        form.engine.denoise.click()

    states = [dumped(program)]
    for edit in (camera, order, switch_off, remove, merge, engine, paths, denoiser):
        steps = len(history.labels)
        edit()
        assert len(history.labels) == steps + 1, f"{edit.__name__}: {history.labels[steps:]}"
        assert dumped(program) != states[-1], edit.__name__
        states.append(dumped(program))
    assert list(history.labels) == [
        "Add Phone camera",
        "Move Sensor noise",
        "Disable Lens distortion",
        "Delete Lens distortion",
        "Show class mug as cup",
        "Make pictures by the engine path traced",
        "Change paths per pixel",
        "Change denoising",
    ]
    for before in reversed(states[:-1]):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
        assert dumped(program) == before
    for after in states[1:]:
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert dumped(program) == after
