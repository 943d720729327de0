"""The number of an epoch, shared with the workers of a data loader that live on from one epoch to the next.

It counts nothing by itself: whoever trains says when an epoch begins.
"""

from __future__ import annotations

from multiprocessing import RawValue
from multiprocessing.context import get_spawning_popen
from typing import Any, Literal

from myriorama.app.production.clean_picture import What
from myriorama.scenes.drawing.again import MAX_EPOCH
from myriorama.scenes.errors import InputError, Problem

RedrawEffects = bool | Literal["noise", "values"]


class Epoch:
    """An epoch's number. Processes that were started with it see it change; any other copy has its own."""

    def __init__(self, number: int = 0) -> None:
        self._cell: Any = RawValue("q", 0)
        self.number = number

    @property
    def number(self) -> int:
        """From 0."""
        return int(self._cell.value)

    @number.setter
    def number(self, number: int) -> None:
        if not 0 <= number <= MAX_EPOCH:
            raise InputError(Problem("epoch", "an epoch is a number", repr(number), f"0 to {MAX_EPOCH}"))
        self._cell.value = number

    def __getstate__(self) -> Any:
        # Shared memory can be handed to a process that is being started, and to nothing else.
        return self.number if get_spawning_popen() is None else self._cell

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, int):
            self.__init__(state)  # type: ignore[misc]
        else:
            self._cell = state


def read_redraw(wanted: RedrawEffects) -> What | None:
    """Return what is drawn anew each epoch, or None for nothing.

    Raises
    ------
    InputError
        It is none of the words.
    """
    if wanted is False:
        return None
    if wanted is True:
        return "values"
    if wanted not in ("noise", "values"):
        allowed = "False, True, 'noise' or 'values'"
        raise InputError(Problem("redraw_effects", "this cannot be drawn anew", repr(wanted), allowed))
    return wanted
