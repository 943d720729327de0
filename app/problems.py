"""The list of what is wrong right now, and the log of what happened: each with the place and the way out.

It collects; it decides nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from psygnal import Signal

Severity = Literal["error", "warning", "note"]
LOG_LENGTH: Final = 5000


@dataclass(frozen=True)
class Trouble:
    """Something a person should know.

    Attributes
    ----------
    source : str
        Who found it; a source replaces all its troubles at once: "project", "preview", "gallery", "assets".
    message : str
        What, in one sentence, plain text.
    place : str
        Where: a path in the project, a file.
    way_out : str
        How to fix it.
    uid : str
        What to select to get there; empty where there is nothing to select.
    """

    source: str
    severity: Severity
    message: str
    place: str = ""
    way_out: str = ""
    uid: str = ""


class Problems:
    """What is wrong now, by source, and a log of lines.

    Attributes
    ----------
    changed : signal of ()
    logged : signal of (str,)
    """

    changed = Signal()
    logged = Signal(str)

    def __init__(self) -> None:
        self._by_source: dict[str, tuple[Trouble, ...]] = {}
        self._log: deque[str] = deque(maxlen=LOG_LENGTH)

    @property
    def all(self) -> tuple[Trouble, ...]:
        """Every trouble, errors first; what several found in the same words is told once."""
        order = ("error", "warning", "note")
        found: dict[tuple[str, str, str], Trouble] = {}
        for trouble in (t for troubles in self._by_source.values() for t in troubles):
            found.setdefault((trouble.severity, trouble.place, trouble.message), trouble)
        return tuple(sorted(found.values(), key=lambda t: order.index(t.severity)))

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines, oldest first."""
        return tuple(self._log)

    def set(self, source: str, troubles: tuple[Trouble, ...]) -> None:
        """Replace what a source has found; an empty tuple: all is well there."""
        if self._by_source.get(source, ()) == troubles:
            return
        self._by_source[source] = troubles
        for trouble in troubles:
            self.tell(f"{trouble.severity}: {trouble.place + ': ' if trouble.place else ''}{trouble.message}")
        self.changed.emit()

    def tell(self, line: str) -> None:
        """Add a line to the log."""
        self._log.append(line)
        self.logged.emit(line)
