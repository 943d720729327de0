"""The sheet starts with what the project says, tells what is wrong in its place, and one click makes a dataset."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from myriorama.app.browsing.table import FactsTable
from myriorama.app.dataset.verify import verify
from myriorama.app.exporting.estimate import Estimate
from myriorama.app.exporting.export import ExportJob
from myriorama.app.finding import find_project
from myriorama.app.preview.tiles import SampleFacts
from myriorama.app.studio import Studio
from myriorama.scenes.project.load import load_project
from myriorama.widgets.export import ExportBadge, ExportSheet

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A saved project with small pictures; nothing previews it."""
    monkeypatch.setattr(studio.tiles, "want_facts", lambda indices: None)
    monkeypatch.setattr(studio.preview, "request", lambda wanted: 0)
    text = find_project("first_light").read_text(encoding="utf-8")
    path = tmp_path / "lights" / "project.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    loaded = load_project(path)
    output = loaded.project.output.model_copy(update={"width": 64, "height": 48, "formats": ("coco",)})
    project = loaded.project.model_copy(update={"output": output})
    from myriorama.scenes.project.dump import dump_project

    path.write_text(dump_project(project), encoding="utf-8")
    studio.document.open(project, path.parent, path)
    return studio


@pytest.fixture
def sheet(qtbot: QtBot, opened: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExportSheet]:
    """The sheet with an estimator that a test asks by itself."""
    made = ExportSheet(opened)
    asked: list[object] = []
    monkeypatch.setattr(made.estimator, "ask", lambda settings, source: asked.append(settings))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def test_it_starts_with_what_the_project_says(sheet: ExportSheet, tmp_path: Path) -> None:
    draft = sheet.form.draft
    assert draft is not None
    assert (draft.width, draft.height, draft.formats) == (64, 48, ("coco",))
    assert draft.folder == str(tmp_path / "lights" / "datasets" / "first_light-1")
    assert set(draft.labels) == set(sheet.studio.registry.names("annotator"))
    assert sheet.export.isEnabled()
    assert sheet.form.all_labels.isChecked()


def test_one_click_makes_a_dataset(qtbot: QtBot, sheet: ExportSheet, monkeypatch: pytest.MonkeyPatch) -> None:
    badge = ExportBadge(sheet.studio)
    qtbot.addWidget(badge)
    assert badge.isHidden()
    sheet.form.count.setValue(4)
    qtbot.mouseClick(sheet.export, LEFT)
    assert sheet.pages.currentWidget() is sheet.running
    job = sheet.job
    assert job is not None
    assert not badge.isHidden()
    qtbot.waitUntil(lambda: job.state.value.ended, timeout=60_000)
    assert sheet.pages.currentWidget() is sheet.result_page
    assert sheet.result_page.heading.text() == "4 samples written"
    outcome = job.state.value.outcome
    assert outcome is not None
    assert verify(outcome.folder).sound
    assert "Verified" in sheet.result_page.checked.text()
    assert str(outcome.folder) in sheet.result_page.snippet.toPlainText()
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()) or True)
    qtbot.mouseClick(sheet.result_page.open, LEFT)
    assert shown == [str(outcome.folder)]
    qtbot.mouseClick(sheet.result_page.copy_path, LEFT)
    assert QGuiApplication.clipboard().text() == str(outcome.folder)
    assert "finished: 4 samples" in badge.text()
    told: list[ExportJob] = []
    badge.opened.connect(told.append)
    qtbot.mouseClick(badge, LEFT)
    assert told == [job]
    assert badge.isHidden(), "what was looked at is told no longer"
    qtbot.mouseClick(sheet.result_page.again, LEFT)
    draft = sheet.form.draft
    assert draft is not None
    assert draft.folder.endswith("first_light-2"), "the next free name"


def test_an_export_goes_on_while_the_sheet_is_closed_and_can_be_stopped(qtbot: QtBot, sheet: ExportSheet) -> None:
    sheet.form.count.setValue(500)
    qtbot.mouseClick(sheet.export, LEFT)
    job = sheet.job
    assert job is not None
    qtbot.mouseClick(sheet.running.background, LEFT)
    assert not sheet.isVisible()
    qtbot.waitUntil(lambda: job.state.value.done >= 2, timeout=60_000)
    sheet.show()
    assert sheet.pages.currentWidget() is sheet.running
    assert sheet.running.told.text().endswith("of 500 samples")
    qtbot.mouseClick(sheet.running.cancel, LEFT)
    assert sheet.running.question.isVisible()
    qtbot.mouseClick(sheet.running.go_on, LEFT)
    assert not sheet.running.question.isVisible()
    assert job.state.value.status == "running"
    qtbot.mouseClick(sheet.running.cancel, LEFT)
    qtbot.mouseClick(sheet.running.discard, LEFT)
    qtbot.waitUntil(lambda: job.state.value.ended, timeout=30_000)
    assert sheet.result_page.heading.text() == "The export was stopped"
    assert sheet.result_page.open.isHidden()
    assert list(job.settings.folder.parent.glob("*")) == []


def test_a_folder_that_looks_like_markup_is_shown_as_it_is(
    qtbot: QtBot, sheet: ExportSheet, tmp_path: Path, as_read: Callable[[str], str]
) -> None:
    folder = tmp_path / "<b>x</b>"
    folder.parent.mkdir()
    badge = ExportBadge(sheet.studio)
    qtbot.addWidget(badge)
    sheet.form.count.setValue(1)
    sheet.form.folder.setText(str(folder))
    qtbot.mouseClick(sheet.export, LEFT)
    job = sheet.job
    assert job is not None
    assert QtGui.Qt.mightBeRichText(str(folder)), "Qt would read it"
    assert as_read(sheet.running.path.toolTip()) == str(folder)
    qtbot.waitUntil(lambda: job.state.value.ended, timeout=60_000)
    assert job.state.value.status == "finished"
    assert as_read(sheet.result_page.path.toolTip()) == str(folder)
    assert as_read(badge.toolTip()).splitlines()[1] == str(folder)


def test_what_is_wrong_is_told_in_its_place(qtbot: QtBot, sheet: ExportSheet, tmp_path: Path) -> None:
    form = sheet.form
    said = form._problems
    form.width_px.setValue(7)
    assert "16 to 16384" in said["size"].text()
    assert not sheet.export.isEnabled()
    qtbot.mouseClick(form.own_size, LEFT)
    assert said["size"].isHidden()
    assert sheet.export.isEnabled()
    form.folder.setText(str(tmp_path / "lights"))
    assert "exists" in said["folder"].text()
    form.folder.clear()
    QTest.keyClicks(form.folder, str(tmp_path / "new"))
    assert said["folder"].isHidden()
    form.formats["coco"].tick.click()
    assert "at least one format" in said["formats"].text()
    form.formats["coco"].tick.click()
    for tick in form.labels.values():
        tick.setChecked(False)
    assert "at least one label" in said["labels"].text()
    form.all_labels.click()
    assert all(tick.isChecked() for tick in form.labels.values())
    form.seed.setText("-3")
    assert "whole number" in said["seed"].text()
    form.seed.setText("3")
    assert sheet.export.isEnabled()


def test_options_come_from_the_writers_declarations(qtbot: QtBot, sheet: ExportSheet) -> None:
    raw = sheet.form.formats["raw"]
    assert not raw.more.isEnabled(), "options of a format that is not written"
    raw.tick.click()
    raw.more.click()
    assert set(raw.fields) == {p.name for p in sheet.studio.registry.parameters("writer", "raw")}
    raw.fields["depth"].changed.emit("float32")  # type: ignore[attr-defined]
    settings = sheet._settings()
    assert settings is not None
    assert settings.formats["raw"] == {"depth": "float32"}


def test_an_estimate_is_shown_with_its_spread(qtbot: QtBot, sheet: ExportSheet) -> None:
    assert "Estimating" in sheet.cost.text()
    sheet.form.count.setValue(1000)
    settings = sheet._settings()
    assert settings is not None
    qtbot.waitUntil(lambda: bool(sheet._estimated), timeout=5000)
    sheet.estimator.ready.emit(Estimate(2.0, 0.2, 0.02, 0.01, 4e5, 1e4, 4))
    assert sheet.cost.text().startswith("About 3 min 32 s ± ")
    assert "400 MB ± " in sheet.cost.text()
    assert "free" in sheet.cost.text()
    sheet.form.count.setValue(10)
    assert "4.0 MB" in sheet.cost.text(), "another count needs no other measurement"
    sheet.form.width_px.setValue(128)
    assert "Estimating" in sheet.cost.text(), "another size does"
    sheet.estimator.failed.emit("there is no OpenGL device")
    assert "no OpenGL" in sheet.cost.text()


def test_a_real_estimate(qtbot: QtBot, opened: Studio) -> None:
    real = ExportSheet(opened)
    qtbot.addWidget(real)
    real.show()
    qtbot.waitUntil(lambda: real.estimate is not None or bool(real._trouble), timeout=60_000)
    assert real._trouble == ""
    assert real.cost.text().startswith("About ")
    real.close()
    real.estimator.close()


def test_rejected_samples_are_left_out(qtbot: QtBot, sheet: ExportSheet) -> None:
    studio = sheet.studio
    table: FactsTable = studio.table
    for index in range(6):
        table.add(SampleFacts(index, table.epoch, "", f"r{index}", 8, 8, (), 0, {}))
    assert not sheet.form.leave_out.isEnabled()
    studio.judgments.judge([("r1", 1), ("r4", 4)], "Reject", flag="reject")
    assert sheet.form.leave_out.text() == "Leave out 2 rejected"
    sheet.form.leave_out.click()
    settings = sheet._settings()
    assert settings is not None
    assert settings.left_out == (1, 4)
    sheet.form.count.setValue(3)
    assert sheet.form.leave_out.text() == "Leave out 1 rejected"
    studio.document.history.undo()
    assert not sheet.form.leave_out.isEnabled()


def test_copied_as_a_command_and_as_python(qtbot: QtBot, sheet: ExportSheet, tmp_path: Path) -> None:
    sheet.form.count.setValue(12)
    sheet.copy_command.trigger()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:3] == ["myriorama", "render", str(tmp_path / "lights" / "project.json")]
    assert words[words.index("--count") + 1] == "12"
    sheet.copy_python.trigger()
    compile(QGuiApplication.clipboard().text(), "copied", "exec")
    assert sheet.note.text() == "Copied."
    project = sheet.studio.document.project
    assert project is not None
    sheet.studio.document.replace(project.model_copy(update={"seed": 77}), "Change seed")
    assert "save first" in sheet.note.text()


def test_without_a_project(qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = ExportSheet(studio)
    qtbot.addWidget(empty)
    empty.show()
    assert not empty.export.isEnabled()
    assert "Nothing is open" in empty.cost.text()
    empty.close()


def test_an_example_is_not_written_into(qtbot: QtBot, open_example: Callable[[str], Studio]) -> None:
    from myriorama.app.exporting.draft import free_folder
    from myriorama.resources import resource_path

    studio = open_example("first_light")
    assert not free_folder(studio).is_relative_to(resource_path(""))
