"""By clicks: classes are renamed, merged, ignored; shares are dragged; each is one undoable step with its sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import CLASSES, OUTPUT
from myriorama.app.production.snapshot import shown_as
from myriorama.app.studio import Studio
from myriorama.plugins.selection import ClassUse
from myriorama.scenes.project.model import ClassUseRow
from myriorama.widgets.class_map.model import ID, SHOWN, USE
from myriorama.widgets.forms import form_for
from myriorama.widgets.forms.classes import ClassesForm
from myriorama.widgets.forms.output import OutputForm

Open = Callable[[str], Studio]
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def opened(open_example: Open) -> Studio:
    return open_example("bench_table")


def shown(qtbot: QtBot, studio: Studio, uid: str) -> QWidget:
    form = form_for(uid, studio)
    qtbot.addWidget(form)
    form.resize(330, 1200)
    form.show()
    qtbot.waitExposed(form)
    return form


def classes_form(qtbot: QtBot, studio: Studio) -> ClassesForm:
    form = shown(qtbot, studio, CLASSES)
    assert isinstance(form, ClassesForm)
    return form


def type_into(qtbot: QtBot, form: ClassesForm, row: int, column: int, text: str) -> None:
    table = form.class_map.table
    area = table.visualRect(table.rows.index(row, column))
    at = QPoint(area.left() + 12, area.top() + 12)
    QTest.mouseClick(table.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(table.viewport(), LEFT, NONE, at)
    editor = next(e for e in table.viewport().findChildren(QLineEdit) if e.isVisible())
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(1)


def test_a_merge_is_typed_seen_undone(qtbot: QtBot, opened: Studio) -> None:
    form, document = classes_form(qtbot, opened), opened.document
    table = form.class_map.table
    assert [row.name for row in table.rows.rows] == ["mug", "bottle", "torus", "sphere", "ground"]
    plain_height = table.rowHeight(0)
    type_into(qtbot, form, 1, SHOWN, "mug")
    assert document.project is not None
    assert shown_as(document.project).classes == {"bottle": ClassUse("mug")}
    assert document.history.labels == ("Show class bottle as mug",)
    assert [row.told for row in table.rows.rows[:2]] == ["one class with bottle", "one class with mug"]
    assert table.rowHeight(0) > plain_height
    document.history.undo()
    assert document.project.output.class_map == {}
    assert table.rowHeight(0) == plain_height
    document.history.redo()
    qtbot.mouseClick(form.class_map.reset, LEFT)
    assert document.project.output.class_map == {}


def test_ids_that_two_would_have_are_refused_with_the_reason(qtbot: QtBot, opened: Studio) -> None:
    form, document = classes_form(qtbot, opened), opened.document
    type_into(qtbot, form, 0, ID, "2")
    assert document.project is not None
    assert document.project.output.class_map == {}
    assert form.class_map.reason.isVisible()
    assert "both have the id 2" in form.class_map.reason.text()
    type_into(qtbot, form, 0, ID, "77")
    assert document.project.output.class_map["mug"].id == 77
    assert not form.class_map.reason.isVisible()
    type_into(qtbot, form, 0, ID, "")
    assert document.project.output.class_map == {}


def test_a_conflict_that_came_with_a_file_is_told_at_its_rows(qtbot: QtBot, opened: Studio) -> None:
    project = opened.document.project
    assert project is not None
    output = project.output.model_copy(update={"class_map": {"mug": ClassUseRow(id=2)}})
    opened.document.open(project.model_copy(update={"output": output}), opened.document.folder)
    rows = classes_form(qtbot, opened).class_map.table.rows
    told = {row.name: row.conflict for row in rows.rows}
    assert "both have the id 2" in told["mug"]
    assert told["mug"] == told["bottle"]
    assert not told["torus"]
    assert told["mug"] in rows.data(rows.index(0, SHOWN), Qt.ItemDataRole.AccessibleTextRole)


def test_the_use_is_chosen_from_a_list(qtbot: QtBot, opened: Studio) -> None:
    form, document = classes_form(qtbot, opened), opened.document
    table = form.class_map.table
    area = table.visualRect(table.rows.index(3, USE))
    QTest.mouseClick(table.viewport(), LEFT, NONE, QPoint(area.left() + 12, area.top() + 12))
    box = next(b for b in table.viewport().findChildren(QComboBox) if b.isVisible())
    qtbot.keyClick(box.view(), Qt.Key.Key_Down)
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.wait(1)
    assert document.project is not None
    assert document.project.output.class_map["sphere"].use == "ignore"
    assert document.history.labels == ("Ignore class sphere",)
    table.setCurrentIndex(table.rows.index(3, SHOWN))
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert document.project.output.class_map["sphere"].use == "drop"
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert "sphere" not in document.project.output.class_map


def test_shares_are_dragged_and_undone_in_one_step(qtbot: QtBot, opened: Studio) -> None:
    form, document = shown(qtbot, opened, OUTPUT), opened.document
    assert isinstance(form, OutputForm)
    bar, section = form.split.bar, form.split
    assert "Not divided" in section.words.text()
    assert not section.by_row.isVisible()
    width = bar.width()
    QTest.mousePress(bar, LEFT, NONE, QPoint(width - 3, 15))
    for share in (0.95, 0.9, 0.8):
        QTest.mouseMove(bar, QPoint(round(width * share), 15))
    assert "80 % train" in section.words.text(), "it is said while it is dragged"
    assert document.project is not None
    assert document.project.output.split.train == 1.0
    QTest.mouseRelease(bar, LEFT, NONE, QPoint(round(width * 0.8), 15))
    split = document.project.output.split
    assert (split.train, split.val, split.test) == pytest.approx((0.8, 0.2, 0.0), abs=0.011)
    assert split.train + split.val + split.test == pytest.approx(1, abs=1e-12)
    assert section.by_row.isVisible()
    document.history.undo()
    assert document.project.output.split.train == 1.0
    assert bar.value == (1.0, 0.0, 0.0)


def test_keys_move_the_borders(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, OUTPUT)
    assert isinstance(form, OutputForm)
    bar = form.split.bar
    bar.setFocus()
    for _ in range(4):
        qtbot.keyClick(bar, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert bar.value == pytest.approx((0.8, 0.2, 0.0))
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    qtbot.keyClick(bar, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(bar, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert bar.value == pytest.approx((0.8, 0.1, 0.1))
    assert "test 10 %" in bar.accessibleDescription()
    assert opened.document.project is not None
    assert shown_as(opened.document.project).split.shares == pytest.approx((0.8, 0.1, 0.1))


def test_drawn_values_are_offered_by_readable_names(qtbot: QtBot, opened: Studio) -> None:
    form, document = shown(qtbot, opened, OUTPUT), opened.document
    assert isinstance(form, OutputForm)
    section = form.split
    section._on_usual((0.8, 0.1, 0.1))
    qtbot.waitUntil(lambda: bool(section.by.values), timeout=20_000)
    titles = [value.title for value in section.by.values]
    assert "Sun · Azimuth" in titles
    place = titles.index("Sun · Azimuth") + 1
    section.by.setCurrentIndex(place)
    section.by.activated.emit(place)
    assert document.project is not None
    assert document.project.output.split.by == "sun/azimuth_deg"
    assert "Sun · Azimuth" in section.words.text()
    assert "never trained on" in section.words.text()


def test_an_id_is_judged_while_it_is_typed(qtbot: QtBot, opened: Studio) -> None:
    form, document = classes_form(qtbot, opened), opened.document
    table = form.class_map.table
    area = table.visualRect(table.rows.index(0, ID))
    at = QPoint(area.left() + 12, area.top() + 12)
    QTest.mouseClick(table.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(table.viewport(), LEFT, NONE, at)
    editor = next(e for e in table.viewport().findChildren(QLineEdit) if e.isVisible())
    editor.selectAll()
    qtbot.keyClicks(editor, "2")
    assert "'mug' and 'bottle' would both have the id 2" in form.class_map.reason.text()
    assert form.class_map.reason.isVisible()
    assert document.history.labels == ()
    qtbot.keyClicks(editor, "9")
    assert not form.class_map.reason.isVisible()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(1)
    assert document.project is not None
    assert document.project.output.class_map["mug"].id == 29


def test_the_salt_of_a_split_is_typed_and_undone(qtbot: QtBot, opened: Studio) -> None:
    form, document = shown(qtbot, opened, OUTPUT), opened.document
    assert isinstance(form, OutputForm)
    section = form.split
    assert not section.salt_row.isVisible(), "what is not divided has no salt"
    section._on_usual((0.8, 0.1, 0.1))
    assert section.salt_row.isVisible()
    section.salt.setFocus()
    qtbot.keyClicks(section.salt, "pepper")
    qtbot.keyClick(section.salt, Qt.Key.Key_Return)
    assert document.project is not None
    assert shown_as(document.project).split.salt == "pepper"
    assert document.history.labels[-1] == "Salt the split with pepper"
    document.history.undo()
    assert document.project.output.split.salt == ""
    assert section.salt.value == ""
    section.salt.setText("x" * 65)
    section.salt.setModified(True)
    section.salt.commit()
    assert section.salt.refusal
    assert document.project.output.split.salt == ""
