"""By keys: ids, names and the salt are typed in the sheet, what is wrong is said while it is typed, files follow."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from myriorama.app.cli.program import run
from myriorama.app.studio import Studio
from myriorama.widgets.class_map.model import ID, SHOWN
from myriorama.widgets.convert import ConvertSheet
from myriorama.widgets.convert.sheet import RESULT
from myriorama.widgets.editors.shares import Shares

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def sheet(qtbot: QtBot, studio: Studio, dataset: Path) -> Iterator[ConvertSheet]:
    """The sheet on a dataset, all of it read."""
    made = ConvertSheet(studio)
    qtbot.addWidget(made)
    made.show_dataset(dataset)
    made.show()
    qtbot.waitUntil(lambda: made.counts is not None and bool(made.counts.own), timeout=30_000)
    yield made
    made.close()


def open_cell(sheet: ConvertSheet, row: int, column: int) -> QLineEdit:
    table = sheet.form.classes
    area = table.visualRect(table.rows.index(row, column))
    at = QPoint(area.left() + 10, area.top() + 12)
    QTest.mouseClick(table.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(table.viewport(), LEFT, NONE, at)
    editor = next(e for e in table.viewport().findChildren(QLineEdit) if e.isVisible())
    editor.selectAll()
    return editor


def type_cell(qtbot: QtBot, sheet: ConvertSheet, row: int, column: int, text: str) -> None:
    editor = open_cell(sheet, row, column)
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(1)  # the view takes it in the next round of events


def divide(sheet: ConvertSheet, shares: Shares) -> None:
    sheet.form._on_usual(shares)


def ids(sheet: ConvertSheet) -> dict[str, int]:
    return {row.name: row.shown_id for row in sheet.form.classes.rows.rows}


def test_an_id_that_another_class_has_is_told_while_it_is_typed(qtbot: QtBot, sheet: ConvertSheet) -> None:
    before = ids(sheet)
    taken = str(before["crate"])
    editor = open_cell(sheet, 0, ID)
    qtbot.keyClicks(editor, taken)
    told = sheet.form.class_reason.text()
    assert sheet.form.class_reason.isVisible()
    for piece in ("'ball'", "'crate'", f"the id {taken}"):
        assert piece in told
    assert ids(sheet) == before, "nothing is taken before it is entered"
    qtbot.keyClicks(editor, "7")
    assert not sheet.form.class_reason.isVisible(), f"{taken}7 is free"
    editor.selectAll()
    qtbot.keyClicks(editor, "70000")
    assert "65535" in sheet.form.class_reason.text()
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not sheet.form.class_reason.isVisible(), "it was taken back"
    assert ids(sheet) == before
    type_cell(qtbot, sheet, 0, ID, taken)
    assert sheet.form.class_reason.isVisible(), "an entered one stays refused"
    assert ids(sheet) == before


def test_names_ids_and_salt_reach_the_files_and_the_command(
    qtbot: QtBot, sheet: ConvertSheet, dataset: Path, tmp_path: Path
) -> None:
    form = sheet.form
    form.format.set_value("yolo")
    assert not form.salt.isVisible(), "what is not divided has no salt"
    divide(sheet, (0.5, 0.5, 0.0))
    assert form.salt.isVisible()
    type_cell(qtbot, sheet, 0, SHOWN, "toy")
    type_cell(qtbot, sheet, 0, ID, "12")
    type_cell(qtbot, sheet, 1, ID, "300")
    form.salt.setFocus()
    qtbot.keyClicks(form.salt, "pepper")
    qtbot.keyClick(form.salt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sheet.counts is not None and bool(sheet.counts.own), timeout=30_000)
    words = shlex.split(sheet.command.toPlainText())
    assert words[words.index("--ids") + 1] == "ball=12,crate=300"
    assert words[words.index("--salt") + 1] == "pepper"
    form.folder.setText(str(tmp_path / "by_hand"))
    form._on_folder()
    words[words.index("--out") + 1] = str(tmp_path / "by_command")
    assert run(words[1:]) == 0
    qtbot.mouseClick(sheet.export, LEFT)
    qtbot.waitUntil(lambda: sheet.pages.currentIndex() == RESULT, timeout=60_000)
    told = [json.loads((tmp_path / name / "export.json").read_text()) for name in ("by_hand", "by_command")]
    assert told[0] == told[1]
    assert told[0]["selection"]["split"] == {"shares": [0.5, 0.5, 0.0], "by": "", "salt": "pepper"}
    assert told[0]["selection"]["classes"]["ball"] == {"name": "toy", "id": 12, "use": "label"}
    assert told[0]["selection"]["classes"]["crate"]["id"] == 300
    files = [{p.name: p.read_bytes() for p in (tmp_path / name).rglob("*.txt")} for name in ("by_hand", "by_command")]
    assert files[0] == files[1]


def test_a_dataset_opens_with_its_own_ids_and_salt_and_they_can_be_taken_away(
    qtbot: QtBot, studio: Studio, sheet: ConvertSheet, tmp_path: Path
) -> None:
    assert sheet.source is not None
    assert sheet.source.stored.split.salt == ""
    divide(sheet, (0.8, 0.2, 0.0))
    type_cell(qtbot, sheet, 1, ID, "40")
    assert ids(sheet)["crate"] == 40
    assert "--ids crate=40" in sheet.command.toPlainText()
    editor = open_cell(sheet, 1, ID)
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(1)
    own = {row.name: row.id for row in sheet.source.info.classes}
    assert ids(sheet) == own
    assert "--ids" not in sheet.command.toPlainText()
