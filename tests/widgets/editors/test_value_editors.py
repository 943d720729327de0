"""The other editors: each tells what a person did, and nothing when it is set."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QWidget
from pytestqt.qtbot import QtBot

from myriorama.widgets.editors import (
    ChoiceField,
    ColorField,
    DirectionField,
    FileField,
    PaletteEditor,
    RotationField,
    TextField,
    ToggleField,
    VectorField,
    WeightsEditor,
)
from myriorama.widgets.editors.range_slider import RangeSlider


def told(widget: Any) -> list[Any]:
    out: list[Any] = []
    widget.changed.connect(lambda *values: out.append(values[0] if len(values) == 1 else values))
    return out


SET: tuple[tuple[type[QWidget], Any, Any], ...] = (
    (TextField, "a", "b"),
    (ToggleField, False, True),
    (ColorField, "#112233", "#445566"),
    (VectorField, [1.0, 2.0, 3.0], [0.0, 0.0, 1.0]),
    (DirectionField, [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]),
    (RotationField, [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]),
    (FileField, "a.png", ""),
)


def test_setting_a_value_tells_nobody(qtbot: QtBot) -> None:
    for kind, one, other in SET:
        editor: Any = kind()
        qtbot.addWidget(editor)
        said = told(editor)
        for value in (one, other, None, one):
            editor.set_value(value)
            blank = [None] * len(one) if isinstance(one, list) and value is None else value
            assert editor.value == blank, kind
        assert said == []


def test_a_text_is_taken_once_and_refused_when_too_long(qtbot: QtBot) -> None:
    field = TextField("a", max_length=5)
    qtbot.addWidget(field)
    said = told(field)
    field.selectAll()
    QTest.keyClicks(field, "hello!")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert said == []
    assert "at most 5" in field.refusal
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    field.setText("hello")
    field.setModified(True)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert said == ["hello"]


def test_a_half_tick_becomes_a_full_one(qtbot: QtBot) -> None:
    field = ToggleField(None)
    qtbot.addWidget(field)
    said = told(field)
    assert field.value is None
    field.click()
    assert said == [True]
    field.click()
    assert said == [True, False]


def test_a_colour_typed_and_refused(qtbot: QtBot) -> None:
    field = ColorField([0.0, 1.0, 0.0])
    qtbot.addWidget(field)
    assert field.value == "#00ff00"
    said = told(field)
    for text in ("green", "ABCDEF"):
        field.line.selectAll()
        QTest.keyClicks(field.line, text)
        QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert said == ["#abcdef"]


def test_the_colour_dialog_shows_while_looking_and_cancels(qtbot: QtBot) -> None:
    field = ColorField("#000000")
    qtbot.addWidget(field)
    field.show()
    looked: list[str] = []
    cancelled: list[bool] = []
    field.changing.connect(looked.append)
    field.cancelled.connect(lambda: cancelled.append(True))
    said = told(field)
    field.swatch.click()
    dialog = field.findChild(QColorDialog)
    assert dialog is not None
    dialog.setCurrentColor(QColor("#ff0000"))
    assert looked[-1] == "#ff0000"
    dialog.reject()
    assert (said, field.value, cancelled) == ([], "#000000", [True])
    field.swatch.click()
    again = field._dialog
    assert again is not None
    again.setCurrentColor(QColor("#00ff00"))
    again.accept()
    assert said == ["#00ff00"]


def test_a_choice_is_found_by_typing(qtbot: QtBot) -> None:
    field = ChoiceField([f"option_{i}" for i in range(12)])
    qtbot.addWidget(field)
    said = told(field)
    field.set_value("option_3")
    assert field.isEditable()
    field.setEditText("nonsense")
    field.lineEdit().editingFinished.emit()
    assert field.value == "option_3"
    assert field.currentText() == "option 3"
    assert said == []
    field.setCurrentIndex(5)
    field.activated.emit(5)
    assert said == ["option_5"]
    field.set_value("gone")
    assert field.value is None


def test_a_vector_gives_all_its_numbers(qtbot: QtBot) -> None:
    field = VectorField(3, unit="m")
    qtbot.addWidget(field)
    field.set_value([1.0, 2.0, 3.0])
    said = told(field)
    QTest.mouseClick(field.fields[1], Qt.MouseButton.LeftButton)
    QTest.keyClicks(field.fields[1], "5")
    QTest.keyClick(field.fields[1], Qt.Key.Key_Return)
    assert said == [[1.0, 5.0, 3.0]]
    field.set_judge(lambda numbers: "not all 0" if not any(numbers) else "")
    field.set_value([0.0, 4.0, 0.0])
    QTest.mouseClick(field.fields[1], Qt.MouseButton.LeftButton)
    QTest.keyClicks(field.fields[1], "0")
    QTest.keyClick(field.fields[1], Qt.Key.Key_Return)
    assert field.refusal == "not all 0"


def test_presets(qtbot: QtBot) -> None:
    field = DirectionField()
    qtbot.addWidget(field)
    said = told(field)
    menu = field.presets.menu()
    next(a for a in menu.actions() if "Down" in a.text()).trigger()
    assert said == [[0.0, 0.0, -1.0]]


def test_files_are_chosen_and_dropped(qtbot: QtBot) -> None:
    asked: list[str] = []

    def choose(role: str) -> str | None:
        asked.append(role)
        return "chosen.hdr"

    field = FileField(role="radiance", choose=choose, accept=lambda path, role: path.rpartition("/")[2])
    qtbot.addWidget(field)
    said = told(field)
    field.button.click()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/somewhere/dropped.hdr")])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    field.dropEvent(event)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert asked == ["radiance"]
    assert said == ["chosen.hdr", "dropped.hdr"]


def test_options_grow_shrink_and_weigh(qtbot: QtBot) -> None:
    editor = PaletteEditor()
    qtbot.addWidget(editor)
    said = told(editor)
    editor.set_value(["#ff0000"], ())
    editor.add_button.click()
    assert said[-1] == (["#ff0000", "#808080"], [1.0, 1.0])
    weight = editor._rows[0][1]
    QTest.mouseClick(weight, Qt.MouseButton.LeftButton)
    QTest.keyClicks(weight, "3")
    QTest.keyClick(weight, Qt.Key.Key_Return)
    assert said[-1][1] == [3.0, 1.0]
    editor._rows[0][3].click()
    assert said[-1] == (["#808080"], [1.0])
    assert not editor._rows[0][3].isEnabled()
    last = editor._rows[0][1]
    QTest.mouseClick(last, Qt.MouseButton.LeftButton)
    QTest.keyClicks(last, "0")
    QTest.keyClick(last, Qt.Key.Key_Return)
    assert "above 0" in last.refusal


def test_options_end_where_all_are_there(qtbot: QtBot) -> None:
    from myriorama.widgets.editors import ChoiceField

    words = ("a", "b")
    editor = WeightsEditor(
        lambda value, owner: ChoiceField(words, parent=owner),
        lambda held: next((w for w in words if w not in held), None),
    )
    qtbot.addWidget(editor)
    editor.set_value(["a"], ())
    assert editor.can_add
    editor.add_button.click()
    assert editor.options == ["a", "b"]
    assert not editor.can_add


@pytest.fixture
def slider(qtbot: QtBot) -> RangeSlider:
    made = RangeSlider()
    qtbot.addWidget(made)
    made.resize(220, 24)
    made.set_range(0.0, 1.0)
    made.set_values(0.25, 0.75)
    made.show()
    QApplication.processEvents()
    return made


def test_a_handle_is_dragged(slider: RangeSlider) -> None:
    changing: list[tuple[float, float]] = []
    changed: list[tuple[float, float]] = []
    slider.changing.connect(lambda a, b: changing.append((a, b)))
    slider.changed.connect(lambda a, b: changed.append((a, b)))
    start = QPoint(round(slider.pixel_of(0.25)), 10)
    handles = slider.handles
    QTest.mousePress(handles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for x in range(0, 41, 8):
        QTest.mouseMove(handles, start + QPoint(x, 0))
        QApplication.processEvents()
    QTest.mouseRelease(handles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(40, 0))
    assert changing
    assert len(changed) == 1
    low, high = changed[0]
    assert low == pytest.approx(0.25 + 40 / 207, abs=0.03)
    assert high == 0.75, "the other handle keeps its number"


def test_keys_move_the_chosen_handle(slider: RangeSlider) -> None:
    changed: list[tuple[float, float]] = []
    slider.changed.connect(lambda a, b: changed.append((a, b)))
    slider.handles.setFocus()
    QTest.keyClick(slider.handles, Qt.Key.Key_Right)
    QTest.keyClick(slider.handles, Qt.Key.Key_Space)
    QTest.keyClick(slider.handles, Qt.Key.Key_Left)
    assert changed == [(0.26, 0.75), (0.26, 0.74)]


def test_a_logarithmic_slider_has_its_middle_at_the_geometric_mean(slider: RangeSlider) -> None:
    slider.set_range(0.01, 100.0, logarithmic=True)
    assert slider.place_of(1.0) == pytest.approx(0.5)
    slider.set_values(1.0, 10.0)
    assert slider.pixel_of(1.0) == pytest.approx(110, abs=1)
