"""Growing columns of numbers, each row tied to a sample and to one edition of its facts.

Rows of an edition that was replaced are passed over and swept when room is short; nothing is ever rewritten in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F64

I64 = npt.NDArray[np.int64]
Held = npt.NDArray[np.bool_]

_FIRST_ROOM: Final = 64


class Growing:
    """A (N,) int64 array that grows at its end and may be written anywhere."""

    def __init__(self) -> None:
        self._room = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self.used = 0

    @property
    def array(self) -> I64:
        """A view of what is used."""
        return self._room[: self.used]

    def append(self, value: int) -> None:
        if self.used == len(self._room):
            self._room = np.concatenate([self._room, np.zeros_like(self._room)])
        self._room[self.used] = value
        self.used += 1


class Rows:
    """Columns that grow together.

    Parameters
    ----------
    names : sequence of str
    editions : Growing
        By slot: the edition of its facts that counts. Shared with whoever makes the slots.
    """

    def __init__(self, names: Sequence[str], editions: Growing) -> None:
        self._current = editions
        self._slots = np.zeros(_FIRST_ROOM, dtype=np.int32)
        self._editions = np.zeros(_FIRST_ROOM, dtype=np.int32)
        self._columns: dict[str, F64] = {name: np.zeros(_FIRST_ROOM) for name in names}
        self._used = 0

    def append(self, slot: int, columns: Mapping[str, Sequence[float]]) -> None:
        """Add rows of a slot's current edition; every column has as many."""
        count = len(next(iter(columns.values())))
        if self._used + count > len(self._slots):
            self._make_room(count)
        part = slice(self._used, self._used + count)
        self._slots[part] = slot
        self._editions[part] = self._current.array[slot]
        for name, values in columns.items():
            self._columns[name][part] = values
        self._used += count

    def replace(self, name: str, change: Callable[[float], float]) -> None:
        """Replace every value of a column by a function of itself."""
        values = self._columns[name]
        values[: self._used] = [change(v) for v in values[: self._used].tolist()]

    def live(self) -> Held:
        """Return (N,) bool: the rows that count."""
        used = slice(0, self._used)
        return np.asarray(self._editions[used] == self._current.array[self._slots[used]])

    def column(self, name: str, which: Held) -> F64:
        """Return a column's values of some rows."""
        return self._columns[name][: self._used][which]

    def slots(self, which: Held) -> I64:
        """Return the slots of some rows."""
        return self._slots[: self._used][which].astype(np.int64)

    def _make_room(self, count: int) -> None:
        kept = self.live()
        left = int(kept.sum())
        room = len(self._slots)
        while room < 1.25 * (left + count):
            room += room // 2
        self._slots = _moved(self._slots[: self._used][kept], room)
        self._editions = _moved(self._editions[: self._used][kept], room)
        for name, values in self._columns.items():
            self._columns[name] = _moved(values[: self._used][kept], room)
        self._used = left


_N = TypeVar("_N", np.int32, np.float64)


def _moved(values: npt.NDArray[_N], room: int) -> npt.NDArray[_N]:
    out = np.zeros(room, dtype=values.dtype)
    out[: len(values)] = values
    return out


class Vocabulary:
    """Words as whole numbers, so that a column of them is a column of numbers."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, word: str) -> int:
        """Return the number of a word, a new one where it is new."""
        found = self._codes.get(word)
        if found is None:
            found = self._codes[word] = len(self.words)
            self.words.append(word)
        return found

    def known(self, word: str) -> int | None:
        """Return the number of a word, or None."""
        return self._codes.get(word)

    def called(self, name: str, names: Mapping[str, str]) -> list[int]:
        """Return the numbers of the words that are called so by `names`; where there are none, of the word itself."""
        found = [code for code, word in enumerate(self.words) if names.get(word, word) == name]
        own = self._codes.get(name)
        return found or ([] if own is None else [own])

    def renamed(self, names: Mapping[str, str]) -> tuple[Vocabulary, I64]:
        """Return a vocabulary of other names, and for each word's number its number there; one name is one number."""
        out = Vocabulary()
        return out, np.array([out.code(names.get(word, word)) for word in self.words], dtype=np.int64)
