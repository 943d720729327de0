"""From the welcome page to a finished COCO export with mouse and keys alone, in at most twelve clicks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from myriorama.widgets.application import Application
from myriorama.widgets.theme import DARK
from myriorama.widgets.theme.tokens import use
from myriorama.widgets.welcome.card import ProjectCard

CLICKS_ALLOWED = 12
SAMPLES = 100
WIDTH, HEIGHT = 96, 64


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Application]:
    made = Application(
        settings_file=tmp_path / "settings.json", cache_folder=tmp_path / "cache", state=tmp_path / "state"
    )
    made.show()
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    yield made
    made.close()
    qapp.setStyleSheet("")
    use(DARK)


def type_over(qtbot: QtBot, field: QWidget, text: str) -> None:
    """Put the keyboard into a field by its own key order, select what is there and type."""
    field.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, text)


@pytest.mark.gl
def test_twelve_clicks_from_the_welcome_page_to_a_dataset(
    program: Application, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    window, target = program.window, tmp_path / "dataset"
    clicks = 0

    def click(widget: QWidget) -> None:
        nonlocal clicks
        assert widget.isVisible()
        assert widget.isEnabled()
        clicks += 1
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    click(next(c for c in window.welcome.findChildren(ProjectCard) if c.name == "first_light"))
    qtbot.waitUntil(lambda: program.studio.document.project is not None)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    sheet = window.dialogs.export
    assert sheet is not None
    qtbot.waitUntil(sheet.isVisible)
    type_over(qtbot, sheet.form.count, str(SAMPLES))
    type_over(qtbot, sheet.form.width_px, str(WIDTH))
    type_over(qtbot, sheet.form.height_px, str(HEIGHT))
    type_over(qtbot, sheet.form.folder, str(target))
    assert sheet.form.formats["coco"].isVisibleTo(sheet)
    qtbot.waitUntil(sheet.export.isEnabled)
    click(sheet.export)
    qtbot.waitUntil(lambda: bool(program.studio.exports.jobs), timeout=5_000)
    qtbot.waitUntil(lambda: not program.studio.exports.running, timeout=180_000)
    state = program.studio.exports.jobs[-1].state.value
    assert state.status == "finished", state
    assert clicks <= CLICKS_ALLOWED
    annotations = sorted(target.rglob("*.json"))
    coco = next(path for path in annotations if "annotations" in json.loads(path.read_text()))
    dataset = COCO(str(coco))
    assert len(dataset.imgs) == SAMPLES
    assert {(i["width"], i["height"]) for i in dataset.imgs.values()} == {(WIDTH, HEIGHT)}
    assert len(dataset.anns) > SAMPLES
    assert window.isVisible()
