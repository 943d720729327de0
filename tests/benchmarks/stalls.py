"""Notes when Qt's event loop does not answer, for how long, and what ran meanwhile.

A timer beats in the loop; a thread reads the loop's stack while a beat is late. It slows nothing down and judges
nothing: on a busy machine a stall may be others' work, which is why the thread's own processor time stands beside it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

_SAMPLE_S = 0.005
_LATE_S = 0.02
_FRAMES_TOLD = 6
_OURS = ("/app/", "/widgets/", "/scenes/", "/plugins/", "/myriorama/")


@dataclass(frozen=True)
class Stall:
    """A time in which the loop did not answer.

    Attributes
    ----------
    step : str
        What the recorder was told is going on.
    processor_s : float
        Of the loop's thread alone.
    stacks : tuple of (str, int)
        What it was seen at, innermost last, and how often; most often first.
    """

    step: str
    wall_s: float
    processor_s: float
    stacks: tuple[tuple[str, int], ...]


class StallRecorder(QObject):
    """Records stalls of the event loop of the thread that it is made on.

    Parameters
    ----------
    limit_s : float
        What is shorter is no stall.

    Attributes
    ----------
    step : str
        Set it to what is going on; stalls carry it.
    stalls : list of Stall
    """

    def __init__(self, limit_s: float = 0.1, beat_ms: int = 5) -> None:
        super().__init__()
        self.step = ""
        self.stalls: list[Stall] = []
        self._limit_s = limit_s
        self._gui = threading.get_ident()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(beat_ms)
        self._beat.timeout.connect(self._on_beat)
        self._seen: Counter[str] = Counter()
        self._last_s = self._last_processor_s = 0.0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Record from now on."""
        self.forgive()
        self._ending.clear()
        self._beat.start()
        self._thread = threading.Thread(target=self._watch, name="stalls", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Record no more."""
        self._beat.stop()
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def forgive(self) -> None:
        """Leave out what the loop's thread did since the last beat: it was not the program."""
        self._seen.clear()
        self._last_s, self._last_processor_s = time.perf_counter(), time.thread_time()

    def report(self) -> str:
        """Return all stalls as text, the longest first."""
        if not self.stalls:
            return f"no stall of {self._limit_s * 1e3:.0f} ms or more"
        lines = []
        for stall in sorted(self.stalls, key=lambda s: -s.wall_s):
            lines.append(
                f"{stall.wall_s * 1e3:5.0f} ms ({stall.processor_s * 1e3:.0f} ms of its own) while: {stall.step or '-'}"
            )
            lines += [f"      {count:3d} x {stack}" for stack, count in stall.stacks[:3]]
        return "\n".join(lines)

    def _on_beat(self) -> None:
        now_s, processor_s = time.perf_counter(), time.thread_time()
        waited_s = now_s - self._last_s - self._beat.interval() / 1e3
        if waited_s >= self._limit_s:
            stacks = tuple(self._seen.copy().most_common())
            self.stalls.append(Stall(self.step, waited_s, processor_s - self._last_processor_s, stacks))
        self._seen = Counter()
        self._last_s, self._last_processor_s = now_s, processor_s

    def _watch(self) -> None:
        while not self._ending.wait(_SAMPLE_S):
            if time.perf_counter() - self._last_s > _LATE_S:
                frame = sys._current_frames().get(self._gui)
                if frame is not None:
                    self._seen[_told(frame)] += 1


def _told(frame: FrameType | None) -> str:
    """Return the innermost frames of a stack that are the program's, and the very innermost."""
    names: list[str] = []
    innermost = True
    while frame is not None and len(names) < _FRAMES_TOLD:
        file = frame.f_code.co_filename
        if innermost or ("site-packages" not in file and any(part in file for part in _OURS)):
            names.append(f"{'/'.join(file.split('/')[-2:])}:{frame.f_lineno} {frame.f_code.co_name}")
        innermost = False
        frame = frame.f_back
    return " > ".join(reversed(names))
