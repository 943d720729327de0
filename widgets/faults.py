"""What happens where the program itself is at fault: it is written down, told of, and the rest goes on."""

from __future__ import annotations

import faulthandler
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from myriorama.app.problems import Problems, Trouble

_LOG_LIMIT: Final = 1_000_000
_SHOWN: Final = 3
"""Faults of one kind can come with every frame; after this many, the log alone has them."""


class FaultWatch:
    """Takes errors that nobody caught, and a crash's last words, into a log file.

    Parameters
    ----------
    state : Path
        The folder of the log file ``faults.log``.

    Attributes
    ----------
    file : Path
    window : QWidget or None
        Parent of the message; without one nothing is shown.
    """

    def __init__(self, problems: Problems, state: Path) -> None:
        self._problems = problems
        self.window: QWidget | None = None
        self.file = state / "faults.log"
        self._seen: dict[str, int] = {}
        self._out = self._opened()
        self._had_handler = faulthandler.is_enabled()
        faulthandler.enable(self._out or sys.__stderr__ or sys.stderr)
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def close(self) -> None:
        """Give everything back."""
        sys.excepthook, threading.excepthook = self._before
        faulthandler.disable()
        if self._had_handler:
            faulthandler.enable()
        if self._out is not None:
            self._out.close()

    def _opened(self) -> TextIO | None:
        """Open the log; where it cannot be, faults are told in the window and on the standard error alone."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if self.file.exists() and self.file.stat().st_size > _LOG_LIMIT:
                self.file.replace(self.file.with_suffix(".old.log"))
            return self.file.open("a", encoding="utf-8")
        except OSError as error:
            way_out = "The program runs without its log. Look for free space and permissions in that folder."
            message = f"the log of faults cannot be kept: {error.strerror or error}"
            self._problems.set("log", (Trouble("log", "warning", message, str(self.file), way_out),))
            return None

    def _write(self, text: str) -> None:
        print(text, file=sys.stderr, end="")
        if self._out is not None:
            self._out.write(text + "\n")
            self._out.flush()

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        self._write(text)
        for line in text.rstrip().splitlines():
            self._problems.tell(line)
        key = "".join(traceback.format_exception(kind, error, trace, limit=-1))
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] == 1 and len(self._seen) <= _SHOWN and self.window is not None:
            self._show(f"{kind.__name__}: {error}", text)

    def _on_thread_error(self, hook: threading.ExceptHookArgs) -> None:
        text = "".join(traceback.format_exception(hook.exc_type, hook.exc_value, hook.exc_traceback))
        self._write(text)

    def _show(self, message: str, text: str) -> None:
        box = QMessageBox(self.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName("fault")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Myriorama")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText("Something in the program went wrong.")
        box.setInformativeText(
            f"{message}\n\nYour project is still open and was not changed by this. Save it under another name if in "
            f"doubt. The details are in the log and in {self.file}."
        )
        box.setDetailedText(text)
        box.open()
