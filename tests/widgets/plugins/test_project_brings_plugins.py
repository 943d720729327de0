"""A project's own plugins are told of in a quiet bar; opening it runs and enables nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.finding import find_project
from myriorama.widgets.application import Application
from myriorama.widgets.plugins.trust_dialog import TrustDialog


@pytest.fixture
def project(tmp_path: Path, text_of: Callable[..., str]) -> Path:
    """A project with two plugins beside it."""
    folder = tmp_path / "theirs"
    (folder / "plugins").mkdir(parents=True)
    shutil.copy(find_project("first_light"), folder / "project.json")
    for stem in ("pyramids", "towers"):
        (folder / "plugins" / f"{stem}.py").write_text(text_of(name=f"test_{stem}"), encoding="utf-8")
    return folder / "project.json"


def test_it_is_told_reviewed_and_enabled_one_by_one(program: Application, project: Path, qtbot: QtBot) -> None:
    window, studio = program.window, program.studio
    flow = window.plugin_flow
    assert flow.notice is None
    window.flow.open(project)
    qtbot.waitUntil(lambda: flow.notice is not None, timeout=20_000)
    assert flow.notice is not None
    assert flow.notice.text.text() == "This project brings 2 plugins (pyramids, towers); nothing of them has run."
    assert studio.registry.grants == ()
    qtbot.mouseClick(flow.notice.review_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(TrustDialog)
    assert dialog is not None
    assert window.panels["plugins"].isVisible()
    qtbot.waitUntil(dialog.enable_button.isEnabled)
    qtbot.mouseClick(dialog.enable_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(studio.registry.grants) == 1, timeout=20_000)
    assert studio.registry.grants[0].source.id == "pyramids"
    assert flow.notice is not None
    assert flow.notice.text.text() == "This project brings 1 plugin (towers); nothing of it has run."
    (project.parent / "plugins" / "pyramids.py").write_text("# another\nfrom myriorama.plugins import Generator\n")
    studio.plugins.refresh()
    qtbot.waitUntil(lambda: not studio.registry.grants, timeout=20_000)
    window.flow.close()
    QApplication.processEvents()
    qtbot.waitUntil(lambda: flow.notice is None, timeout=20_000)


def test_it_can_be_put_away_and_comes_back_with_another_project(
    program: Application, project: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window = program.window
    flow = window.plugin_flow
    window.flow.open(project)
    qtbot.waitUntil(lambda: flow.notice is not None, timeout=20_000)
    assert flow.notice is not None
    qtbot.mouseClick(flow.notice.close_button, Qt.MouseButton.LeftButton)
    assert flow.notice is None
    program.studio.plugins.refresh()
    qtbot.waitUntil(lambda: not program.studio.plugins.busy, timeout=20_000)
    assert flow.notice is None
    shutil.copytree(project.parent, tmp_path / "copy")
    window.flow.open(tmp_path / "copy" / "project.json")
    qtbot.waitUntil(lambda: flow.notice is not None, timeout=20_000)
