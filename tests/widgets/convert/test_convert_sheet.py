"""By clicks: a dataset is opened, classes and limits are chosen, counts follow, the export is what was asked for."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.cli.program import run
from myriorama.app.conversion.conversions import Conversion, ConversionState
from myriorama.app.conversion.counting import Columns, ObjectTable
from myriorama.app.conversion.exporting import ExportWanted, shown_records
from myriorama.app.observable import Observable
from myriorama.app.parts.shown import DividingValue
from myriorama.app.reading.opening import FORMATS
from myriorama.app.studio import Studio
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.selection import Filter, Selection, View
from myriorama.widgets.class_map.model import CLASS, OBJECTS, SHOWN, USE
from myriorama.widgets.convert import ConvertSheet
from myriorama.widgets.convert.pages import READ_BACK
from myriorama.widgets.convert.sheet import OPENING, RESULT, RUNNING, SETTINGS
from myriorama.widgets.queue.dataset_window import DatasetWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def sheet(qtbot: QtBot, studio: Studio, dataset: Path) -> Iterator[ConvertSheet]:
    """The sheet on a dataset, all of it read."""
    made = ConvertSheet(studio)
    qtbot.addWidget(made)
    made.show_dataset(dataset)
    made.show()
    qtbot.waitUntil(lambda: made.counts is not None and bool(made.counts.own), timeout=30_000)
    settled(qtbot, made)
    yield made
    made.close()


def settled(qtbot: QtBot, sheet: ConvertSheet) -> None:
    """Wait until the numbers are those of what the fields say now."""
    counts = sheet.counts
    assert counts is not None
    told: list[object] = []
    counts.counted.connect(told.append)
    sheet._on_edited()
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    counts.counted.disconnect(told.append)


def number(sheet: ConvertSheet, name: str) -> int:
    return int(sheet.holds.numbers[name].text().replace("−", "").replace(",", ""))


def click_cell(qtbot: QtBot, sheet: ConvertSheet, row: int, column: int, dx: int | None = None) -> None:
    table = sheet.form.classes
    area = table.visualRect(table.rows.index(row, column))
    at = QPoint(area.left() + (dx if dx is not None else area.width() // 2), area.top() + 12)
    QTest.mouseClick(table.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)


def type_cell(qtbot: QtBot, sheet: ConvertSheet, row: int, text: str) -> None:
    table = sheet.form.classes
    area = table.visualRect(table.rows.index(row, SHOWN))
    at = QPoint(area.left() + 20, area.top() + 12)
    QTest.mouseClick(table.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseDClick(table.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)
    editor = next(e for e in table.viewport().findChildren(QLineEdit) if e.isVisible())
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(1)  # the view takes it in the next round of events


def type_number(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def names(sheet: ConvertSheet) -> list[str]:
    return [row.name for row in sheet.form.classes.rows.rows]


def test_it_starts_with_all_that_the_dataset_has(sheet: ConvertSheet, dataset: Path) -> None:
    assert sheet.pages.currentIndex() == SETTINGS
    objects = sum(len(r["annotations"]) for r in shown_records(dataset))
    assert sheet.holds.labelled.text() == f"{objects}"
    assert "3 samples" in sheet.holds.of.text()
    assert names(sheet) == ["ball", "crate", "ground"]
    table = sheet.form.classes.rows
    assert table.data(table.index(2, OBJECTS)) == "stuff"
    assert sum(int(table.data(table.index(r, OBJECTS))) for r in (0, 1)) == objects
    assert sheet.form.format.value == "yolo", "not one that the dataset has already"
    assert sheet.export.isEnabled()
    assert [label.text() for label in sheet.holds.losses]


def test_counts_follow_what_is_typed_and_clicked(qtbot: QtBot, sheet: ConvertSheet, dataset: Path) -> None:
    type_number(qtbot, sheet.form.visible, "60")
    type_number(qtbot, sheet.form.size_px, "6")
    settled(qtbot, sheet)
    assert sheet.source is not None
    view = View(sheet.source.info, Selection(filter=Filter(0.6, 6, 0)))
    left = sum(len(view.apply(r)["annotations"]) for r in shown_records(dataset))
    assert sheet.holds.labelled.text() == f"{left}"
    assert number(sheet, "visible") > 0
    before = int(sheet.holds.labelled.text())
    click_cell(qtbot, sheet, 0, CLASS, dx=12)
    settled(qtbot, sheet)
    assert sheet.form.classes.rows.rows[0].use == "drop"
    assert number(sheet, "class") > 0
    assert int(sheet.holds.labelled.text()) < before
    assert "--classes crate,ground" in sheet.command.toPlainText()
    qtbot.keyClick(sheet.form.classes, Qt.Key.Key_Space)
    settled(qtbot, sheet)
    assert sheet.holds.labelled.text() == f"{before}"
    qtbot.mouseClick(sheet.form.keep_as_ignore, LEFT, pos=QPoint(8, 8))
    settled(qtbot, sheet)
    assert number(sheet, "ignored") == number(sheet, "visible") + number(sheet, "size")


def test_merges_are_seen_and_conflicts_told_and_nothing_left_is_refused(qtbot: QtBot, sheet: ConvertSheet) -> None:
    type_cell(qtbot, sheet, 0, "crate")
    rows = {row.name: row for row in sheet.form.classes.rows.rows}
    assert rows["ball"].told == "one class with crate"
    assert sheet.form.classes.rowHeight(0) > sheet.form.classes.rowHeight(2)
    type_cell(qtbot, sheet, 2, "crate")
    assert "things and stuff" in sheet.form.class_reason.text()
    assert sheet.form.class_reason.isVisible()
    assert {row.name: row for row in sheet.form.classes.rows.rows} == rows
    click_cell(qtbot, sheet, 1, USE)
    box = next(b for b in sheet.form.classes.viewport().findChildren(QComboBox) if b.isVisible())
    box.setCurrentIndex(1)
    box.activated.emit(1)
    box.hidePopup()
    assert sheet.form.classes.rows.rows[1].use == "ignore"
    for row in (0, 1, 2):
        click_cell(qtbot, sheet, row, CLASS, dx=12)
    assert not sheet.export.isEnabled()
    qtbot.wait(200)  # an answer to what was asked before says nothing any more
    assert sheet.holds.trouble.isVisible()
    assert "every class is left out" in sheet.holds.trouble.text().lower()
    assert sheet.holds.labelled.text() == "–"


def test_the_split_is_dragged_and_counted(qtbot: QtBot, sheet: ConvertSheet) -> None:
    bar = sheet.form.shares
    width = bar.width()
    QTest.mousePress(bar, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(width - 4, 12))
    QTest.mouseMove(bar, QPoint(round(width * 0.6), 12))
    QTest.mouseRelease(bar, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(width * 0.6), 12))
    assert bar.value == pytest.approx((0.6, 0.4, 0.0), abs=0.011)
    settled(qtbot, sheet)
    assert "train" in sheet.holds.parts.text()
    assert "--split" in sheet.command.toPlainText()
    qtbot.keyClick(bar, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert bar.value[0] == pytest.approx(0.55, abs=0.011)
    sheet.form.show_dividing((DividingValue("camera.rig/distance_m", "Camera · Distance", False),))
    offered = sheet.form.by.values
    place = sheet.form.by._options.index(offered[0].path)
    sheet.form.by.setCurrentIndex(place)
    sheet.form.by.activated.emit(place)
    assert offered[0].title in sheet.form.split_words.text()
    assert "--split-by" in sheet.command.toPlainText()
    settled(qtbot, sheet)
    qtbot.waitUntil(lambda: "train" in sheet.holds.parts.text(), timeout=20_000)


def test_the_copied_command_makes_the_same_as_the_button(
    qtbot: QtBot, sheet: ConvertSheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_cell(qtbot, sheet, 0, "toy")
    type_number(qtbot, sheet.form.size_px, "5")
    sheet.form.folder.setFocus()
    sheet.form.folder.selectAll()
    qtbot.keyClicks(sheet.form.folder, str(tmp_path / "by_hand"))
    qtbot.mouseClick(sheet.copy, LEFT)
    words = shlex.split(QGuiApplication.clipboard().text())
    words[words.index("--out") + 1] = str(tmp_path / "by_command")
    assert run(words[1:]) == 0
    qtbot.mouseClick(sheet.export, LEFT)
    assert sheet.pages.currentIndex() == RUNNING
    qtbot.waitUntil(lambda: sheet.pages.currentIndex() == RESULT, timeout=60_000)
    assert "3 samples exported" in sheet.result_page.heading.text(), sheet.result_page.told.text()
    ours, theirs = (
        {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
        for root in (tmp_path / "by_hand", tmp_path / "by_command")
    )
    assert ours == theirs
    assert sheet.result_page.snippet.isVisible()
    assert "ultralytics" in sheet.result_page.snippet.toPlainText().lower()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    qtbot.mouseClick(sheet.result_page.open, LEFT)
    assert opened == [str(tmp_path / "by_hand")]
    looked: list[Path] = []
    sheet.result_page.look_wanted.connect(looked.append)
    qtbot.mouseClick(sheet.result_page.look, LEFT)
    assert looked == [tmp_path / "by_hand"]
    assert set(READ_BACK) < set(FORMATS)
    assert set(READ_BACK) <= set(builtin_registry().names("writer"))
    qtbot.mouseClick(sheet.result_page.copy_snippet, LEFT)
    assert QGuiApplication.clipboard().text() == sheet.result_page.snippet.toPlainText()
    qtbot.mouseClick(sheet.result_page.again, LEFT)
    assert sheet.pages.currentIndex() == SETTINGS
    assert sheet.form.folder.text() != str(tmp_path / "by_hand")
    assert sheet.form.classes.rows.rows[0].shown_name == "toy", "what was chosen stays"


def test_a_place_that_is_taken_is_told_below_the_field(qtbot: QtBot, sheet: ConvertSheet, tmp_path: Path) -> None:
    sheet.form.folder.setFocus()
    sheet.form.folder.selectAll()
    qtbot.keyClicks(sheet.form.folder, str(tmp_path))
    assert sheet.form.folder_reason.isVisible()
    assert "exists already" in sheet.form.folder_reason.text()
    assert not sheet.export.isEnabled()


def test_options_of_the_format_are_its_writer_s(qtbot: QtBot, sheet: ConvertSheet) -> None:
    sheet.form.format.setCurrentIndex(sheet.form.format._options.index("coco"))
    sheet.form.format.activated.emit(sheet.form.format.currentIndex())
    assert sheet.form.folder.text().endswith("-coco")
    qtbot.mouseClick(sheet.form.fold.button, LEFT)
    field = sheet.form.options["coco"].fields["extras"]
    assert field.isVisible()
    before = len(sheet.holds.losses)
    qtbot.mouseClick(field, LEFT, pos=QPoint(8, field.height() // 2))
    assert "--option extras=false" in sheet.command.toPlainText()
    assert len(sheet.holds.losses) > before, "without extras it holds less"


def test_progress_with_time_left_and_a_way_to_stop(qtbot: QtBot, sheet: ConvertSheet) -> None:
    class Slow(Conversion):
        """An export whose progress a test tells."""

        def __init__(self, wanted: ExportWanted) -> None:
            self.wanted = wanted
            self.state = Observable(ConversionState("exporting", 250, 1000, 42.0))
            self.stopped = False

        def stop(self) -> None:
            self.stopped = True
            self.state.set(ConversionState("stopping", 250, 1000))

    source = sheet.source
    assert source is not None
    slow = Slow(ExportWanted(source.folder, source.folder.with_name("x"), "yolo"))
    sheet.conversion = slow
    sheet._on_conversion(slow)
    assert "250 of 1,000 samples" in sheet.running.told.text()
    assert "42 s left" in sheet.running.told.text()
    assert sheet.running.bar.value() == 250
    qtbot.mouseClick(sheet.running.cancel, LEFT)
    assert slow.stopped
    sheet._on_conversion(slow)
    assert not sheet.running.cancel.isEnabled()
    slow.state.set(ConversionState("stopped"))
    sheet._on_conversion(slow)
    assert "Nothing is left of it" in sheet.result_page.told.text()


def test_the_window_of_a_dataset_offers_it(qtbot: QtBot, studio: Studio, dataset: Path) -> None:
    made = DatasetWindow(studio, dataset)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitSignal(made.export_wanted) as told:
        qtbot.mouseClick(made.export_as, LEFT)
    assert told.args == [dataset]
    made.close()


def test_what_is_no_dataset_is_told(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    made = ConvertSheet(studio)
    qtbot.addWidget(made)
    made.show()
    assert made.choose.isVisible()
    made.show_dataset(tmp_path)
    qtbot.waitUntil(lambda: "cannot be exported" in made.note.text(), timeout=20_000)
    assert made.pages.currentIndex() == OPENING
    made.close()


@pytest.mark.timed
def test_a_million_objects_are_counted_while_a_hand_drags(
    qtbot: QtBot, sheet: ConvertSheet, within: Callable[[float, float], None]
) -> None:
    counts, source = sheet.counts, sheet.source
    assert counts is not None
    assert source is not None
    rng, many = np.random.default_rng(0), 1_000_000
    table = ObjectTable(source.info, counts._table.split if counts._table is not None else None)  # type: ignore[arg-type]
    table.take(
        Columns(
            rng.integers(0, 2, many).astype(np.uint16),
            rng.random(many),
            rng.integers(1, 300, many).astype(np.int32),
            rng.integers(1, 9000, many).astype(np.int32),
            np.full(100_000, 10, dtype=np.int32),
            rng.random(100_000),
        )
    )
    counts.own = table.own_counts()
    counts._table = table
    taken_s = []
    for least in (5, 15, 25, 35, 45, 55):
        told: list[object] = []
        counts.counted.connect(told.append)
        sheet.form.visible.set_value(least)
        begun_s = time.perf_counter()
        sheet.form._on_edited()
        while not told:
            QTest.qWait(1)
        taken_s.append(time.perf_counter() - begun_s)
        counts.counted.disconnect(told.append)
    assert number(sheet, "visible") == pytest.approx(550_000, rel=0.01)
    within(sorted(taken_s)[1], 0.05)


def test_the_program_offers_it_and_tells_when_it_is_done(
    qtbot: QtBot, program: object, dataset: Path, find_action: Callable[..., object]
) -> None:
    window = program.window  # type: ignore[attr-defined]
    find_action(window, "dataset.export").trigger()  # type: ignore[attr-defined]
    sheet = window.dialogs.convert
    assert isinstance(sheet, ConvertSheet)
    assert sheet.isVisible()
    assert sheet.pages.currentIndex() == OPENING
    window.jobs.panel.export_wanted.emit(dataset)
    qtbot.waitUntil(lambda: sheet.pages.currentIndex() == SETTINGS, timeout=30_000)
    qtbot.mouseClick(sheet.export, LEFT)
    assert window.jobs.busy
    left: list[bool] = []
    window.jobs.leave(lambda: left.append(True))
    box = window.findChild(QMessageBox, "jobs run")
    assert isinstance(box, QMessageBox)
    assert "nothing is left of it" in box.informativeText()
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Cancel), LEFT)
    assert left == []
    qtbot.mouseClick(sheet.running.background, LEFT)
    assert not sheet.isVisible()
    qtbot.waitUntil(lambda: not window.studio.conversions.running, timeout=60_000)
    told = json.loads((dataset.with_name(f"{dataset.name}-yolo") / "export.json").read_text())
    assert told["writer"]["name"] == "yolo"
    assert not window.jobs.busy
