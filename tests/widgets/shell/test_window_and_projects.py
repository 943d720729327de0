"""The window: opening, saving and leaving projects, with every question that stands before them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMessageBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from myriorama.app.finding import examples_folder
from myriorama.widgets.application import Application
from myriorama.widgets.welcome.card import ProjectCard

Start = Callable[[], Application]


def click(qtbot: QtBot, widget: object) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def question(program: Application, name: str) -> QMessageBox:
    found = [b for b in program.window.findChildren(QMessageBox, name) if b.isVisible()]
    assert len(found) == 1, [b.objectName() for b in program.window.findChildren(QMessageBox)]
    return found[0]


def card(program: Application, name: str) -> ProjectCard:
    return next(c for c in program.window.welcome.findChildren(ProjectCard) if c.name == name)


def rename(program: Application, name: str) -> None:
    document = program.studio.document
    assert document.project is not None
    document.replace(document.project.model_copy(update={"name": name}), "Rename project")


def choose_file(program: Application, qtbot: QtBot, path: Path) -> None:
    dialog = program.window.findChild(QFileDialog)
    assert dialog is not None
    line = dialog.findChild(QLineEdit)
    assert line is not None
    line.setText(str(path))
    dialog.accept()
    QApplication.processEvents()


def test_it_starts_with_the_welcome_page_and_no_panel(program: Application) -> None:
    window = program.window
    assert window.isVisible()
    assert window.centralWidget().currentWidget() is window.welcome
    assert not any(dock.isVisible() for dock in window.docks.values())
    assert window.windowTitle() == "Myriorama"


def test_one_click_opens_an_example_that_saving_does_not_write_into_the_program(
    program: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    shipped = (examples_folder() / "first_light" / "project.json").read_bytes()
    click(qtbot, card(program, "first_light"))
    document, window = program.studio.document, program.window
    assert document.title == "first_light"
    assert not document.dirty
    qtbot.waitUntil(lambda: window.centralWidget().currentWidget() is not window.welcome)
    assert window.docks["outliner"].isVisible()
    assert window.docks["inspector"].isVisible()
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    choose_file(program, qtbot, tmp_path / "mine.json")
    assert document.path == tmp_path / "mine.json"
    assert json.loads((tmp_path / "mine.json").read_text())["name"] == "first_light"
    assert (examples_folder() / "first_light" / "project.json").read_bytes() == shipped
    assert program.settings.value.recent == (str(tmp_path / "mine.json"),)


def test_the_title_tells_the_project_and_whether_it_is_saved(program: Application) -> None:
    program.window.flow.open("first_light")
    assert program.window.windowTitle().startswith("first_light[*]")
    assert not program.window.isWindowModified()
    rename(program, "second light")
    assert program.window.isWindowModified()
    assert program.window.windowTitle().startswith("second light[*]")
    program.studio.document.history.undo()
    assert not program.window.isWindowModified()


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_closing_the_window_asks_about_what_is_unsaved(
    program: Application, qtbot: QtBot, tmp_path: Path, answer: str
) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes((examples_folder() / "first_light" / "project.json").read_bytes())
    program.window.flow.open(file)
    rename(program, "changed")
    assert not program.window.close()
    box = question(program, "unsaved")
    assert "changed" in box.text()
    button = QMessageBox.StandardButton
    click(qtbot, box.button({"save": button.Save, "discard": button.Discard, "cancel": button.Cancel}[answer]))
    QApplication.processEvents()
    assert program.window.isVisible() is (answer == "cancel")
    assert json.loads(file.read_text())["name"] == ("changed" if answer == "save" else "first_light")
    if answer == "cancel":
        assert program.studio.document.title == "changed"


def test_opening_another_project_asks_first_and_save_goes_on_to_open(
    program: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    program.window.flow.open("first_light")
    rename(program, "changed")
    program.window.flow.open("dice_tray")
    assert program.studio.document.title == "changed"
    click(qtbot, question(program, "unsaved").button(QMessageBox.StandardButton.Save))
    choose_file(program, qtbot, tmp_path / "first.json")
    assert json.loads((tmp_path / "first.json").read_text())["name"] == "changed"
    assert program.studio.document.title == "dice_tray"


def test_a_project_that_cannot_be_read_leaves_the_open_one_and_says_every_reason(
    program: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    program.window.flow.open("first_light")
    broken = tmp_path / "broken.json"
    tree = json.loads((examples_folder() / "first_light" / "project.json").read_text())
    tree["seed"] = "seven"
    tree["output"] = 3
    broken.write_text(json.dumps(tree))
    program.window.flow.open(broken)
    dialogs = [d for d in program.window.findChildren(QDialog) if d.isVisible() and hasattr(d, "problems")]
    assert len(dialogs) == 1
    places = " ".join(p.place for p in dialogs[0].problems)
    assert "seed" in places
    assert "output" in places
    assert program.studio.document.title == "first_light"
    dialogs[0].accept()


def test_a_file_that_another_program_changed_is_not_overwritten_unasked(
    program: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "kept.json"
    text = (examples_folder() / "first_light" / "project.json").read_text()
    file.write_text(text)
    program.window.flow.open(file)
    rename(program, "mine")
    file.write_text(text.replace('"first_light"', '"theirs"'))
    program.window.flow.save()
    box = question(program, "changed on disk")
    click(qtbot, box.button(QMessageBox.StandardButton.Cancel))
    QApplication.processEvents()
    assert json.loads(file.read_text())["name"] == "theirs"
    program.window.flow.save()
    overwrite = next(b for b in question(program, "changed on disk").buttons() if b.text() == "Overwrite")
    click(qtbot, overwrite)
    QApplication.processEvents()
    assert json.loads(file.read_text())["name"] == "mine"
    assert not program.studio.document.dirty


def test_recent_files_are_listed_marked_when_gone_and_forgotten(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    first = start()
    file, gone = tmp_path / "here.json", tmp_path / "gone.json"
    for path in (gone, file):
        path.write_bytes((examples_folder() / "first_light" / "project.json").read_bytes())
        first.window.flow.open(path)
    gone.unlink()
    first.close()
    second = start()
    rows = [b for b in second.window.welcome.findChildren(QPushButton) if ".json" in b.toolTip()]
    assert [(b.accessibleName(), b.isEnabled()) for b in rows] == [
        ("Open here", True),
        ("Open gone (missing)", False),
    ]
    forget = next(b for b in second.window.welcome.findChildren(QToolButton) if "gone" in b.accessibleName())
    click(qtbot, forget)
    assert second.settings.value.recent == (str(file),)
    rows = [b for b in second.window.welcome.findChildren(QPushButton) if b.accessibleName() == "Open here"]
    click(qtbot, rows[-1])
    assert second.studio.document.path == file


def test_a_project_dropped_on_the_window_is_opened(program: Application, tmp_path: Path) -> None:
    file = tmp_path / "dropped.json"
    file.write_bytes((examples_folder() / "first_light" / "project.json").read_bytes())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, left, none)
    QApplication.sendEvent(program.window, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, left, none)
    QApplication.sendEvent(program.window, drop)
    assert program.studio.document.path == file
    picture = QMimeData()
    picture.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    refused = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, picture, left, none)
    refused.ignore()
    program.window.dragEnterEvent(refused)
    assert not refused.isAccepted()


def test_new_from_template_starts_an_untitled_project(program: Application, qtbot: QtBot) -> None:
    program.window.dialogs.show_templates()
    dialog = next(d for d in program.window.findChildren(QDialog) if d.windowTitle() == "New from template")
    chosen = next(c for c in dialog.findChildren(ProjectCard) if c.name == "dice_tray")
    click(qtbot, chosen)
    document = program.studio.document
    assert document.project is not None
    assert document.title == "untitled"
    assert document.path is None
    assert document.dirty
    assert [g.name for g in document.project.objects]


def test_work_that_was_lost_is_offered_and_restored_and_what_is_discarded_is_not_offered_again(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    import shutil

    first = start()
    first.window.flow.open("first_light")
    rename(first, "nearly lost")
    assert first.journal.flush()
    lost = tmp_path / "state" / "journals"
    copy = tmp_path / "copy"
    shutil.copytree(lost, copy)
    first.studio.document.close()
    first.close()
    for path in copy.glob("*.journal"):  # as a killed process leaves it: a journal whose lock nobody holds
        shutil.copy(path, lost / f"dead{path.suffix}")
    second = start()
    dialog = next(d for d in second.window.findChildren(QDialog) if d.objectName() == "recovery")
    restore = next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == "Restore nearly lost")
    click(qtbot, restore)
    assert second.studio.document.title == "nearly lost"
    assert second.studio.document.dirty
    second.studio.document.close()
    second.journal.flush()
    second.close()
    third = start()
    assert [d for d in third.window.findChildren(QDialog) if d.objectName() == "recovery"] == []


def test_undo_and_redo_are_named_in_the_menu(program: Application, qtbot: QtBot) -> None:
    program.window.flow.open("first_light")
    document, actions = program.studio.document, program.window.actions_by_id
    rename(program, "other")
    assert actions["edit.undo"].text().startswith("Undo rename")
    before = document.project
    qtbot.keyClick(program.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.project != before
    assert actions["edit.redo"].text().startswith("Redo rename")
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(program.window, Qt.Key.Key_Z, control)
    assert document.project == before
