"""Keys, the shortcuts dialog and the palette: one table behind all of them, and no two actions on one key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from myriorama.app.actions import CONTEXTS
from myriorama.widgets.application import Application
from myriorama.widgets.palette import Palette
from myriorama.widgets.palette.choices import Choice
from myriorama.widgets.shortcuts import ShortcutsDialog
from myriorama.widgets.theme import icon

CHOICE = Qt.ItemDataRole.UserRole
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def palette(program: Application, qtbot: QtBot, typed: str) -> Palette:
    program.window.activateWindow()
    qtbot.keyClick(program.window, Qt.Key.Key_P, CONTROL | SHIFT)
    found = next(p for p in program.window.findChildren(Palette) if p.isVisible())
    qtbot.keyClicks(found.line, typed)
    return found


def lines(found: Palette) -> list[Choice]:
    return [found.list.item(i).data(CHOICE) for i in range(found.list.count())]


def shortcuts(program: Application) -> ShortcutsDialog:
    program.window.dialogs.show_shortcuts()
    found = program.window.findChild(ShortcutsDialog)
    assert found is not None
    return found


def test_no_two_actions_are_on_one_key_in_one_context(program: Application) -> None:
    assert [(key, a.id, b.id) for key, a, b in program.window.table.conflicts()] == []


def test_every_row_is_whole(program: Application) -> None:
    for row in program.window.table:
        action = row.action
        assert action.context in CONTEXTS, action.id
        assert action.title, action.id
        assert action.title[0] == action.title[0].upper(), action.id
        assert len(action.help.split()) >= 3, action.id
        for key in action.keys:
            portable = QKeySequence.fromString(key, QKeySequence.SequenceFormat.PortableText)
            assert portable.toString(QKeySequence.SequenceFormat.PortableText) == key, (action.id, key)
        if action.icon:
            icon(action.icon)
        assert action.id.partition(".")[2], action.id


def test_every_menu_entry_is_a_row_and_every_row_with_a_menu_is_an_entry(program: Application) -> None:
    listed = {a.objectName() for menu in program.window.menus.values() for a in menu.actions() if a.objectName()}
    assert listed == {row.action.id for row in program.window.table if row.action.menu}


def test_a_menu_greys_out_what_cannot_be_done_now_and_keys_still_say_so(program: Application, qtbot: QtBot) -> None:
    menu: QMenu = program.window.menus["File"]
    save = program.window.actions_by_id["project.save"]
    menu.aboutToShow.emit()
    assert not save.isEnabled()
    menu.aboutToHide.emit()
    qtbot.keyClick(program.window, Qt.Key.Key_S, CONTROL)
    assert program.window.statusBar().currentMessage().startswith("Save: not possible")
    program.window.flow.open("first_light")
    menu.aboutToShow.emit()
    assert save.isEnabled()
    menu.aboutToHide.emit()


def test_letters_typed_into_a_field_run_nothing(program: Application, qtbot: QtBot) -> None:
    program.window.flow.open("first_light")
    QApplication.processEvents()
    fired: list[str] = []
    for row in program.window.table:
        action: QAction = program.window.actions_by_id[row.action.id]
        action.triggered.connect(lambda _=False, id_=row.action.id: fired.append(id_))
    for name, panel in program.window.panels.items():
        for field in panel.findChildren(QLineEdit):
            if field.isVisible() and field.isEnabled() and not field.isReadOnly():
                if name in program.window.docks:
                    program.window.show_panel(name)
                field.setFocus()
                before = field.text()
                for key in "pxuhzdcr[]0123456789":
                    qtbot.keyClick(field, key)
                assert fired == [], (name, field.accessibleName())
                field.setText(before)
                break


def test_the_palette_finds_runs_and_explains(program: Application, qtbot: QtBot) -> None:
    found = palette(program, qtbot, "export")
    first = lines(found)[0]
    assert first.title == "Export…"
    assert first.keys == "Ctrl+E"
    assert first.reason
    qtbot.keyClick(found.line, Qt.Key.Key_Return)
    assert found.isVisible()  # what cannot be done is not run; it says why
    assert "not possible" in program.window.statusBar().currentMessage()
    found.line.clear()
    qtbot.keyClicks(found.line, "example first light")
    qtbot.keyClick(found.line, Qt.Key.Key_Return)
    assert program.studio.document.title == "first_light"


def test_the_palette_goes_to_samples_and_objects(program: Application, qtbot: QtBot) -> None:
    program.window.flow.open("mugs_on_conveyor")
    found = palette(program, qtbot, "sample 123")
    qtbot.keyClick(found.line, Qt.Key.Key_Return)
    assert program.studio.index.value == 123
    project = program.studio.document.project
    assert project is not None
    group = project.objects[0]
    found = palette(program, qtbot, f"select {group.name}")
    qtbot.keyClick(found.line, Qt.Key.Key_Return)
    assert program.studio.selection.uid == group.uid


def test_arrows_move_through_the_palette_and_escape_forgets_it(program: Application, qtbot: QtBot) -> None:
    found = palette(program, qtbot, "")
    assert found.list.currentRow() == 0
    qtbot.keyClick(found.line, Qt.Key.Key_Down)
    assert found.list.currentRow() == 1
    qtbot.keyClick(found.line, Qt.Key.Key_Up)
    qtbot.keyClick(found.line, Qt.Key.Key_Up)
    assert found.list.currentRow() == found.list.count() - 1
    qtbot.keyClick(found.line, Qt.Key.Key_Escape)
    assert not found.isVisible()


def test_a_recorded_key_works_at_once_and_is_kept(program: Application, qtbot: QtBot) -> None:
    dialog = shortcuts(program)
    dialog.select("window.theme")
    qtbot.keyClick(dialog.recorder, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: dialog.assign.isEnabled())
    qtbot.mouseClick(dialog.assign, Qt.MouseButton.LeftButton)
    assert program.settings.value.shortcuts == {"window.theme": ("F12",)}
    dialog.reject()
    before = program.settings.value.theme
    qtbot.keyClick(program.window, Qt.Key.Key_F12)
    assert program.settings.value.theme != before


def test_a_key_that_is_taken_is_refused_in_the_dialog_with_its_holder(program: Application, qtbot: QtBot) -> None:
    dialog = shortcuts(program)
    dialog.select("window.theme")
    qtbot.keyClick(dialog.recorder, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: "Save" in dialog.told.text())
    assert not dialog.assign.isEnabled()
    assert dialog.told.property("role") == "error"


def test_the_search_narrows_the_list_and_default_takes_a_change_back(program: Application, qtbot: QtBot) -> None:
    dialog = shortcuts(program)
    qtbot.keyClicks(dialog.search, "full scr")
    model = dialog.list.model()
    assert [model.index(r, 0).data() for r in range(model.rowCount())] == ["Full screen"]
    dialog.list.setCurrentIndex(model.index(0, 0))
    qtbot.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    assert program.window.table.keys("window.full_screen") == ()
    assert program.window.actions_by_id["window.full_screen"].shortcuts() == []
    qtbot.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert program.window.table.keys("window.full_screen") == ("F11",)


@pytest.mark.parametrize("key", ["Tab", "Esc"])
def test_keys_that_move_the_keyboard_are_never_given_away(program: Application, key: str) -> None:
    from myriorama.app.actions.keys import refusal

    table = program.window.table
    assert refusal(table, table["window.theme"].action, key)
