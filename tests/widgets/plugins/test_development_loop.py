"""An author saves, and sees it: the next picture, or the last good one with a card that says what is wrong."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
_PATIENCE_MS = 60_000


class Loop:
    """The program with one plugin under development, and what came of each save."""

    def __init__(self, program: Application, path: Path, text_of: Callable[..., str], qtbot: QtBot) -> None:
        self.program, self.path = program, path
        self._text_of, self._qtbot = text_of, qtbot
        self.frames: list[SampleFrame] = []
        self.failures: list[Failure] = []
        program.studio.preview.frame_ready.connect(self.frames.append)
        program.studio.preview.failed.connect(self.failures.append)
        self.card = program.window.viewport.stage.faults.card

    def begin(self) -> None:
        self.path.write_text(self._text_of(), encoding="utf-8")
        self.program.window.plugin_flow.develop(self.path)
        self.until(lambda: any(frame.final for frame in self.frames))

    def save(self, body: str = "pass", **words: object) -> None:
        self.frames.clear()
        self.failures.clear()
        self.path.write_text(self._text_of(body, **words), encoding="utf-8")

    def until(self, there: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(there, timeout=_PATIENCE_MS)

    @property
    def extent_m(self) -> float:
        """The size of the plugin's object in the newest picture."""
        seen = [i for i in self.frames[-1].instances if i.kind == "thing"]
        return float(np.ptp(seen[0].bounds, axis=0).max()) if seen else 0.0


@pytest.fixture
def loop(program: Application, tmp_path: Path, text_of: Callable[..., str], qtbot: QtBot) -> Loop:
    made = Loop(program, tmp_path / "my_pyramid.py", text_of, qtbot)
    made.begin()
    return made


def test_a_save_is_seen_and_an_error_leaves_the_last_picture_with_a_card(loop: Loop, qtbot: QtBot) -> None:
    studio, stage = loop.program.studio, loop.program.window.viewport.stage
    project = studio.document.project
    assert project is not None
    assert [group.type for group in project.objects] == ["test_pyramid"]
    assert not studio.document.dirty
    rows = {row.source.id: row.status for row in studio.plugins.rows}
    assert rows == {"my_pyramid": "development"}
    assert loop.extent_m == pytest.approx(0.3, abs=1e-6)

    loop.save(body="size = 0.7")
    loop.until(lambda: bool(loop.frames))
    assert loop.extent_m == pytest.approx(0.7, abs=1e-6)
    loop.until(lambda: any(f.final for f in loop.frames))
    assert not loop.card.isVisible()

    shown = stage.frame
    loop.save(body="raise ValueError('too pointed')")
    loop.until(loop.card.isVisible)
    assert stage.frame is shown, "the last good picture stays"
    assert loop.card.fault is not None
    assert loop.card.fault.code == "raise ValueError('too pointed')"
    assert loop.card.sample.text() == f"Seed {project.seed}, sample 0"
    assert "size_m = 0.3" in loop.card.given.text()
    qtbot.mouseClick(loop.card.command_button, Qt.MouseButton.LeftButton)
    command = QGuiApplication.clipboard().text()
    assert command.startswith(f"myriorama plugin run {loop.path} generator/test_pyramid --values ")
    assert not stage.message.isVisible()
    assert any("too pointed" in t.message for t in studio.problems.all)

    loop.save(body="size = 0.5")
    loop.until(lambda: bool(loop.frames) and not loop.card.isVisible())
    assert loop.extent_m == pytest.approx(0.5, abs=1e-6)


def test_a_save_that_cannot_be_loaded_keeps_the_last_one_in_use(loop: Loop) -> None:
    studio, stage = loop.program.studio, loop.program.window.viewport.stage
    grants = studio.registry.grants
    shown = stage.frame
    loop.path.write_text("from myriorama.plugins import Generator\nimport no_such_thing_at_all\n")
    loop.until(loop.card.isVisible)
    assert loop.card.fault is not None
    assert loop.card.fault.cause == "import"
    assert loop.card.fault.line == 2
    assert studio.registry.grants == grants
    assert stage.frame is shown
    assert any(t.source == "plugins" and t.severity == "error" for t in studio.problems.all)
    loop.save(body="size = 0.6")
    loop.until(lambda: bool(loop.frames) and not loop.card.isVisible())
    assert not [t for t in studio.problems.all if t.source == "plugins"]


def test_work_may_begin_with_a_file_that_cannot_be_loaded(
    program: Application, tmp_path: Path, text_of: Callable[..., str], qtbot: QtBot
) -> None:
    loop = Loop(program, tmp_path / "torn.py", text_of, qtbot)
    loop.path.write_text("from myriorama.plugins import Generator\nimport no_such_thing_at_all\n")
    program.window.plugin_flow.develop(loop.path)
    loop.until(lambda: program.studio.document.project is not None)
    loop.until(loop.card.isVisible)
    loop.save()
    loop.until(lambda: bool(loop.frames) and not loop.card.isVisible() and loop.extent_m > 0)
    project = program.studio.document.project
    assert project is not None
    assert [group.type for group in project.objects] == ["test_pyramid"]


def test_its_page_is_opened_where_that_is_asked_for(
    program: Application, tmp_path: Path, text_of: Callable[..., str], qtbot: QtBot
) -> None:
    path = tmp_path / "paged.py"
    path.write_text(text_of(), encoding="utf-8")
    program.window.plugin_flow.develop(path, page=True)
    qtbot.waitUntil(lambda: program.window.objects.window is not None, timeout=_PATIENCE_MS)
    page = program.window.objects.window.page
    assert page.name.value == "test_pyramid"
    qtbot.waitUntil(lambda: page.frame is not None, timeout=_PATIENCE_MS)
    panel = program.window.panels["plugins"]
    qtbot.waitUntil(lambda: panel.current is not None and panel.current.source.id == "paged")
    program.window.objects.window.close()
    page.pictures.close()


def test_another_parameter_is_a_row_at_once(loop: Loop) -> None:
    studio = loop.program.studio
    text = loop.path.read_text()
    added = '        Float("lean_deg", default=5.0, minimum=0.0, maximum=45.0, help="Lean.", unit="deg"),\n    )\n'
    more = text.replace('unit="m"),)\n', 'unit="m"),\n' + added)
    more = more.replace("parameters = (Float", "parameters = (\n        Float")
    assert more != text
    project = studio.document.project
    assert project is not None
    studio.selection.select(project.objects[0].uid)
    inspector = loop.program.window.panels["inspector"]
    loop.path.write_text(more)
    loop.until(lambda: "lean_deg" in [row.declaration.name for row in inspector.inspection.rows()])
    loop.program.window.plugin_flow.show_source()
    panel = loop.program.window.panels["plugins"]
    assert panel.current is not None
    assert panel.detail.list.topLevelItem(0).text(1) == "2"


def test_work_that_is_stopped_runs_no_more(loop: Loop, qtbot: QtBot) -> None:
    studio, window = loop.program.studio, loop.program.window
    panel = window.panels["plugins"]
    panel.select(f"path:{loop.path}")
    panel.disable()
    loop.until(lambda: not studio.plugins.busy and not studio.registry.grants)
    assert studio.development.paths == ()
    project = studio.document.project
    assert project is not None
    assert project.objects[0].type == "test_pyramid", "the project keeps what it holds"
    studio.selection.select(project.objects[0].uid)
    QApplication.processEvents()
    missing = window.panels["inspector"].missing
    assert missing.isVisible()
    assert "test_pyramid" in missing.warning.text()
    assert "size_m" in missing.kept.toPlainText() or missing.kept.toPlainText() == "{}"
    window.show_panel("gallery")
    qtbot.mouseClick(missing.plugins_button, Qt.MouseButton.LeftButton)
    assert panel.isVisible()
    loop.save(body="size = 0.9")
    qtbot.wait(500)
    assert studio.registry.grants == ()


@pytest.mark.long
@pytest.mark.timed
def test_a_save_is_seen_within_a_second(loop: Loop, qtbot: QtBot, within: Callable[[float, float], None]) -> None:
    took = []
    for number in range(7):
        qtbot.wait(800)  # a hand does not save twice in a second
        began = time.perf_counter()
        loop.save(body=f"size = {0.2 + 0.1 * number}")
        loop.until(lambda: bool(loop.frames))
        took.append(time.perf_counter() - began)
        assert loop.extent_m == pytest.approx(0.2 + 0.1 * number, abs=1e-6)
        loop.until(lambda: any(f.final for f in loop.frames))
    within(statistics.median(took[2:]), 1.0)
