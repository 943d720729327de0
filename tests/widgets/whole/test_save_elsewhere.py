"""A project that is saved in another folder takes its files and its judgments with it."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from myriorama.app.judging.sidecar_file import sidecar_of
from myriorama.resources import resource_path
from myriorama.widgets.application import Application
from myriorama.widgets.assets.import_dialog import ImportDialog
from myriorama.widgets.editors import FileField
from myriorama.widgets.main_window import taking_along
from myriorama.widgets.main_window.troubles import TroubleDialog

pytestmark = pytest.mark.gl


def with_photo(file: Path) -> Path:
    """Give a project a light of its own, in its folder."""
    light = next(resource_path("").rglob("*.exr"))
    (file.parent / "assets").mkdir(exist_ok=True)
    shutil.copy(light, file.parent / "assets" / "light.exr")
    tree = json.loads(file.read_text(encoding="utf-8"))
    tree["environment"] = [{"uid": "sky", "type": "hdri", "parameters": {"file": "assets/light.exr"}}]
    file.write_text(json.dumps(tree), encoding="utf-8")
    return file


def save_as(program: Application, path: Path) -> None:
    program.window.flow.save_as()
    dialog = program.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    QApplication.processEvents()


def asked(program: Application) -> list[QMessageBox]:
    return [b for b in program.window.findChildren(QMessageBox) if b.isVisible() and b.objectName() == "left behind"]


@pytest.mark.parametrize("answer", ["Copy and save", "Save without", "Cancel"])
def test_files_go_with_the_project_where_that_is_wanted(
    program: Application, small: Callable[..., Path], tmp_path: Path, qtbot: QtBot, answer: str
) -> None:
    document = program.studio.document
    file = with_photo(small("first_light"))
    program.window.flow.open(file)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    save_as(program, elsewhere / "project.json")
    qtbot.waitUntil(lambda: bool(asked(program)))
    (box,) = asked(program)
    assert "assets/light.exr" in box.informativeText()
    next(b for b in box.buttons() if b.text().replace("&", "") == answer).click()
    if answer == "Cancel":
        QApplication.processEvents()
        assert document.path == file
        assert list(elsewhere.iterdir()) == []
        return
    qtbot.waitUntil(lambda: document.path == elsewhere / "project.json")
    copied = elsewhere / "assets" / "light.exr"
    assert copied.exists() == (answer == "Copy and save")
    if copied.exists():
        assert copied.read_bytes() == (file.parent / "assets" / "light.exr").read_bytes()
    assert document.folder == elsewhere


def test_a_folder_that_cannot_be_read_is_told_of(
    program: Application,
    small: Callable[..., Path],
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = with_photo(small("first_light"))
    program.window.flow.open(file)
    (tmp_path / "elsewhere").mkdir()

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied", str(file.parent / "assets"))

    monkeypatch.setattr(taking_along, "left_behind", refuse)
    save_as(program, tmp_path / "elsewhere" / "project.json")
    qtbot.waitUntil(lambda: bool(program.window.findChildren(TroubleDialog)))
    (dialog,) = program.window.findChildren(TroubleDialog)
    (problem,) = dialog.problems
    assert str(problem).startswith(f"{file.parent / 'assets'}: it could not be read: Permission denied; allowed: ")
    dialog.close()
    assert program.studio.document.path == file


def test_judgments_and_their_file_follow(program: Application, small: Callable[..., Path], tmp_path: Path) -> None:
    studio = program.studio
    file = small("first_light")
    program.window.flow.open(file)
    studio.judgments.judge([("abc", 0)], "Pick", flag="pick", stars=4)
    assert studio.sidecar.flush()
    assert sidecar_of(file).is_file()
    (tmp_path / "other").mkdir()
    save_as(program, tmp_path / "other" / "mine.json")
    assert studio.document.path == tmp_path / "other" / "mine.json"
    assert studio.sidecar.flush()
    assert "abc" in sidecar_of(studio.document.path).read_text(encoding="utf-8")


def test_what_is_kept_of_a_project_without_a_file_lies_in_the_programs_own_state(
    program: Application, tmp_path: Path
) -> None:
    program.window.flow.open("first_light")
    program.studio.judgments.judge([("abc", 0)], "Pick", flag="pick")
    assert program.studio.sidecar.flush()
    assert list((tmp_path / "state" / "judgments").iterdir())


def test_closing_without_saving_leaves_nothing_to_recover(
    program: Application, small: Callable[..., Path], tmp_path: Path, qtbot: QtBot
) -> None:
    program.window.flow.open(small("first_light"))
    document = program.studio.document
    assert document.project is not None
    document.replace(document.project.model_copy(update={"seed": 5}), "Change the seed")
    assert program.journal.flush()
    journals = tmp_path / "state" / "journals"
    assert list(journals.glob("*.journal"))
    program.window.close()
    (box,) = (b for b in program.window.findChildren(QMessageBox) if b.isVisible())
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Discard), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not program.window.isVisible())
    assert program.journal.flush()
    assert list(journals.glob("*.journal")) == []


def test_a_file_dropped_on_a_parameter_is_imported(
    program: Application, small: Callable[..., Path], tmp_path: Path, qtbot: QtBot
) -> None:
    file = with_photo(small("first_light"))
    outside = tmp_path / "outside.exr"
    shutil.copy(next(resource_path("").rglob("*.exr")), outside)
    program.window.flow.open(file)
    program.studio.selection.select("sky")
    QApplication.processEvents()
    field = next(f for f in program.window.docks["inspector"].findChildren(FileField) if f.isVisible())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(outside))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    seen: list[str] = []

    def answer() -> None:
        for dialog in program.window.findChildren(ImportDialog):
            seen.append(dialog.path.name)
            dialog.reject()

    watch = QTimer()  # the dialog is waited for: only a timer can answer it
    watch.timeout.connect(answer)
    watch.start(50)
    field.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, left, none))
    qtbot.waitUntil(lambda: bool(seen), timeout=10_000)
    watch.stop()
    assert seen[0] == "outside.exr"
