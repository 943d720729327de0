"""A studio without a window, the whole program in its own folder, and the rule that no widget survives its test."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6 import QtGui
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.finding import find_project
from myriorama.app.qt.mailbox import Mailbox
from myriorama.app.settings.store import SettingsStore
from myriorama.app.studio import Studio
from myriorama.scenes.project.load import load_project
from myriorama.widgets.application import Application
from myriorama.widgets.theme import DARK
from myriorama.widgets.theme.tokens import use

QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)


def _alive() -> set[int]:
    return {id(w) for w in QApplication.topLevelWidgets()}


@pytest.fixture(autouse=True)
def no_widget_survives(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a top-level widget behind.

    Only a test that seems to pays for collecting garbage: among all that a whole run holds, that takes seconds.
    """
    before = _alive()
    yield
    for garbage in (False, True, True, True):
        if garbage:
            gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qapp.processEvents()
        left = [w for w in QApplication.topLevelWidgets() if id(w) not in before]
        if not left:
            return
    told = [f"{type(w).__name__} {w.objectName()!r} {getattr(w, 'text', str)()[:80]!r} {w.windowFlags()}" for w in left]
    pytest.fail(f"widgets left behind: {told}")


@pytest.fixture(scope="session", autouse=True)
def elders_are_not_searched() -> None:
    """Take what earlier tests left out of the garbage collector's rounds, which would halt the windows of these."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def studio(qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    """A studio with nothing open, settings in memory, and live services."""
    mailbox = Mailbox()
    made = Studio(mailbox.post, SettingsStore(None), tmp_path / "cache")
    yield made
    made.close()
    mailbox.close()
    mailbox.deleteLater()


@pytest.fixture
def open_example(studio: Studio) -> Callable[[str], Studio]:
    """Opens a shipped example in the studio."""

    def opened(name: str) -> Studio:
        loaded = load_project(find_project(name))
        studio.document.open(loaded.project, loaded.folder, loaded.path)
        return studio

    return opened


@pytest.fixture
def as_read() -> Callable[[str], str]:
    """Returns what a person reads in a tool tip: Qt takes its text for markup where that looks like it."""

    def read(tip: str) -> str:
        return QTextDocumentFragment.fromHtml(tip).toPlainText() if QtGui.Qt.mightBeRichText(tip) else tip

    return read


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Application]]:
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
def program(start: Callable[[], Application]) -> Application:
    """The program, just started, nothing open."""
    return start()
