"""Names from a file are shown letter by letter, wherever they are shown: no markup, no loading of what they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6 import QtGui
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMessageBox, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
MARKUP = '<img src="file:///etc/hostname"><b>bold</b>'
RIGHT_TO_LEFT = "\u202eעברית العربية"
EMOJI = "🧪👩‍🔬"
LONG = MARKUP + RIGHT_TO_LEFT + EMOJI + "x" * (200 - len(MARKUP + RIGHT_TO_LEFT + EMOJI))


def hostile_project(file: Path) -> Path:
    """Put the text wherever a project may hold text."""
    tree = json.loads(file.read_text(encoding="utf-8"))
    tree["name"] = LONG
    tree["description"] = MARKUP
    for part in ("environment", "lights", "stage", "objects"):
        for node in tree.get(part, ()):
            node["name"] = LONG
    old = tree["objects"][0]["class"]
    text = json.dumps(tree).replace(f'"class": "{old}"', f'"class": {json.dumps(MARKUP)}')
    text = text.replace(f'"name": "{old}"', f'"name": {json.dumps(MARKUP)}')
    file.write_text(text, encoding="utf-8")
    return file


def is_hostile(text: str) -> bool:
    return "<img" in text or "<b>" in text


def unsafe_tip(text: str) -> bool:
    """A tool tip is shown as rich text where Qt takes it for that."""
    return is_hostile(text) and QtGui.Qt.mightBeRichText(text)


def indices(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[QModelIndex]:
    top = parent or QModelIndex()
    for row in range(min(model.rowCount(top), 200)):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(top)
        for column in range(columns):
            at = model.index(row, column, top)
            yield at
            if column == 0 and not isinstance(model, QAbstractListModel):
                yield from indices(model, at)


def unsafe(widgets: list[QWidget]) -> list[str]:
    """Return every place where a hostile text would be read as markup."""
    found = []
    for widget in widgets:
        where = f"{type(widget).__module__}.{type(widget).__name__} {widget.objectName()!r}"
        if unsafe_tip(widget.toolTip()):
            found.append(f"tool tip of {where}: {widget.toolTip()[:60]}")
        if isinstance(widget, QLabel) and is_hostile(widget.text()) and widget.textFormat() != Qt.TextFormat.PlainText:
            found.append(f"label {where}: {widget.text()[:60]}")
        if isinstance(widget, QMessageBox) and widget.textFormat() != Qt.TextFormat.PlainText:
            found.append(f"message {where}: {widget.text()[:60]}")
        if isinstance(widget, QTextEdit) and is_hostile(widget.toPlainText()) is False and is_hostile(widget.toHtml()):
            found.append(f"text {where}")
        for action in widget.actions():
            if isinstance(action, QAction) and unsafe_tip(action.toolTip()):
                found.append(f"action of {where}: {action.toolTip()[:60]}")
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            for at in indices(widget.model()):
                tip = at.data(Qt.ItemDataRole.ToolTipRole)
                if isinstance(tip, str) and unsafe_tip(tip):
                    found.append(f"tool tip of a row of {where}: {tip[:60]}")
    return found


def test_no_name_is_read_as_markup(program: Application, small: Callable[..., Path], qtbot: QtBot) -> None:
    window, studio = program.window, program.studio
    file = hostile_project(small("first_light"))
    window.flow.open(file)
    project = studio.document.project
    assert project is not None
    assert project.name == LONG
    frames: list[object] = []
    studio.preview.frame_ready.connect(frames.append)
    qtbot.waitUntil(lambda: bool(frames), timeout=60_000)
    uids = [n.uid for part in (project.objects, project.stage, project.environment, project.lights) for n in part]
    found: set[str] = set()
    for uid in [*uids, *(f"project:{p}" for p in ("settings", "classes", "acceptance", "output", "camera"))]:
        studio.selection.select(uid)
        QApplication.processEvents()
        found.update(unsafe(QApplication.allWidgets()))
    studio.selection.select(*uids[:2])
    studio.document.replace(project.model_copy(update={"name": MARKUP}), f"Rename {MARKUP}")
    for name in window.docks:
        window.show_panel(name)
        QApplication.processEvents()
        found.update(unsafe(QApplication.allWidgets()))
    window.flow.close()
    boxes = [b for b in window.findChildren(QMessageBox) if b.isVisible()]
    assert len(boxes) == 1
    found.update(unsafe(QApplication.allWidgets()))
    boxes[0].button(QMessageBox.StandardButton.Cancel).click()
    window.dialogs.show_export()
    QApplication.processEvents()
    found.update(unsafe(QApplication.allWidgets()))
    window.dialogs.show_palette()
    QApplication.processEvents()
    found.update(unsafe(QApplication.allWidgets()))
    assert sorted(found) == []


def test_the_search_finds_what_it_looks_for(qtbot: QtBot) -> None:
    label = QLabel("<b>bold</b>")
    qtbot.addWidget(label)
    assert len(unsafe([label])) == 1
    label.setTextFormat(Qt.TextFormat.PlainText)
    assert unsafe([label]) == []
    label.setToolTip(MARKUP)
    assert len(unsafe([label])) == 1
