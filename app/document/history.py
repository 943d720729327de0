"""Undo and redo: one list of named steps for every kind of change, unlimited.

A step is two calls; what they change is their maker's affair.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from psygnal import Signal

_MERGE_WITHIN_S: Final = 1.0


@dataclass(frozen=True, eq=False)
class Step:
    """A change that was made.

    Attributes
    ----------
    label : str
        Imperative, for people: "Change mug height".
    merge : str
        Steps in a row with the same non-empty word, each within a second of the last, become one.
    """

    label: str
    undo: Callable[[], None]
    redo: Callable[[], None]
    merge: str = ""


class History:
    """The steps made and undone.

    Parameters
    ----------
    settle : callable or None
        Called once when all steps of `go_to` were taken, before `changed`: however far one goes, views follow once.

    Attributes
    ----------
    changed : signal of ()
        The list or the place in it changed.
    """

    changed = Signal()

    def __init__(self, settle: Callable[[], None] | None = None) -> None:
        self._settle = settle
        self._going = False
        self._steps: list[Step] = []
        self._done = 0
        self._last = 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of all steps, the undone ones included, oldest first."""
        return tuple(step.label for step in self._steps)

    @property
    def done(self) -> int:
        """How many of the steps are in force."""
        return self._done

    @property
    def going(self) -> bool:
        """Steps are being undone or redone at this moment, and more may follow before `settle`."""
        return self._going

    @property
    def undo_label(self) -> str:
        """Label of the step that `undo` takes back; empty where there is none."""
        return self._steps[self._done - 1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """Label of the step that `redo` makes again; empty where there is none."""
        return self._steps[self._done].label if self._done < len(self._steps) else ""

    def push(self, step: Step) -> None:
        """Add a step that has been made already; what was undone is forgotten."""
        now = time.monotonic()
        del self._steps[self._done :]
        before = self._steps[-1] if self._steps else None
        if before and step.merge and before.merge == step.merge and now - self._last <= _MERGE_WITHIN_S:
            self._steps[-1] = Step(step.label, before.undo, step.redo, step.merge)
        else:
            self._steps.append(step)
        self._done = len(self._steps)
        self._last = now
        self.changed.emit()

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        self.go_to(max(0, self._done - 1))

    def redo(self) -> None:
        """Make the next step again, if there is one."""
        self.go_to(min(len(self._steps), self._done + 1))

    def go_to(self, done: int) -> None:
        """Undo or redo until `done` steps are in force.

        Raises
        ------
        ValueError
            There are not so many steps.
        """
        if not 0 <= done <= len(self._steps):
            raise ValueError(f"history has {len(self._steps)} steps, not {done}")
        if done == self._done:
            return
        self._last = 0.0
        self._going = True
        try:
            while self._done > done:
                self._done -= 1
                self._steps[self._done].undo()
            while self._done < done:
                self._done += 1
                self._steps[self._done - 1].redo()
        finally:
            self._going = False
        if self._settle is not None:
            self._settle()
        self.changed.emit()

    def clear(self) -> None:
        """Forget everything: another project was opened."""
        self._steps.clear()
        self._done = 0
        self.changed.emit()
