"""The forms: what is typed becomes a step of the history, what is refused stays with its reason, undo is followed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import ACCEPTANCE, CAMERA, CLASSES, NAMED, OUTPUT, SETTINGS
from myriorama.app.studio import Studio
from myriorama.widgets.forms import form_for
from myriorama.widgets.forms.acceptance import AcceptanceForm
from myriorama.widgets.forms.classes import COLOR, ID, KIND, NAME, ClassesForm
from myriorama.widgets.forms.named import NamedForm
from myriorama.widgets.forms.output import OutputForm
from myriorama.widgets.forms.removing import RemoveClassDialog
from myriorama.widgets.forms.settings import SettingsForm

Open = Callable[[str], Studio]


@pytest.fixture
def opened(open_example: Open) -> Studio:
    return open_example("mugs_on_conveyor")


def shown(qtbot: QtBot, studio: Studio, uid: str) -> QWidget:
    form = form_for(uid, studio)
    qtbot.addWidget(form)
    form.resize(320, 640)
    form.show()
    qtbot.waitExposed(form)
    return form


def type_into(qtbot: QtBot, field: QWidget, text: str) -> None:
    """Focus a field as by Tab, replace what stands there, press Enter."""
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("uid", [SETTINGS, CLASSES, NAMED, ACCEPTANCE, OUTPUT])
def test_every_part_has_a_form_that_lives_without_a_project(qtbot: QtBot, studio: Studio, uid: str) -> None:
    form = shown(qtbot, studio, uid)
    assert not form.isEnabled()


@pytest.mark.parametrize("uid", [SETTINGS, CLASSES, NAMED, ACCEPTANCE, OUTPUT])
def test_showing_a_form_changes_nothing_and_every_field_has_a_name(qtbot: QtBot, opened: Studio, uid: str) -> None:
    form = shown(qtbot, opened, uid)
    assert opened.document.history.labels == ()
    for kind in (QLineEdit, QToolButton):
        for field in form.findChildren(kind):
            if field.isVisible() and field.focusPolicy() != Qt.FocusPolicy.NoFocus:
                assert field.accessibleName() or field.text(), field


def test_the_camera_has_no_form(studio: Studio) -> None:
    with pytest.raises(KeyError):
        form_for(CAMERA, studio)


def test_settings_are_typed_undone_and_followed(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, SETTINGS)
    assert isinstance(form, SettingsForm)
    document = opened.document
    type_into(qtbot, form.name, "cups")
    assert document.project is not None
    assert document.project.name == "cups"
    type_into(qtbot, form.name, "   ")
    assert document.project.name == "cups"
    assert form.name.refusal
    qtbot.keyClick(form.name, Qt.Key.Key_Escape)
    document.history.undo()
    assert form.name.text() == "mugs_on_conveyor"
    form.credits.setFocus()
    form.credits.selectAll()
    qtbot.keyClicks(form.credits, "One")
    qtbot.keyClick(form.credits, Qt.Key.Key_Return)
    qtbot.keyClicks(form.credits, "Two")
    qtbot.keyClick(form.credits, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert document.project.credits == ("One", "Two")
    assert document.history.labels == ("Change credits",)


def test_seeds_are_exact_and_a_new_one_is_another(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, SETTINGS)
    assert isinstance(form, SettingsForm)
    largest = str(2**63 - 1)
    type_into(qtbot, form.seed, largest)
    assert opened.document.project is not None
    assert opened.document.project.seed == int(largest)
    for refused in (str(2**63), "-1", "1.5", "x"):
        type_into(qtbot, form.seed, refused)
        assert form.seed.refusal
        assert opened.document.project.seed == int(largest)
    qtbot.mouseClick(form.new_seed, Qt.MouseButton.LeftButton)
    assert opened.document.project.seed < 2**31
    assert form.seed.text() == str(opened.document.project.seed)


def test_a_class_is_renamed_where_it_is_used_and_keeps_its_id(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, CLASSES)
    assert isinstance(form, ClassesForm)
    document = opened.document
    assert document.project is not None
    row = document.project.classes[0]
    form.table.setCurrentIndex(form.model.index(0, NAME))
    form.table.edit(form.model.index(0, NAME))
    editor = form.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "cup")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    renamed = row.model_copy(update={"name": "cup"})
    qtbot.waitUntil(lambda: document.project is not None and document.project.classes[0] == renamed)
    assert "cup" in {group.class_ for group in document.project.objects}
    assert document.project.acceptance[0].class_ == "cup"
    assert not form.set_cell("cup", NAME, "floor")
    assert "already" in form.reason.text()
    assert form.set_cell("cup", KIND, "stuff")
    assert not form.reason.isVisible()
    assert not form.model.flags(form.model.index(0, ID)) & Qt.ItemFlag.ItemIsEditable
    document.history.undo()
    document.history.undo()
    assert document.project.classes[0] == row
    assert form.model.index(0, NAME).data() == "mug"


def test_a_used_class_goes_only_after_the_question(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, CLASSES)
    assert isinstance(form, ClassesForm)
    document = opened.document
    form.select("mug")
    qtbot.mouseClick(form.remove_button, Qt.MouseButton.LeftButton)
    dialog = form._dialog
    assert isinstance(dialog, RemoveClassDialog)
    assert document.history.labels == ()
    dialog.instead.setCurrentText("conveyor")
    qtbot.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)
    assert document.project is not None
    assert [row.name for row in document.project.classes] == ["conveyor", "floor"]
    assert document.project.acceptance[0].class_ == "conveyor"
    assert "mug" not in {group.class_ for group in document.project.objects}
    document.history.undo()
    assert [row.name for row in form.model.classes] == ["mug", "conveyor", "floor"]


def test_classes_are_added_moved_and_coloured(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, CLASSES)
    assert isinstance(form, ClassesForm)
    qtbot.mouseClick(form.add_button, Qt.MouseButton.LeftButton)
    assert opened.document.project is not None
    assert [row.id for row in opened.document.project.classes] == [1, 2, 3, 4]
    assert form.selected == "class_1"
    form.table.closeEditor(form.table.findChild(QLineEdit), form.table.itemDelegate().EndEditHint.RevertModelCache)
    qtbot.mouseClick(form.up_button, Qt.MouseButton.LeftButton)
    assert [row.id for row in opened.document.project.classes] == [1, 2, 4, 3]
    assert form.selected == "class_1"
    form.table.setFocus()
    qtbot.keyClick(form.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [row.id for row in opened.document.project.classes] == [1, 2, 3, 4]
    form._choose_color()
    dialog = form._dialog
    assert dialog is not None
    dialog.colorSelected.emit(Qt.GlobalColor.red)  # type: ignore[attr-defined]
    dialog.close()
    assert opened.document.project.classes[3].color == "#ff0000"
    assert form.model.index(3, COLOR).data(Qt.ItemDataRole.UserRole).name() == "#ff0000"
    qtbot.mouseClick(form.remove_button, Qt.MouseButton.LeftButton)
    assert len(opened.document.project.classes) == 3, "an unused class goes without a question"


def test_named_values_are_added_changed_renamed_and_held_by_their_readers(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, NAMED)
    assert isinstance(form, NamedForm)
    document = opened.document
    qtbot.mouseClick(form.add_button, Qt.MouseButton.LeftButton)
    (row,) = form.values
    qtbot.waitUntil(row.isVisible)
    type_into(qtbot, row.name, "spread")
    assert document.project is not None
    assert document.project.parameters == {"spread": 1.0}
    type_into(qtbot, row.value, '{"uniform": [2, 1]}')
    assert "reversed" in row.reason.text()
    assert row.reason.isVisible()
    assert document.project.parameters == {"spread": 1.0}
    type_into(qtbot, row.value, '{"uniform": [1, 2]}')
    assert not row.reason.isVisible()
    assert document.project.parameters == {"spread": {"uniform": [1, 2]}}
    lens = document.project.camera.model_copy(update={"lens": {"exposure_ev": {"linked": "project.spread"}}})
    document.replace(document.project.model_copy(update={"camera": lens}), "Link")
    assert "camera, exposure ev" in row.users.text()
    qtbot.mouseClick(row.remove, Qt.MouseButton.LeftButton)
    assert "it is read by" in row.reason.text()
    row.shape.menu().actions()[0].trigger()
    assert document.project.parameters == {"spread": 1.5}
    for _ in range(len(document.history.labels)):
        document.history.undo()
    assert form.values == []


def test_rules_are_edited_in_fields_and_said_in_words(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, ACCEPTANCE)
    assert isinstance(form, AcceptanceForm)
    document = opened.document
    (card,) = form.cards
    assert card.words.text() == "At least 2 objects of class mug, counting those at least 30 % visible."
    qtbot.mouseClick(card.at_most.tick, Qt.MouseButton.LeftButton, pos=QPoint(6, card.at_most.tick.height() // 2))
    assert document.project is not None
    assert document.project.acceptance[0].at_most == 10
    type_into(qtbot, card.at_most.number, "1")
    assert "never hold" in card._rows["at_most"].reason.text()
    assert document.project.acceptance[0].at_most == 10
    qtbot.keyClick(card.at_most.number, Qt.Key.Key_Escape)
    type_into(qtbot, card.visible, "45")
    assert document.project.acceptance[0].min_visible == 0.45
    card.class_.changed.emit("\n")
    assert document.project.acceptance[0].class_ is None
    qtbot.mouseClick(form.add_button, Qt.MouseButton.LeftButton)
    assert len(form.cards) == 2
    qtbot.mouseClick(form.cards[0].remove, Qt.MouseButton.LeftButton)
    assert [rule.name for rule in document.project.acceptance] == ["something to see"]
    assert form.cards[0].name.text() == "something to see"


def test_refusals_of_seen_frames_are_counted_once_each(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, ACCEPTANCE)
    assert isinstance(form, AcceptanceForm)
    (card,) = form.cards
    frame = SimpleNamespace(final=True, view=None, recipe_hash="a", refused={"two mugs in view": 3})
    form._on_frame(frame)  # type: ignore[arg-type]
    form._on_frame(frame)  # type: ignore[arg-type]
    form._on_frame(SimpleNamespace(final=False, view=None, recipe_hash="b", refused={}))  # type: ignore[arg-type]
    assert card.tally.text().startswith("Refused 3 attempts at the last sample")
    qtbot.mouseClick(form.add_button, Qt.MouseButton.LeftButton)
    assert card.tally.text() == "Not known yet: go to another sample."


def test_output_keeps_its_shape_and_refuses_what_does_not_fit(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, OUTPUT)
    assert isinstance(form, OutputForm)
    document = opened.document
    assert document.project is not None
    qtbot.mouseClick(form.lock, Qt.MouseButton.LeftButton)
    type_into(qtbot, form.width_px, "1280")
    assert (document.project.output.width, document.project.output.height) == (1280, 960)
    assert form.height_px.value == 960
    type_into(qtbot, form.width_px, "20000")
    assert form.size_row.reason.isVisible()
    assert document.project.output.width == 1280
    qtbot.keyClick(form.width_px, Qt.Key.Key_Escape)
    form.presets.menu().actions()[6].trigger()
    assert (document.project.output.width, document.project.output.height) == (960, 540)
    seen: list[int] = []
    document.changing.connect(lambda p: seen.append(p.output.width))
    form.width_px.changing.emit(800)
    assert seen == [800]
    assert document.project.output.width == 960
    document.cancel_preview()


def test_formats_options_and_labels_are_ticked(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, OUTPUT)
    assert isinstance(form, OutputForm)
    document = opened.document
    coco, raw = (next(box for box in form.formats if box.name == name) for name in ("coco", "raw"))
    assert document.project is not None
    qtbot.mouseClick(raw.tick, Qt.MouseButton.LeftButton, pos=QPoint(6, raw.tick.height() // 2))
    assert document.project.output.formats == ("coco",)
    assert not raw.holder.isVisible()
    qtbot.mouseClick(coco.tick, Qt.MouseButton.LeftButton, pos=QPoint(6, coco.tick.height() // 2))
    assert document.project.output.formats == ("coco",)
    assert coco.tick.isChecked()
    assert "needs a format" in coco.reason.text()
    document.history.undo()
    assert raw.tick.isChecked()
    raw.options["depth"].changed.emit("float32")
    assert document.project.output.writer_options == {"raw": {"depth": "float32"}}
    fractions = next(tick for tick in form.labels if tick.name == "fractions")
    qtbot.mouseClick(fractions, Qt.MouseButton.LeftButton, pos=QPoint(6, fractions.height() // 2))
    assert fractions.isChecked()
    assert "visible fraction" in form.label_reason.text()


def test_a_form_that_is_not_seen_follows_when_it_is_shown(qtbot: QtBot, opened: Studio) -> None:
    form = shown(qtbot, opened, SETTINGS)
    assert isinstance(form, SettingsForm)
    form.hide()
    project = opened.document.project
    assert project is not None
    opened.document.replace(project.model_copy(update={"name": "cups"}), "Change name")
    assert form.name.text() == "mugs_on_conveyor"
    form.show()
    assert form.name.text() == "cups"


def test_undo_redo_and_reopening_leave_no_echo(qtbot: QtBot, open_example: Open) -> None:
    studio = open_example("mugs_on_conveyor")
    forms = [shown(qtbot, studio, uid) for uid in (SETTINGS, CLASSES, NAMED, ACCEPTANCE, OUTPUT)]
    project = studio.document.project
    assert project is not None
    studio.document.replace(project.model_copy(update={"parameters": {"a": 1}, "seed": 9}), "Change")
    for _ in range(20):
        studio.document.history.undo()
        studio.document.history.redo()
        QApplication.processEvents()
    assert studio.document.history.labels == ("Change",)
    open_example("first_light")
    assert studio.document.history.labels == ()
    assert forms[0].name.text() == "first_light"  # type: ignore[attr-defined]
