"""The whole program in a folder of its own, without what a user's own folders hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.widgets.application import Application
from myriorama.widgets.theme import DARK
from myriorama.widgets.theme.tokens import use

Start = Callable[[], Application]


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    """Starts the program; what it keeps is in the test's folder, so a second start finds it."""
    running: list[Application] = []

    def started() -> Application:
        application = Application(
            settings_file=tmp_path / "settings.json", cache_folder=tmp_path / "cache", state=tmp_path / "state"
        )
        running.append(application)
        application.show()
        application.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)  # keys go to the active window alone
        return application

    yield started
    for application in running:
        application.close()
    qapp.setStyleSheet("")
    use(DARK)


@pytest.fixture
def program(start: Start) -> Application:
    """The program, just started, nothing open."""
    return start()
