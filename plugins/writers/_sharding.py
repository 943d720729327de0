"""The records of one part of a split, in pieces: for formats that cut a part into files of so many samples.

It holds one record at a time, and refuses pieces that are taken out of order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from myriorama.plugins.api import PluginError, StoredRecord
from myriorama.plugins.selection import ViewedRecords


def of_part(records: Iterable[StoredRecord], part: str) -> Iterator[StoredRecord]:
    """Return the records of one part of a split; those of others are not read again where their parts are known."""
    if isinstance(records, ViewedRecords):
        return records.of_part(part)
    return (record for record in records if record["part"] == part)


class PartReader:
    """The records of one part, shard by shard.

    Parameters
    ----------
    part : str

    Attributes
    ----------
    taken : int
        Records of the present shard that were passed so far.
    """

    def __init__(self, records: Iterable[StoredRecord], part: str) -> None:
        self._source = of_part(records, part)
        self._next: StoredRecord | None = None
        self._open = 0
        self._left = 0
        self.taken = 0

    def begin_shard(self, size: int) -> bool:
        """Return whether there is a further record; a shard of up to `size` begins with it."""
        self._next = next(self._source, None)
        self._open += 1
        self._left = size
        self.taken = 0
        return self._next is not None

    def shard(self) -> Iterator[StoredRecord]:
        """Yield the records of the shard that was begun.

        Raises
        ------
        PluginError
            Another shard was begun meanwhile: files of a set are to be taken in order.
        """
        return self._shard(self._open)

    def _shard(self, number: int) -> Iterator[StoredRecord]:
        if number != self._open:
            raise PluginError("the files of a set are to be read in their order")
        if self._next is not None:
            first, self._next = self._next, None
            self.taken += 1
            yield first
        for stored in islice(self._source, self._left - self.taken):
            self.taken += 1
            yield stored

    def skip_shard(self) -> None:
        """Pass over what nobody took of the shard that was begun."""
        for _ in self._shard(self._open):
            pass
