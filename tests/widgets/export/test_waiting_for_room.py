"""An export whose disk is full, as its page shows it: which disk, how much, that it goes on, and how to end it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from myriorama.app.exporting.export import ExportJob, ExportState
from myriorama.app.exporting.settings import ExportSettings, Source
from myriorama.app.render_queue.jobs import JobEntry, JobView
from myriorama.app.render_queue.room import Need
from myriorama.app.render_queue.service import Glimpse
from myriorama.app.render_queue.states import JobState, SampleState
from myriorama.app.studio import Studio
from myriorama.widgets.export.running_page import RunningPage


@pytest.fixture
def job(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExportJob]:
    """An export that is in the queue; what the queue says of it is told by the test."""
    monkeypatch.setattr("myriorama.app.exporting.export.Running", lambda *_: _Checked())
    settings = ExportSettings(300, tmp_path / "a folder with a long name" / "set", formats={"coco": {}})
    orders: Any = None
    made = ExportJob(settings, Source("p", str(tmp_path)), studio.queue, studio.verifications, orders, studio.post)
    made.job = "id"
    yield made
    made.close()


class _Checked:
    """The process that checks an export, at its end."""

    def kill(self) -> None:
        pass


def glimpse(job: ExportJob, state: JobState, told: str = "", desired: Any = "run") -> Glimpse:
    entry = JobEntry("id", "name", str(job.settings.folder), 1, 0, desired, 2)
    counts = dict.fromkeys(SampleState, 0) | {SampleState.DONE: 2, SampleState.QUEUED: 298}
    return Glimpse(JobView(entry, state, counts, 310_000, True, "disk" if told else "", told), {}, free_bytes=400_000)


def test_the_page_says_what_is_awaited_and_goes_on_by_itself(qtbot: QtBot, job: ExportJob, tmp_path: Path) -> None:
    page = RunningPage()
    qtbot.addWidget(page)
    page.resize(460, 520)
    page.show()
    told = Need(4_200_000, 46_000_000).told(tmp_path)
    job._on_queue((glimpse(job, "waiting for disk", told),))
    assert job.state.value.for_room
    page.show_job(job)
    assert page.heading.text() == "Waiting for room on the disk"
    assert page.message.text() == told[:1].upper() + told[1:]
    assert page.message.isVisible()
    label = page.message
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert not page.resume.isVisible(), "there is nothing to resume: it goes on by itself"
    assert page.cancel.isEnabled()
    qtbot.mouseClick(page.cancel, Qt.MouseButton.LeftButton)
    assert page.question.isVisible()
    job._on_queue((glimpse(job, "running"),))
    assert job.state.value == ExportState("running", done=2, total=300, bytes=310_000)
    page.show_job(job)
    assert page.heading.text() == "Exporting"
    assert not page.message.isVisible()


def test_an_export_that_was_paused_is_resumed_by_hand(qtbot: QtBot, job: ExportJob) -> None:
    page = RunningPage()
    qtbot.addWidget(page)
    page.show()
    job._on_queue((glimpse(job, "paused", desired="pause"),))
    page.show_job(job)
    assert page.heading.text() == "On hold"
    assert page.resume.isVisible()
