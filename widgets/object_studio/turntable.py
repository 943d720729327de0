"""Keeps the object turning: each picture that arrives asks for the next, a little further round.

So it turns as evenly as pictures can be made, and asks for no more than are shown.
"""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, QTimer

from myriorama.app.object_studio.page import TURN_DEG_S, ObjectPage
from myriorama.app.preview.frames import SampleFrame
from myriorama.widgets.binding import bind

_LONGEST_STEP_S: Final = 0.2
_LEAST_MS: Final = 33.0


class Turntable(QObject):
    """Turns a page's object while `page.turning` says so."""

    def __init__(self, page: ObjectPage, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._last = 0.0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._step)
        bind(self, page.turning.changed, self._on_turning)
        bind(self, page.framed, self._on_framed)

    def _on_turning(self, turning: bool) -> None:
        if turning:
            self._last = time.monotonic()
            self._next.start(0)
        else:
            self._next.stop()
            self._page.look_from(self._page.turn.value, at_rest=True)

    def _on_framed(self, frame: SampleFrame) -> None:
        if self._page.turning.value and not self._next.isActive():
            spent_ms = (time.monotonic() - self._last) * 1e3
            self._next.start(max(0, round(_LEAST_MS - spent_ms)))

    def _step(self) -> None:
        now = time.monotonic()
        step_s, self._last = min(now - self._last, _LONGEST_STEP_S), now
        if self._page.turning.value:
            self._page.turn_by(TURN_DEG_S * max(step_s, 1e-3))
