"""The number field under a hand and a keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.widgets.editors import IntField, NumberField


@pytest.fixture
def field(qtbot: QtBot) -> NumberField:
    made = NumberField(0.1, minimum=0.0, maximum=1.0, unit="m")
    qtbot.addWidget(made)
    made.resize(160, 24)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)  # focus is the active window's alone
    return made


def said(field: NumberField) -> tuple[list[float], list[float]]:
    changing: list[float] = []
    changed: list[float] = []
    field.changing.connect(changing.append)
    field.changed.connect(changed.append)
    return changing, changed


def drag(field: NumberField, pixels: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    start = QPoint(40, 12)
    QTest.mousePress(field, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for x in range(0, pixels + (1 if pixels > 0 else -1), 4 if pixels > 0 else -4):
        move(field, start + QPoint(x, 0), modifier)
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, modifier, start + QPoint(pixels, 0))


def move(field: NumberField, where: QPoint, modifier: Qt.KeyboardModifier) -> None:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(where),
        field.mapToGlobal(QPointF(where)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        modifier,
    )
    QApplication.sendEvent(field, event)


def type_in(field: NumberField, text: str) -> None:
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_dragging_tells_all_the_way_and_commits_once(field: NumberField) -> None:
    changing, changed = said(field)
    drag(field, 80)
    assert len(changing) > 5
    assert changing == sorted(changing)
    assert changed == [changing[-1]] == [field.value]
    assert field.value is not None
    assert field.value > 0.1


def test_shift_is_finer_and_control_takes_whole_steps(qtbot: QtBot) -> None:
    values = {}
    for name, modifier in (
        ("plain", Qt.KeyboardModifier.NoModifier),
        ("fine", Qt.KeyboardModifier.ShiftModifier),
        ("snap", Qt.KeyboardModifier.ControlModifier),
    ):
        made = NumberField(0.123, minimum=0.0, maximum=1.0)
        qtbot.addWidget(made)
        made.resize(160, 24)
        drag(made, 80, modifier)
        assert made.value is not None
        values[name] = made.value - 0.123
    assert values["fine"] == pytest.approx(values["plain"] / 10.0, rel=0.2)
    snapped = values["snap"] + 0.123
    assert snapped == pytest.approx(round(snapped, 2), abs=1e-9)


def test_a_drag_ends_at_the_limit_and_esc_takes_it_back(field: NumberField) -> None:
    changing, changed = said(field)
    drag(field, 1200)
    assert field.value == 1.0
    assert max(changing) == 1.0
    QTest.mousePress(field, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(80, 12))
    for x in range(80, 20, -4):
        move(field, QPoint(x, 12), Qt.KeyboardModifier.NoModifier)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.value == 1.0
    assert len(changed) == 1


def test_typing_takes_units_and_arithmetic(field: NumberField) -> None:
    _, changed = said(field)
    for text, value in (("0.25", 0.25), ("12 cm", 0.12), ("3/4", 0.75), ("(1+1)*10cm", 0.2), ("5e-1", 0.5)):
        type_in(field, text)
        assert changed[-1] == value
        assert field.value == value
        assert field.refusal == ""
    assert len(changed) == 5


def test_refused_values_stay_until_they_are_put_right(field: NumberField) -> None:
    _, changed = said(field)
    refused = {
        "2": "at most 1 m",
        "-1": "at least 0 m",
        "nan": "finite",
        "2 kg": "no unit",
        "a": "no unit",
        "1/0": "zero",
    }
    for text, reason in refused.items():
        type_in(field, text)
        assert changed == []
        assert reason in field.refusal
        assert reason in field.toolTip()
        assert field.text() == text
        field.set_value(0.3 if field.value == 0.1 else 0.1)
        assert field.text() == text, "what is being typed stays when the model changes"
        QTest.keyClick(field, Qt.Key.Key_Escape)
        assert field.refusal == ""
        assert field.text() in ("0.1", "0.3")
    type_in(field, "0.5")
    assert changed == [0.5]


def test_leaving_the_field_takes_what_was_typed(field: NumberField, qtbot: QtBot) -> None:
    _, changed = said(field)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(field, "0.7")
    field.clearFocus()
    assert changed == [0.7]


def test_arrow_keys_step(field: NumberField) -> None:
    _, changed = said(field)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert changed == [pytest.approx(0.11), pytest.approx(0.1), pytest.approx(0.101)]


def test_editing_shows_all_digits(field: NumberField) -> None:
    field.set_value(0.12345678901)
    assert field.text() == "0.123457"
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    assert field.text() == "0.12345678901"
    _, changed = said(field)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert changed == []


def test_several_values_are_a_dash_that_can_be_typed_over(field: NumberField) -> None:
    field.set_value(None)
    assert field.text() == "—"
    _, changed = said(field)
    drag(field, 60)
    assert changed == []
    type_in(field, "0.2")
    assert changed == [0.2]


def test_whole_numbers(qtbot: QtBot) -> None:
    field = IntField(3, minimum=0, maximum=2**62)
    qtbot.addWidget(field)
    _, changed = said(field)
    type_in(field, "2.5")
    assert "whole" in field.refusal
    type_in(field, str(2**60 + 1))
    assert changed == [2**60 + 1]


def test_undo_is_the_documents_where_nothing_is_typed(field: NumberField) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    field.setFocus()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, "z")
    event.setAccepted(False)
    QApplication.sendEvent(field, event)
    assert not event.isAccepted()


def test_a_judge_may_refuse(field: NumberField) -> None:
    field.set_judge(lambda value: "not today" if value > 0.5 else "")
    type_in(field, "0.6")
    assert field.refusal == "not today"
    assert field.accessibleDescription() == "not today"
