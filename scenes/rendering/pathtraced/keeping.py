"""What the tracer keeps from one scene to the next, by content key and bounded in bytes: the oldest goes first.

It holds values that their key decides alone, so keeping them changes no picture.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """A bounded store.

    Parameters
    ----------
    limit_bytes : int
        What is held at most; one value larger than that is held alone.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._values: OrderedDict[str, tuple[V, int]] = OrderedDict()
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes held now."""
        return self._bytes

    def find(self, key: str) -> V | None:
        """Return what is held under `key`, or None."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def get(self, key: str, make: Callable[[], tuple[V, int]]) -> V:
        """Return what is held under `key`; `make` gives the value and its bytes where nothing is."""
        found = self.find(key)
        if found is None:
            found, size = make()
            self._values[key] = found, size
            self._bytes += size
            while self._bytes > self._limit and len(self._values) > 1:
                _, (_, freed) = self._values.popitem(last=False)
                self._bytes -= freed
        return found

    def clear(self) -> None:
        """Let everything go."""
        self._values.clear()
        self._bytes = 0
