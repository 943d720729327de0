"""A watch on the event loop of a program under test: when it did not answer, for how long, and what ran then.

It shortens no wait and judges none: whoever keeps it reads `Heart.stalls`.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

STALL_S: Final = 0.1
"""So long the event loop may not answer."""
_BEAT_MS: Final = 5


class Heart:
    """Beats in the event loop; a thread watches it and notes what ran while it stood still."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer  # late: a tour times its program's start, imports and all

        self.step = "start"
        self.stalls: list[tuple[str, float, float, str]] = []
        self._ours = False
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self._seen = ""
        self._gui = threading.get_ident()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Leave out what the tour itself does to the event loop: grabbing and writing pictures."""
        self._ours = True
        yield
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self._ours = False

    def stop(self) -> None:
        self._timer.stop()
        self._ending.set()
        self._thread.join()

    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        if now - self._last > STALL_S and not self._ours:
            self.stalls.append((self.step, now - self._last, cpu - self._cpu, self._seen))
        self._last, self._cpu, self._seen = now, cpu, ""

    def _watch(self) -> None:
        while not self._ending.wait(0.02):
            if not self._ours and time.perf_counter() - self._last > 0.6 * STALL_S and not self._seen:
                frame = sys._current_frames().get(self._gui)
                calls = traceback.extract_stack(frame)[-7:]
                self._seen = " < ".join(f"{Path(c.filename).name}:{c.lineno} {c.name}" for c in reversed(calls))
