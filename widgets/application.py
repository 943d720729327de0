"""The running program: Qt's application, the settings, the studio's models and services, and the main window.

It starts them in order and ends them in order; it shows nothing of its own.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication

from myriorama.app.document.checking import Checker
from myriorama.app.document.files import read_project
from myriorama.app.document.journal import Journal
from myriorama.app.document.recovery import Recoverable, discard, find_left, restore
from myriorama.app.preview.companion import Companion
from myriorama.app.problems import Trouble
from myriorama.app.qt.mailbox import Mailbox
from myriorama.app.settings.store import Settings, SettingsStore, settings_folder, state_folder
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.faults import FaultWatch
from myriorama.widgets.start import prepare_process
from myriorama.widgets.theme import apply_theme, prepare, program_icon


class Application:
    """One run of the studio.

    Parameters
    ----------
    arguments : sequence of str
        The program's name, and what is for Qt.
    settings_file : Path or None
        None is the user's own.
    cache_folder, state : Path or None
        None is the user's own.
    expected : Path or None
        The project that `show` will open: its first picture is made while the window is.
    preview : Companion or None
        A preview process that was started ahead, with the same cache folder.
    """

    def __init__(
        self,
        arguments: Sequence[str] = ("myriorama",),
        settings_file: Path | None = None,
        cache_folder: Path | None = None,
        state: Path | None = None,
        expected: Path | None = None,
        preview: Companion | None = None,
    ) -> None:
        self.settings = SettingsStore(settings_file or settings_folder() / "settings.json")
        self._state = state or state_folder()
        existing = QApplication.instance()
        if existing is None:
            prepare_process(self.settings.value)
        self.qt = existing if isinstance(existing, QApplication) else QApplication(list(arguments))
        self.qt.setApplicationName("myriorama")
        self.qt.setApplicationDisplayName("Myriorama")
        self.qt.setWindowIcon(program_icon())
        prepare(self.qt)
        apply_theme(self.qt, self.settings.value.theme)
        self.mailbox = Mailbox()
        self.studio = Studio(self.mailbox.post, self.settings, cache_folder, self._state, preview)
        if expected is not None:
            self._expect(expected)
        self.faults = FaultWatch(self.studio.problems, self._state)
        if self.settings.trouble:
            self.studio.problems.tell(f"warning: {self.settings.trouble}")
        self.journal = Journal(self.studio.document, self.studio.problems, self.mailbox.post, self._state / "journals")
        self.checker = Checker(
            self.studio.document, self.studio.registry, self.studio.problems, self.settings, self.mailbox.post
        )
        self.studio.plugins.grants_changed.connect(self.checker.check, check_nargs=False, max_args=0)
        from myriorama.widgets.main_window import MainWindow  # it takes a second, in which the preview gets on

        self.window = MainWindow(self.studio)
        self.faults.window = self.window
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.kept.connect(self._on_settings_kept)
        self.qt.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._alive = QTimer()
        self._closed = False

    def show(self, project: Path | None = None) -> None:
        """Show the window, and open a project in it."""
        self.window.show()
        if project is not None:
            self.window.flow.open(project)
        self._offer_recovery()
        self.window.jobs.offer_unfinished()

    def run(self) -> int:
        """Run until the window is closed; Ctrl+C closes it too."""
        before = signal.signal(signal.SIGINT, self._on_interrupt)
        self._alive.timeout.connect(_breathe)  # so that Python comes to see a signal
        self._alive.start(200)
        try:
            return self.qt.exec()
        finally:
            signal.signal(signal.SIGINT, before)
            self._alive.stop()

    def _expect(self, project: Path) -> None:
        with contextlib.suppress(InputError):  # told when it is opened
            found = project.resolve()
            self.studio.director.expect(read_project(found)[0], found.parent)

    def _offer_recovery(self) -> None:
        try:
            left = find_left(self._state / "journals")
        except OSError as error:
            self.studio.problems.tell(f"warning: the journals of earlier runs could not be read: {error}")
            return
        for path in left.unreadable:
            self.studio.problems.tell(f"warning: {path} holds changes of an earlier run that cannot be read")
        if left.recoverable:
            from myriorama.widgets.main_window.recovery import RecoveryDialog

            dialog = RecoveryDialog(left.recoverable, self.window)
            dialog.restored.connect(self._restore)
            dialog.discarded.connect(discard)
            dialog.open()

    def _restore(self, entry: Recoverable) -> None:
        document = self.studio.document
        self.window.flow.leave(lambda: restore(document, entry, self.journal))

    def close(self) -> None:
        """End everything, once: services, models' ties to the window, the window."""
        if self._closed:
            return
        self._closed = True
        self.settings.changed.disconnect(self._on_settings_changed, missing_ok=True)
        self.settings.kept.disconnect(self._on_settings_kept, missing_ok=True)
        self.qt.styleHints().colorSchemeChanged.disconnect(self._on_scheme_changed)
        self.checker.close()
        self.journal.close()
        self.studio.close()
        self.mailbox.close()
        self.window.end()
        self.window.deleteLater()
        self.mailbox.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self.faults.close()

    def _on_interrupt(self, number: int, frame: object) -> None:
        self.studio.problems.tell("interrupted")
        self.qt.exit(130)

    def _on_settings_changed(self, value: Settings) -> None:
        apply_theme(self.qt, value.theme)

    def _on_settings_kept(self, trouble: str) -> None:
        way_out = "They hold until the program ends. Look for free space and permissions in that folder."
        told = (Trouble("settings", "warning", trouble, str(self.settings.file), way_out),) if trouble else ()
        self.studio.problems.set("settings", told)

    def _on_scheme_changed(self) -> None:
        apply_theme(self.qt, self.settings.value.theme)


def _breathe() -> None:
    """Do nothing, in Python."""
