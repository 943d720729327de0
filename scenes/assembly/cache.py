"""A bounded store of built values: least recently used goes first, counted in bytes.

It never decides what is equal; the caller's key does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class ByteBoundedCache(Generic[V]):
    """Keeps values up to `limit_bytes`; a value larger than the limit is handed out and not kept.

    Parameters
    ----------
    limit_bytes : int
        Sum of `size_of` over the kept values.
    size_of : callable
        Bytes of one value.
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[V], int]) -> None:
        self._limit = limit_bytes
        self._size_of = size_of
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._kept)

    def get_or_make(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return the kept value of `key`, or make, keep and return it."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[0]
        value = make()
        size = self._size_of(value)
        if size <= self._limit:
            self._kept[key] = (value, size)
            self._bytes += size
            while self._bytes > self._limit:
                _, (_, freed) = self._kept.popitem(last=False)
                self._bytes -= freed
        return value
