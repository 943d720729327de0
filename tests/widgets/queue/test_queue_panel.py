"""The panel over real jobs that the real runner makes: shown, paused, ordered, cancelled, looked into."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPointF, Qt
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.queue_view.figures import JobFigures
from myriorama.app.render_queue.room import Need, disk_of
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.render_queue.states import SampleState
from myriorama.app.studio import Studio
from myriorama.scenes.project.load import LoadedProject
from myriorama.widgets.queue.model import COLUMNS, JOB, PRIORITY, JobsModel
from myriorama.widgets.queue.panel import QueuePanel

if TYPE_CHECKING:
    from tests.widgets.queue.conftest import Snapshots

pytestmark = pytest.mark.gl
LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


def order(panel: QueuePanel) -> list[str]:
    return [row.out.name for row in panel.table.jobs.rows]


def row_of(panel: QueuePanel, name: str) -> JobFigures:
    return next(row for row in panel.board.rows if row.out.name == name)


def box(panel: QWidget, name: str) -> QMessageBox:
    return next(b for b in panel.findChildren(QMessageBox) if b.objectName() == name and b.isVisible())


def press(qtbot: QtBot, asked: QMessageBox, text: str) -> None:
    qtbot.mouseClick(next(b for b in asked.buttons() if b.text().replace("&", "") == text), LEFT)


def waiting(studio: Studio, *snapshots: JobSnapshot) -> None:
    """Put jobs into the list that nobody works on."""
    for made in snapshots:
        studio.queue.jobs.add(made, desired="pause")
    studio.queue.wake()


def test_an_empty_queue_says_what_to_do(panel: QueuePanel) -> None:
    assert panel.pages.currentIndex() == 0
    assert "Export" in panel.empty.text()
    assert not any(b.enabled() for b in panel.actions_here() if b.enabled is not None)


def test_a_job_is_made_and_looked_into(
    qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.queue.add(snapshot("set", 7))
    qtbot.waitUntil(lambda: order(panel) == ["set"])
    assert panel.pages.currentIndex() == 1
    assert panel.board.current is not None, "the only job is looked at"
    panel.details.setCurrentWidget(panel.pictures)
    qtbot.waitUntil(lambda: row_of(panel, "set").state == "running", timeout=TIMEOUT_MS)
    assert panel.tools["pause"].isEnabled()
    assert not panel.tools["remove"].isEnabled()
    qtbot.waitUntil(lambda: row_of(panel, "set").state == "finished", timeout=TIMEOUT_MS)

    def shown() -> set[int]:
        strip = panel.pictures.strip._shown
        return {number for number, pixmap, trouble in strip if not trouble and not pixmap.isNull()}

    # a picture that was asked for just before the dataset got its name is asked for again under it
    qtbot.waitUntil(lambda: bool(shown()), timeout=TIMEOUT_MS)
    assert shown() <= {0, 1, 4, 5}
    found = row_of(panel, "set")
    assert (found.done, found.failed, found.left) == (4, 3, 0)
    model = panel.table.jobs
    told = [model.data(model.index(0, column)) for column in range(len(COLUMNS))]
    assert told[1:3] == ["Finished", "4 of 7, 3 failed"]
    assert panel.progress.state.text() == "Finished"
    assert "4 written, 3 failed" in panel.progress.facts["samples"].text()
    assert panel.details.tabText(2) == "Failures (3)"

    panel.details.setCurrentWidget(panel.failures)
    failures = panel.failures
    qtbot.waitUntil(lambda: failures.tree.topLevelItemCount() == 1, timeout=TIMEOUT_MS)
    group = failures.tree.topLevelItem(0)
    assert group.text(0) == "A format cannot hold it (3)"
    assert [group.child(k).text(0).split()[0] for k in range(3)] == ["2", "3", "6"]
    failures.tree.setCurrentItem(group.child(1))
    qtbot.waitUntil(lambda: failures._kept is not None and failures._kept.index == 3)
    assert "does not fit in 16 bits" in failures.reason.toPlainText()
    kept = failures._kept
    assert kept is not None
    assert kept.picture is not None
    assert failures.sight.currentWidget() is failures.picture
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    qtbot.mouseClick(failures.open_folder, LEFT)
    assert (Path(opened[0]) / "picture.png").is_file()
    assert json.loads((Path(opened[0]) / "reason.json").read_bytes())["index"] == 3

    wanted: list[tuple[str, int]] = []
    panel.project_wanted.connect(lambda job, index: wanted.append((job.name, index)))
    qtbot.mouseClick(failures.open_sample, LEFT)
    qtbot.waitUntil(lambda: wanted == [("near and far", 3)])

    qtbot.mouseClick(panel.tools["again"], LEFT)
    qtbot.waitUntil(lambda: "set-again-1" in order(panel), timeout=TIMEOUT_MS)
    again = studio.queue.snapshot(row_of(panel, "set-again-1").id)
    assert list(again.samples) == [2, 3, 6], "a finished dataset is left alone: its failed samples make another"


def test_open_this_sample(
    qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots, far_project: LoadedProject
) -> None:
    shown: list[int] = []
    wanted: list[int] = []
    panel.sample_shown.connect(shown.append)
    panel.project_wanted.connect(lambda job, index: wanted.append(index))
    made = snapshot("set", 3)
    studio.document.open(far_project.project, far_project.folder)
    panel.open_sample_of(made, 2)
    assert (shown, studio.index.value) == ([2], 2), "it is the very project"
    studio.document.open(far_project.project.model_copy(update={"seed": 9}), far_project.folder)
    panel.open_sample_of(made, 1)
    asked = box(panel, "other project")
    assert "was changed" in asked.text()
    press(qtbot, asked, "Cancel")
    assert wanted == []
    panel.open_sample_of(made, 1)
    press(qtbot, box(panel, "other project"), "Open the copy")
    assert wanted == [1]
    studio.document.close()
    panel.open_sample_of(made, 0)
    assert wanted == [1, 0], "with nothing open there is nothing to ask"


def test_pause_resume_and_cancel(qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots) -> None:
    studio.queue.add(snapshot("long", 400))
    qtbot.waitUntil(lambda: bool(panel.board.rows) and row_of(panel, "long").done >= 3, timeout=TIMEOUT_MS)
    qtbot.mouseClick(panel.tools["pause"], LEFT)
    qtbot.waitUntil(lambda: row_of(panel, "long").state == "paused", timeout=TIMEOUT_MS)
    found = row_of(panel, "long")
    assert not found.alive
    assert panel.tools["resume"].isEnabled()
    counts = studio.queue.jobs.view(studio.queue.jobs.entry(found.id)).counts
    assert counts[SampleState.LEASED] == 0
    panel.table.setFocus()
    qtbot.mouseClick(panel.tools["resume"], LEFT)
    qtbot.waitUntil(lambda: row_of(panel, "long").done > found.done, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: row_of(panel, "long").images_per_s > 0, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: len(panel.board.rates.of(found.id)) >= 2, timeout=TIMEOUT_MS)
    qtbot.mouseClick(panel.tools["cancel"], LEFT)
    press(qtbot, box(panel, "cancel job"), "Go on")
    assert row_of(panel, "long").state == "running"
    qtbot.mouseClick(panel.tools["cancel"], LEFT)
    press(qtbot, box(panel, "cancel job"), "Cancel the job")
    qtbot.waitUntil(lambda: row_of(panel, "long").state == "cancelled" and not row_of(panel, "long").alive,
                    timeout=TIMEOUT_MS)  # fmt: skip
    assert found.place.is_dir(), "what was written stays"
    qtbot.mouseClick(panel.tools["remove"], LEFT)
    qtbot.waitUntil(lambda: order(panel) == [], timeout=TIMEOUT_MS)
    assert found.place.is_dir()


def test_jobs_are_put_in_order(qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots) -> None:
    waiting(studio, *(snapshot(name, 2) for name in ("a", "b", "c", "d")))
    qtbot.waitUntil(lambda: order(panel) == ["a", "b", "c", "d"])
    model = panel.table.jobs
    panel.show_job(row_of(panel, "c").id)
    moved: list[object] = []
    model.modelReset.connect(lambda: moved.append("reset"))
    qtbot.mouseClick(panel.tools["up"], LEFT)
    qtbot.waitUntil(lambda: order(panel) == ["a", "c", "b", "d"])
    assert panel.board.current is not None
    assert panel.board.current.out.name == "c", "the selection goes with the job"
    assert panel.table.currentIndex().row() == 1

    drop(panel, "d", before="a")
    qtbot.waitUntil(lambda: order(panel) == ["d", "a", "c", "b"])
    drop(panel, "d", before=None)
    qtbot.waitUntil(lambda: order(panel) == ["a", "c", "b", "d"])

    assert model.setData(model.index(3, PRIORITY), 7)
    qtbot.waitUntil(lambda: order(panel) == ["d", "a", "c", "b"])
    assert model.data(model.index(0, PRIORITY)) == "+7"
    drop(panel, "c", before="d")
    qtbot.waitUntil(lambda: order(panel) == ["c", "d", "a", "b"])
    assert row_of(panel, "c").priority == 7, "it stays where it was put"
    assert moved == [], "rows move by themselves; the table is never made anew"


def drop(panel: QueuePanel, name: str, before: str | None) -> None:
    """Drop a job's row above another's, as the mouse does."""
    table, model = panel.table, panel.table.jobs
    carried: QMimeData = model.mimeData([model.index(order(panel).index(name), JOB)])
    if before is None:
        at = table.viewport().rect().bottomLeft()
    else:
        at = table.visualRect(model.index(order(panel).index(before), JOB)).topLeft()
    action, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    table.dragEnterEvent(QDragEnterEvent(at, action, carried, LEFT, none))
    table.dragMoveEvent(QDragMoveEvent(at, action, carried, LEFT, none))
    table.dropEvent(QDropEvent(QPointF(at), action, carried, LEFT, none))


def test_rows_change_one_by_one(panel: QueuePanel) -> None:
    def figures(job: str, done: int) -> JobFigures:
        return JobFigures(job, job, Path("/x") / job, "running", True, done, 0, 9, 0, 1)

    model = JobsModel(lambda job: (), panel)
    told: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda parent, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda parent, first, last: told.append(("out", first, last)))
    model.dataChanged.connect(lambda first, last: told.append(("changed", first.row(), last.row())))
    model.rowsMoved.connect(lambda *where: told.append(("moved", where[1], where[4])))
    model.show([figures("a", 1), figures("b", 1)])
    told.clear()
    model.show([figures("a", 1), figures("b", 2)])
    assert told == [("changed", 1, 1)]
    told.clear()
    model.show([figures("c", 0), figures("b", 2)])
    assert told == [("out", 0, 0), ("in", 0, 0)]
    told.clear()
    model.show([figures("b", 2), figures("c", 0)])
    assert told == [("moved", 1, 0)]
    assert model.index(5, 0, QModelIndex()).isValid() is False


def test_a_job_that_waits_for_room_says_where_and_offers_to_cancel(
    qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots, tmp_path: Path
) -> None:
    waiting(studio, snapshot("a", 2))
    qtbot.waitUntil(lambda: order(panel) == ["a"])
    page, row = panel.progress, row_of(panel, "a")
    page.show_job(row)
    assert page.cancel.isHidden()
    told = Need(4_200_000, 46_000_000).told(tmp_path)
    page.show_job(replace(row, state="waiting for disk", told=told))
    assert page.told.text() == told[:1].upper() + told[1:]
    assert str(disk_of(tmp_path)) in page.told.text()
    qtbot.mouseClick(page.cancel, LEFT)
    box = panel.findChild(QMessageBox, "cancel job")
    assert box is not None
    box.reject()


def test_what_cannot_be_done_is_told(qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots) -> None:
    waiting(studio, snapshot("a", 2))
    qtbot.waitUntil(lambda: order(panel) == ["a"])
    lock = studio.queue.jobs.try_drive(row_of(panel, "a").id)
    assert lock is not None
    panel.board.remove(row_of(panel, "a").id)
    found: Callable[[], list[QMessageBox]] = lambda: [  # noqa: E731
        b for b in panel.findChildren(QMessageBox) if b.objectName() == "queue refused"
    ]
    qtbot.waitUntil(lambda: bool(found()))
    assert "pause or cancel it first" in found()[0].informativeText()
    assert any("could not remove" in line for line in studio.problems.log)
    found()[0].close()
    lock.release()


def test_a_job_held_for_its_failures_goes_on_when_it_is_resumed(
    qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots
) -> None:
    studio.queue.add(snapshot("set", 8, fail_fast=True))
    qtbot.waitUntil(lambda: bool(panel.board.rows) and row_of(panel, "set").state == "too many failures",
                    timeout=TIMEOUT_MS)  # fmt: skip
    assert "stop at the first" in panel.progress.told.text()
    failed = row_of(panel, "set").failed
    qtbot.waitUntil(lambda: not row_of(panel, "set").alive, timeout=TIMEOUT_MS)
    qtbot.mouseClick(panel.tools["resume"], LEFT)
    qtbot.waitUntil(lambda: row_of(panel, "set").failed > failed or row_of(panel, "set").state == "finished",
                    timeout=TIMEOUT_MS)  # fmt: skip


def test_every_key_is_reachable(panel: QueuePanel) -> None:
    assert panel.table.accessibleName()
    assert all(tool.accessibleName() and tool.toolTip() for tool in panel.tools.values())
    for bound in panel.actions_here():
        assert bound.action.context == "queue"
        assert bound.action.help
        assert bound.action.icon
