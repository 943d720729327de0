"""A store of device objects by content key, bounded in bytes: the least recently used leaves first.

It never drops what the frame in work has asked for, even where that alone is over the bound.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Releasable(Protocol):
    """Something that holds device memory."""

    def release(self) -> None: ...


T = TypeVar("T", bound=Releasable)


@dataclass
class _Entry(Generic[T]):
    value: T
    nbytes: int
    frame: int


class BoundedStore(Generic[T]):
    """Values by key, at most `limit_bytes` between frames.

    Parameters
    ----------
    limit_bytes : int
        What may stay on the device from one frame to the next.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()
        self._nbytes = 0
        self._frame = 0

    @property
    def nbytes(self) -> int:
        """Bytes held now."""
        return self._nbytes

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def begin_frame(self) -> None:
        """From here on, what is asked for stays at least until the next call."""
        self._frame += 1

    def get(self, key: str, build: Callable[[], tuple[T, int]]) -> T:
        """Return the value of `key`, built (value, bytes) on first use."""
        entry = self._entries.get(key)
        if entry is None:
            value, nbytes = build()
            entry = self._entries[key] = _Entry(value, nbytes, self._frame)
            self._nbytes += nbytes
            self._shrink()
        else:
            entry.frame = self._frame
            self._entries.move_to_end(key)
        return entry.value

    def _shrink(self) -> None:
        for key, entry in list(self._entries.items()):
            if self._nbytes <= self._limit_bytes:
                return
            if entry.frame != self._frame:
                del self._entries[key]
                self._nbytes -= entry.nbytes
                entry.value.release()

    def clear(self) -> None:
        """Release everything."""
        for entry in self._entries.values():
            entry.value.release()
        self._entries.clear()
        self._nbytes = 0
