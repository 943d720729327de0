"""Brings calls from any thread to the thread of the window, in order.

It runs what it is given and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class Mailbox(QObject):
    """Made on the window's thread; `post` may be called from any."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._arrived.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` on the window's thread when its event loop comes to it; dropped once closed."""
        if self._open:
            self._arrived.emit(call)

    def close(self) -> None:
        """Drop whatever is still under way."""
        self._open = False

    def _run(self, call: Callable[[], None]) -> None:
        if self._open:
            call()
