"""Jobs and the window: asked about when it closes, offered when it opens, told of in the status bar."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.states import SampleState
from myriorama.scenes.project.load import LoadedProject
from myriorama.widgets.application import Application

if TYPE_CHECKING:
    from tests.widgets.queue.conftest import Snapshots

pytestmark = pytest.mark.gl
LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


def asked(program: Application) -> QMessageBox:
    return next(b for b in program.window.findChildren(QMessageBox) if b.objectName() == "jobs run" and b.isVisible())


def press(qtbot: QtBot, box: QMessageBox, text: str) -> None:
    qtbot.mouseClick(next(b for b in box.buttons() if b.text().replace("&", "") == text), LEFT)


def begun(qtbot: QtBot, program: Application, snapshot: Snapshots, count: int = 400) -> str:
    entry = program.studio.queue.add(snapshot("long", count))
    board = program.window.jobs.panel.board
    qtbot.waitUntil(lambda: any(r.done >= 2 for r in board.rows), timeout=TIMEOUT_MS)
    return entry.id


def test_closing_asks_and_a_stopped_job_is_offered_again(
    qtbot: QtBot, start: Callable[[], Application], snapshot: Snapshots, tmp_path: Path
) -> None:
    program = start()
    job = begun(qtbot, program, snapshot)
    badge = program.window.status.badge
    assert badge.isVisible()
    assert badge.text().startswith("long: ")
    shown: list[str] = []
    badge.job_wanted.connect(shown.append)
    qtbot.mouseClick(badge, LEFT)
    assert shown == [job]
    assert program.window.docks["queue"].isVisible(), "also while no project is open"

    program.window.close()
    press(qtbot, asked(program), "Cancel")
    assert program.window.isVisible()
    program.window.close()
    box = asked(program)
    assert "of 400 samples" in box.text()
    press(qtbot, box, "Stop after the samples under way")
    assert not program.window.isVisible()
    runner = program.studio.queue._runner
    assert runner is not None
    program.close()
    assert runner.poll() is not None, "nothing goes on"
    jobs = Jobs(tmp_path / "cache" / "queue")
    view = jobs.view(jobs.entry(job))
    assert view.state == "interrupted"
    assert view.counts[SampleState.LEASED] == 0, "the samples under way were finished"

    second = start()
    flow = second.window.jobs
    qtbot.waitUntil(lambda: flow.offer is not None, timeout=TIMEOUT_MS)
    bar = flow.offer
    assert bar is not None
    buttons = {b.text(): b for b in bar.findChildren(QPushButton)}
    assert set(buttons) == {"Resume", "Show", "Leave", "Remove"}
    qtbot.mouseClick(buttons["Show"], LEFT)
    assert second.window.docks["queue"].isVisible()
    assert flow.panel.board.selected.value == job
    done = view.counts[SampleState.DONE]
    qtbot.mouseClick(buttons["Resume"], LEFT)
    assert flow.offer is None
    qtbot.waitUntil(lambda: any(r.alive and r.done > done for r in flow.panel.board.rows), timeout=TIMEOUT_MS)
    flow.panel.board.ask(job, "cancel")
    qtbot.waitUntil(lambda: all(not r.alive for r in flow.panel.board.rows), timeout=TIMEOUT_MS)
    second.window.close()
    assert not second.window.isVisible(), "nothing runs, so nothing is asked"


def test_a_job_goes_on_in_the_background(
    qtbot: QtBot, start: Callable[[], Application], snapshot: Snapshots, tmp_path: Path
) -> None:
    program = start()
    job = begun(qtbot, program, snapshot, count=40)
    program.window.close()
    press(qtbot, asked(program), "Go on in the background")
    runner = program.studio.queue._let_go
    assert runner is not None
    program.close()
    jobs = Jobs(tmp_path / "cache" / "queue")
    assert runner.poll() is None
    second = start()
    assert second.window.jobs.offer is None
    board = second.window.jobs.panel.board
    qtbot.waitUntil(lambda: any(r.alive for r in board.rows) or jobs.view(jobs.entry(job)).state == "finished")
    second.window.close()
    assert not second.window.isVisible(), "it is not this program's to stop"
    until_s = time.monotonic() + 60
    while jobs.view(jobs.entry(job)).state != "finished":
        assert time.monotonic() < until_s
        time.sleep(0.1)
    assert (tmp_path / "long" / "manifest.json").is_file()
    runner.wait(20)


def test_a_job_that_is_left_does_not_begin_by_itself(
    qtbot: QtBot, start: Callable[[], Application], snapshot: Snapshots, tmp_path: Path
) -> None:
    jobs = Jobs(tmp_path / "cache" / "queue")
    entries = [jobs.add(snapshot(f"job{k}", 3)) for k in range(5)]
    program = start()
    flow = program.window.jobs
    qtbot.waitUntil(lambda: flow.offer is not None, timeout=TIMEOUT_MS)
    bar = flow.offer
    assert bar is not None
    assert list(bar.rows) == [e.id for e in entries[:3]]

    def button(job: str, text: str) -> QPushButton:
        assert bar is not None
        return next(b for b in bar.rows[job].findChildren(QPushButton) if b.text() == text)

    qtbot.mouseClick(button(entries[0].id, "Leave"), LEFT)
    qtbot.waitUntil(lambda: jobs.entry(entries[0].id).desired == "pause")
    assert entries[3].id in bar.rows, "the next one is offered"
    qtbot.mouseClick(button(entries[1].id, "Remove"), LEFT)
    qtbot.waitUntil(lambda: entries[1].id not in [e.id for e in jobs.entries()])
    for entry in (*entries[2:4], entries[4]):
        qtbot.mouseClick(button(entry.id, "Leave"), LEFT)
    assert flow.offer is None
    qtbot.waitUntil(lambda: all(e.desired == "pause" for e in jobs.entries()))
    assert not program.studio.queue.running


def test_the_copy_of_a_jobs_project_is_opened(
    qtbot: QtBot, start: Callable[[], Application], snapshot: Snapshots, far_project: LoadedProject
) -> None:
    program = start()
    made = snapshot("set", 3)
    program.window.jobs.open_copy(made, 2)
    document = program.studio.document
    assert document.project == far_project.project
    assert document.path is None
    assert document.dirty, "it is not saved anywhere"
    assert program.studio.index.value == 2
    document.mark_saved(Path(os.devnull))
