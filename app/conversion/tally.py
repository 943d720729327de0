"""What a dataset's card counts: samples, objects, files and assets, taken from records as they stream past.

It keeps sums and a few samples to be pictured, never the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from myriorama.plugins.selection import View, ViewedRecords
from myriorama.plugins.writing import StoredRecord, StoredRecords

PICTURED: Final = 6
"""How many samples a card shows at most."""

_NESTED: Final = (dict, list)


class Tally:
    """Sums over the shown records of a dataset.

    Parameters
    ----------
    total : int
        How many records there will be.

    Attributes
    ----------
    parts : Counter
        Part -> samples.
    objects : Counter
        (shown class, part) -> labelled objects.
    ignored, hidden, empty : int
        Objects to ignore, objects without a visible pixel, samples without a labelled object.
    removed : Counter
        Reason -> objects that are not labelled for it; see `View.apply`.
    source_objects : Counter
        Class of the project -> objects with a visible pixel; filled where a view's records are counted.
    keypoints : dict
        Shown class -> names, in the order in which they were first told.
    roles : dict
        Role of a sample's file -> how the first record that has it tells of it.
    annotators : tuple of str
        As the first record tells them.
    assets : dict
        Reference -> SHA-256 of every file that a sample used.
    pictured : list
        Shown records, spread evenly.
    """

    def __init__(self, total: int) -> None:
        self._wanted = {k * total // min(PICTURED, total) for k in range(min(PICTURED, total))}
        self.samples = 0
        self.parts: Counter[str] = Counter()
        self.objects: Counter[tuple[str, str]] = Counter()
        self.removed: Counter[str] = Counter()
        self.source_objects: Counter[str] = Counter()
        self.ignored = self.hidden = self.empty = self.most = 0
        self.keypoints: dict[str, dict[str, None]] = {}
        self.roles: dict[str, Mapping[str, Any]] = {}
        self.annotators: tuple[str, ...] = ()
        self.assets: dict[str, str] = {}
        self.pictured: list[StoredRecord] = []

    def add(self, shown: StoredRecord) -> None:
        """Count a record as it is shown."""
        if self.samples in self._wanted:
            self.pictured.append(shown)
        if not self.samples:
            self.annotators = tuple(shown["labels"])
        self.samples += 1
        part, annotations = shown["part"], shown["annotations"]
        self.parts[part] += 1
        self.objects.update((a["class_name"], part) for a in annotations)
        self.ignored += len(shown["ignored"])
        self.hidden += len(shown["hidden"])
        self.empty += not annotations
        self.most = max(self.most, len(annotations))
        for role, told in shown["files"].items():
            self.roles.setdefault(role, told)
        for a in annotations:
            if a["keypoints"]:
                self.keypoints.setdefault(a["class_name"], {}).update((k["name"], None) for k in a["keypoints"])
        self.assets.update(_files_in(shown["drawn"]))

    @property
    def labelled(self) -> int:
        """Number of labelled objects."""
        return sum(self.objects.values())


class TalliedRecords(ViewedRecords):
    """Stored records as a view shows them, counted while somebody else reads them for the first time."""

    def __init__(self, records: StoredRecords, view: View) -> None:
        super().__init__(records, view)
        self._tally: Tally | None = None

    def picture(self, stored: StoredRecord, role: str) -> bytes:
        return self._records.picture(stored, role)

    def __iter__(self) -> Iterator[StoredRecord]:
        return super().__iter__() if self._tally is not None else self._noted(self._counted())

    def _counted(self) -> Iterator[StoredRecord]:
        tally = Tally(len(self._records))
        for record in self._records:
            shown = self._view.apply(record, tally.removed)
            tally.source_objects.update(a["class_name"] for a in record["annotations"])
            tally.add(shown)
            yield shown
        self._tally = tally

    @property
    def tally(self) -> Tally:
        """The sums over all records; they are read now where nobody has read them all."""
        if self._tally is None:
            for _ in self:
                pass
        if self._tally is None:
            raise RuntimeError("the records ended before they were counted")
        return self._tally


def _files_in(recipe: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield reference and SHA-256 of every file in a recipe."""
    waiting: list[Any] = [recipe]
    while waiting:
        tree = waiting.pop()
        if type(tree) is dict:
            if "sha256" in tree and "file" in tree:
                yield tree["file"], tree["sha256"]
            else:
                waiting.extend(value for value in tree.values() if type(value) in _NESTED)
        else:
            waiting.extend(value for value in tree if type(value) in _NESTED)
