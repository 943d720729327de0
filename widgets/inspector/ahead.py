"""What is done while nobody waits: pictures of rows that came into sight, and widgets for rows that may come.

Each turn of the event loop gets some milliseconds, so that a hand never waits.
"""

from __future__ import annotations

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

from myriorama.app.inspection.rows import Inspection, Row
from myriorama.widgets.inspector.row_kinds import row_word

_AT_A_TIME_S: Final = 0.008
_WARMED: Final = 12
"""Widgets of one kind that are made before they are needed."""
_WARM_EVERY_MS: Final = 25


class Ahead(QObject):
    """Makes the widgets that some inspections would need, one at a time.

    Parameters
    ----------
    count : callable
        How many widgets of a word there are.
    make : callable
        Makes one more for a row, of a word.
    """

    def __init__(self, count: Callable[[str], int], make: Callable[[Row, str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._count, self._make = count, make
        self._wanted: Iterator[tuple[Row, str] | None] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(_WARM_EVERY_MS)
        self._timer.timeout.connect(self._step)

    @property
    def active(self) -> bool:
        return self._timer.isActive()

    def start(self, inspections: Iterable[Inspection]) -> None:
        """Begin with these, in place of what was begun before."""
        self._wanted = self._missing(inspections)
        self._timer.start()

    def _missing(self, inspections: Iterable[Inspection]) -> Iterator[tuple[Row, str] | None]:
        """Yield what is to be made, and None after each inspection: looking at one is work enough for a step."""
        for inspection in inspections:
            yield None
            counted: defaultdict[str, int] = defaultdict(int)
            for section in inspection.sections:
                for row in () if section.folded else section.rows:
                    word = row_word(row)
                    counted[word] += 1
                    if self._count(word) < min(counted[word], _WARMED):
                        yield row, word

    def _step(self) -> None:
        try:
            found = next(self._wanted)
        except StopIteration:
            self._timer.stop()
            return
        if found is not None:
            self._make(*found)


class Later(QObject):
    """Runs calls when the event loop is idle, the newest of each key; at most some milliseconds at a time."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._calls: OrderedDict[int, Any] = OrderedDict()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._run)

    def ask(self, key: int, call: Any) -> None:
        self._calls[key] = call
        if not self._timer.isActive():
            self._timer.start(0)

    def forget(self, key: int) -> None:
        self._calls.pop(key, None)

    def _run(self) -> None:
        end = time.perf_counter() + _AT_A_TIME_S
        while self._calls and time.perf_counter() < end:
            _, call = self._calls.popitem(last=False)
            call()
        if self._calls:
            self._timer.start(1)
