"""The objects of a dataset, read by a process of its own while a person decides: counts that follow every change.

The thread of the models only hands pieces on; joining and counting are done on another.
"""

from __future__ import annotations

from typing import Any

from psygnal import Signal

from myriorama.app.conversion.child import unpacked
from myriorama.app.conversion.counting import Counted, ObjectTable
from myriorama.app.conversion.source import ExportSource
from myriorama.app.exporting.running import Running
from myriorama.app.observable import Post
from myriorama.app.parts.shown import DividingValue
from myriorama.app.queue_view.background import NewestAlone
from myriorama.plugins.selection import Selection
from myriorama.plugins.splitting import Split


class ObjectCounts:
    """Counts of what a selection leaves of one dataset.

    Attributes
    ----------
    progressed : signal of (int, int)
        Samples read, and all.
    counted : signal of (Counted,)
        The answer to the newest question.
    refused : signal of (Exception,)
        Why there is no answer to it.
    divided : signal of ()
        It is known which drawn values samples may be kept together by: `dividing`.
    own : mapping
        Class -> its objects in the whole dataset; empty until all is read.
    """

    progressed = Signal(int, int)
    counted = Signal(object)
    refused = Signal(object)
    divided = Signal()

    def __init__(self, source: ExportSource, post: Post) -> None:
        self.source = source
        self.dividing: tuple[DividingValue, ...] = ()
        self.own: dict[str, int] = {}
        self.trouble = ""
        self.done = 0
        self._post = post
        self._table: ObjectTable | None = None
        self._growing: ObjectTable | None = None
        self._reader: Running | None = None
        self._serial = 0
        self._asked: Selection | None = None
        self._counter = NewestAlone(post, "counts")

    @property
    def total(self) -> int:
        """How many samples the dataset has."""
        return len(self.source.numbers)

    def ask(self, selection: Selection) -> None:
        """Count what a selection leaves, now or as soon as all is read; the newest question counts."""
        self._asked = selection
        split = selection.split
        table = self._growing or self._table
        if table is None or (table.split.by, table.split.salt) != (split.by, split.salt):
            self._read(Split(by=split.by, salt=split.salt))
        if self._table is not None:
            self._count(self._table, selection)

    def withdraw(self) -> None:
        """Ask nothing: an answer that is still under way is not told."""
        self._asked = None

    def close(self) -> None:
        """Stop reading; nothing is told any more."""
        self._serial += 1
        if self._reader is not None:
            self._reader.kill()
            self._reader = None
        self._counter.close()
        self._table = self._growing = None  # views that are gone may hold this for a while, and it is large

    def _read(self, split: Split) -> None:
        self._serial += 1
        serial = self._serial
        if self._reader is not None:
            self._reader.kill()
        self._growing = ObjectTable(self.source.info, split)
        self.done, self.trouble = 0, ""
        request = {"type": "objects", "folder": str(self.source.folder), "by": split.by, "salt": split.salt}
        self._reader = Running(
            request,
            self._post,
            lambda message: self._on_message(serial, message),
            lambda code: self._on_ended(serial, code),
        )

    def _on_message(self, serial: int, message: dict[str, Any]) -> None:
        if serial != self._serial or self._growing is None:
            return
        kind = message["type"]
        if kind == "dividing":
            self.dividing = tuple(DividingValue(**value) for value in message["values"])
            self.divided.emit()
        elif kind == "objects":
            self._growing.take(unpacked(message["columns"]))
            self.done = message["done"]
            self.progressed.emit(self.done, self.total)
        elif kind == "counted":
            table, self._growing, self._reader = self._growing, None, None
            self._counter.do(lambda: (table, table.own_counts()), lambda found: self._on_read(serial, *found))
        elif kind == "failed":
            self._fail(message["text"])

    def _on_read(self, serial: int, table: ObjectTable, own: dict[str, int]) -> None:
        if serial != self._serial:
            return
        self._table, self.own = table, own
        self.progressed.emit(self.total, self.total)
        if self._asked is not None:
            self._count(table, self._asked)

    def _count(self, table: ObjectTable, selection: Selection) -> None:
        def take(counted: Counted) -> None:
            if selection is self._asked:
                self.counted.emit(counted)

        def refuse(error: Exception) -> None:
            if selection is self._asked:
                self.refused.emit(error)

        self._counter.do(lambda: table.count(selection), take, refuse)

    def _on_ended(self, serial: int, code: int) -> None:
        if serial == self._serial and self._growing is not None:
            self._fail(f"the process that reads the dataset ended by itself (code {code})")

    def _fail(self, text: str) -> None:
        self._growing, self._reader, self.trouble = None, None, text
        self.refused.emit(ValueError(text))
