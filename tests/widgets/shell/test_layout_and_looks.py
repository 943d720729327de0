"""Docks, layout, themes, settings, problems; what the keyboard reaches has a name; nothing is left behind."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenuBar,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import PARTS
from myriorama.app.problems import Trouble
from myriorama.widgets.application import Application
from myriorama.widgets.problems_panel import ProblemsPanel
from myriorama.widgets.settings_dialog import SettingsDialog
from myriorama.widgets.theme import theme

Start = Callable[[], Application]


def settle(times: int = 3) -> None:
    for _ in range(times):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()


def test_the_docks_stand_where_they_are_expected(program: Application) -> None:
    window = program.window
    window.flow.open("first_light")
    settle()
    area = Qt.DockWidgetArea
    places = {name: window.dockWidgetArea(dock) for name, dock in window.docks.items()}
    assert {n for n, a in places.items() if a == area.LeftDockWidgetArea} == {
        "outliner",
        "assets",
        "history",
    }
    assert {n for n, a in places.items() if a == area.RightDockWidgetArea} == {"inspector"}
    assert {n for n, a in places.items() if a == area.BottomDockWidgetArea} == {
        "gallery",
        "statistics",
        "problems",
        "queue",
        "plugins",
    }
    shown = {n for n, dock in window.docks.items() if not dock.visibleRegion().isEmpty()}
    assert shown == {"outliner", "inspector", "gallery"}
    central = window.centralWidget()
    assert central.width() >= 560
    assert central.height() >= 360


@pytest.mark.gl
def test_floating_and_docking_a_panel_leaves_the_picture_alone(program: Application, qtbot: QtBot) -> None:
    window = program.window
    window.flow.open("first_light")
    stage = window.viewport.stage
    qtbot.waitUntil(lambda: stage.frame is not None and stage.frame.final, timeout=40_000)
    program.studio.overlays.update(lambda state: replace(state, hidden=True))
    assert stage.canvas is not None

    def middle() -> tuple[int, int, int]:
        qtbot.wait(300)
        native = stage.canvas.native
        at = native.mapTo(window, native.rect().center())
        screen = window.screen().grabWindow(window.winId()).toImage()  # what is seen, not what would be drawn
        color = screen.pixelColor(at * screen.devicePixelRatio())
        return color.red(), color.green(), color.blue()

    before = middle()
    assert sum(before) > 60  # the scene, not the ground around it
    for name in ("inspector", "gallery"):
        dock = window.docks[name]
        dock.setFloating(True)
        qtbot.wait(200)
        assert dock.isWindow()
        dock.setFloating(False)
        assert middle() == before
    window.docks["outliner"].hide()
    window.docks["outliner"].show()
    window.actions_by_id["window.reset_layout"].trigger()
    assert middle() == before
    assert stage.canvas.works


def test_what_was_moved_and_closed_is_so_at_the_next_start(start: Start) -> None:
    first = start()
    first.window.flow.open("first_light")
    settle()
    first.window.docks["inspector"].hide()
    first.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, first.window.docks["outliner"])
    first.window.resize(1411, 833)
    settle()
    first.window.close()
    first.close()
    second = start()
    second.window.flow.open("first_light")
    settle()
    assert (second.window.width(), second.window.height()) == (1411, 833)
    assert not second.window.docks["inspector"].isVisible()
    moved = second.window.dockWidgetArea(second.window.docks["outliner"])
    assert moved == Qt.DockWidgetArea.RightDockWidgetArea
    second.window.actions_by_id["window.reset_layout"].trigger()
    settle()
    assert second.window.docks["inspector"].isVisible()
    moved = second.window.dockWidgetArea(second.window.docks["outliner"])
    assert moved == Qt.DockWidgetArea.LeftDockWidgetArea


@pytest.mark.parametrize(
    "layout",
    [
        {"version": "1", "geometry": "!!!", "docks": "???"},
        {"version": "1", "geometry": "AAAA", "docks": "AAAA"},
        {"version": "999", "geometry": "", "docks": ""},
        {"docks": "x"},
    ],
)
def test_a_broken_layout_is_ignored(start: Start, tmp_path: Path, layout: dict[str, str]) -> None:
    from myriorama.app.settings.store import Settings

    (tmp_path / "settings.json").write_text(Settings(layout=layout).model_dump_json())
    program = start()
    program.window.flow.open("first_light")
    settle()
    assert program.window.docks["outliner"].isVisible()
    assert program.window.docks["inspector"].isVisible()


def test_a_theme_is_changed_while_everything_is_open(program: Application, qtbot: QtBot) -> None:
    program.window.flow.open("first_light")
    program.window.dialogs.show_settings()
    dialog = program.window.findChild(SettingsDialog)
    assert dialog is not None
    seen = []
    for name in ("light", "dark"):
        dialog.theme.setCurrentIndex(dialog.theme.findData(name))
        dialog.theme.activated.emit(dialog.theme.currentIndex())
        settle()
        assert program.settings.value.theme == name
        assert theme().name == name
        image = program.window.grab().toImage()
        seen.append(image.pixelColor(6, image.height() - 12).name())
    assert seen == ["#f0f1f3", "#1e1f22"]


def test_settings_are_kept_and_the_scale_says_when_it_takes_effect(start: Start, qtbot: QtBot) -> None:
    first = start()
    first.window.dialogs.show_settings()
    dialog = first.window.findChild(SettingsDialog)
    assert dialog is not None
    assert not dialog.restart.isVisible()
    dialog.scale.setValue(150)
    assert dialog.restart.isVisible()
    dialog.motion.click()
    dialog.folders.take(str(Path.cwd()))
    dialog.reject()
    first.close()
    second = start()
    assert second.settings.value.scale_percent == 150
    assert second.settings.value.reduced_motion
    assert second.settings.value.asset_roots == (str(Path.cwd()),)


def test_problems_are_listed_counted_and_jumped_to(program: Application, qtbot: QtBot) -> None:
    program.window.flow.open("first_light")
    project = program.studio.document.project
    assert project is not None
    uid = project.objects[0].uid
    program.studio.problems.set(
        "test",
        (
            Trouble("test", "warning", "A small thing", "here", "leave it"),
            Trouble("test", "error", "A large thing", "there", "mend it", uid),
        ),
    )
    panel = program.window.panels["problems"]
    assert isinstance(panel, ProblemsPanel)
    qtbot.mouseClick(program.window.status.count, Qt.MouseButton.LeftButton)
    settle()
    assert panel.isVisible()
    assert program.window.status.count.text() == "2"
    texts = [panel.table.model().index(0, c).data() for c in range(3)]
    assert texts == ["A large thing", "there", "mend it"]
    qtbot.keyClick(program.window, Qt.Key.Key_F8)
    assert program.studio.selection.uid == uid
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "error: A large thing\n  where: there\n  way out: mend it"
    program.studio.problems.set("test", ())
    assert program.window.status.count.text() == ""


def test_the_log_has_what_was_told_and_no_more_than_it_can_hold(program: Application) -> None:
    panel = program.window.panels["problems"]
    assert isinstance(panel, ProblemsPanel)
    for number in range(5100):
        program.studio.problems.tell(f"line {number}")
    text = panel.log.toPlainText().splitlines()
    assert len(text) == 5000
    assert text[-1] == "line 5099"


def test_an_error_that_nobody_caught_is_told_and_the_program_goes_on(
    program: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    try:
        raise RuntimeError("a wheel came off")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    boxes = [d for d in program.window.findChildren(QDialog) if d.objectName() == "fault"]
    assert len(boxes) == 1
    assert "a wheel came off" in capsys.readouterr().err
    assert any("a wheel came off" in line for line in program.studio.problems.log)
    assert "a wheel came off" in program.faults.file.read_text()
    boxes[0].accept()
    program.window.flow.open("first_light")
    assert program.studio.document.title == "first_light"


def test_everything_that_the_keyboard_reaches_has_a_name(program: Application, qtbot: QtBot) -> None:
    program.window.flow.open("mugs_on_conveyor")
    project = program.studio.document.project
    assert project is not None
    nameless: set[str] = set()
    seen = 0
    for uid in (project.objects[0].uid, *PARTS):
        program.studio.selection.select(uid)
        settle()
        seen += _look_for_nameless(program, nameless)
    for dock in program.window.docks.values():
        dock.raise_()
        settle()
        seen += _look_for_nameless(program, nameless)
    assert seen > 300
    assert sorted(nameless) == []


def test_nothing_is_left_behind_by_opening_and_closing(program: Application, qtbot: QtBot) -> None:
    def round_trip() -> None:
        program.window.flow.open("first_light")
        settle()
        project = program.studio.document.project
        assert project is not None
        for group in project.objects[:3]:
            program.studio.selection.select(group.uid)
            settle(1)
        program.window.resize(1200 + program.window.width() % 2, 800)
        program.window.flow.close()
        settle()

    def count() -> tuple[Counter[str], int, int]:
        qtbot.wait(200)  # Qt lays docks out by animations of no length, which end in the event loop
        gc.collect()
        settle()
        timers = [t for t in program.window.findChildren(QTimer) if t.isActive()]
        kinds = Counter(
            f"{type(o).__name__} in {type(o.parent()).__name__}" for o in program.window.findChildren(QObject)
        )
        return kinds, len(timers), threading.active_count()

    program.window.flow.open("first_light")
    qtbot.wait(2500)  # the inspector makes rows ahead of time, while nothing else is to do
    qtbot.waitUntil(lambda: program.window.dialogs.prepared, timeout=20_000)
    for _ in range(4):
        round_trip()
    before = count()
    for _ in range(6):
        round_trip()
    qtbot.waitUntil(lambda: count()[1] <= before[1], timeout=10_000)  # what is put off for a moment ends by itself
    after = count()
    assert {kind: n for kind, n in (after[0] - before[0]).items() if n > 2} == {}
    assert after[2] <= before[2]


def _look_for_nameless(program: Application, nameless: set[str]) -> int:
    labels = program.window.findChildren(QLabel)
    seen = 0
    for widget in program.window.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isEnabled() or not widget.isVisible():
            continue
        if _inner(widget):
            continue
        seen += 1
        words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if not words and not any(label.buddy() is widget for label in labels):
            nameless.add(_path(widget))
    return seen


def _inner(widget: QWidget) -> bool:
    """Tell whether Qt made a widget inside another one, which has the name."""
    parent = widget.parentWidget()
    part_of = isinstance(parent, QComboBox | QAbstractSpinBox) and isinstance(widget, QLineEdit)
    return part_of or widget.objectName().startswith("qt_") or isinstance(widget, QTabBar | QScrollBar | QMenuBar)


def _path(widget: QWidget) -> str:
    words = []
    at: QWidget | None = widget
    while at is not None:
        words.append(type(at).__name__ + (f"#{at.objectName()}" if at.objectName() else ""))
        at = at.parentWidget()
    return " < ".join(words[:5])
