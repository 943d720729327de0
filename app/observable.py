"""A value that tells when it is replaced: the smallest model that a view can watch.

It holds frozen values only; what may change inside a value would go untold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from psygnal import Signal

T = TypeVar("T")

Post = Callable[[Callable[[], None]], None]
"""Runs a call later on the thread that owns the models. May be called from any thread."""


class Observable(Generic[T]):
    """Holds one frozen value.

    Attributes
    ----------
    changed : signal of (value,)
        Emitted after the value was replaced by one that is not equal.
    """

    changed = Signal(object)

    def __init__(self, value: T) -> None:
        self._value = value

    @property
    def value(self) -> T:
        return self._value

    def set(self, value: T) -> None:
        """Replace the value; telling nobody where it is equal."""
        if value == self._value:
            return
        self._value = value
        self.changed.emit(value)

    def update(self, change: Callable[[T], T]) -> None:
        """Replace the value by a function of itself."""
        self.set(change(self._value))


class Selection(Observable[tuple[str, ...]]):
    """The uids of what is selected, the last clicked last; `document.addresses` has those of project parts."""

    def __init__(self) -> None:
        super().__init__(())

    @property
    def uid(self) -> str | None:
        """The uid that was selected last, or None."""
        return self.value[-1] if self.value else None

    def select(self, *uids: str) -> None:
        self.set(tuple(uids))


def no_post(call: Callable[[], None]) -> None:
    """Run a call at once: for programs with one thread, and tests."""
    call()
