"""The stored records of a dataset, read as a stream. It keeps none of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from myriorama.app.dataset.layout import record_path
from myriorama.plugins.writing import StoredRecord


class Records:
    """The stored records of a dataset, read one at a time in the order of their index."""

    def __init__(self, root: Path, indices: Iterable[int]) -> None:
        self._root = root
        self._indices = list(indices)

    def __len__(self) -> int:
        return len(self._indices)

    def __iter__(self) -> Iterator[StoredRecord]:
        for index in self._indices:
            record: StoredRecord = json.loads((self._root / record_path(index)).read_bytes())
            yield record
