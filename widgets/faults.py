"""What happens where the program itself is at fault: it is written down, told of, and the rest goes on."""

from __future__ import annotations

import faulthandler
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from myriorama.app.problems import Problems

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
        state.mkdir(parents=True, exist_ok=True)
        if self.file.exists() and self.file.stat().st_size > _LOG_LIMIT:
            self.file.replace(self.file.with_suffix(".old.log"))
        self._out = self.file.open("a", encoding="utf-8")
        self._had_handler = faulthandler.is_enabled()
        faulthandler.enable(self._out)
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def close(self) -> None:
        """Give everything back."""
        sys.excepthook, threading.excepthook = self._before
        faulthandler.disable()
        if self._had_handler:
            faulthandler.enable()
        self._out.close()

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        print(text, file=sys.stderr, end="")
        self._out.write(text + "\n")
        self._out.flush()
        for line in text.rstrip().splitlines():
            self._problems.tell(line)
        key = "".join(traceback.format_exception(kind, error, trace, limit=-1))
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] == 1 and len(self._seen) <= _SHOWN and self.window is not None:
            self._show(f"{kind.__name__}: {error}", text)

    def _on_thread_error(self, hook: threading.ExceptHookArgs) -> None:
        text = "".join(traceback.format_exception(hook.exc_type, hook.exc_value, hook.exc_traceback))
        print(text, file=sys.stderr, end="")
        self._out.write(text + "\n")
        self._out.flush()

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
