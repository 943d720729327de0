"""The stored records of a dataset, read as a stream, and their pictures. It keeps none of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from myriorama.app.dataset.atomic import inside
from myriorama.app.dataset.layout import record_path
from myriorama.plugins.writing import PictureError, StoredRecord


class Records:
    """The stored records of a dataset, read one at a time in the order of their index.

    Parameters
    ----------
    hashes : mapping or None
        SHA-256 by path: a picture is held against its own. None where the caller has checked them.
    """

    def __init__(self, root: Path, indices: Iterable[int], hashes: Mapping[str, str] | None = None) -> None:
        self._root = root
        self._indices = list(indices)
        self._hashes = hashes

    def __len__(self) -> int:
        return len(self._indices)

    def __iter__(self) -> Iterator[StoredRecord]:
        return self.at(range(len(self._indices)))

    def at(self, places: Iterable[int]) -> Iterator[StoredRecord]:
        """Yield the records at these places, counted from 0; no other is read."""
        for place in places:
            record: StoredRecord = json.loads((self._root / record_path(self._indices[place])).read_bytes())
            yield record

    def picture(self, stored: StoredRecord, role: str) -> bytes:
        """Return the bytes of a picture as it was written.

        Raises
        ------
        PictureError
            The dataset has none of this role, or its bytes are not what was written.
        """
        told = stored["files"].get(role)
        if told is None:
            have = ", ".join(stored["files"]) or "none"
            raise PictureError(f"sample {stored['index']} has no picture of the role {role!r}; it has {have}")
        path: str = told["path"]
        try:
            content = inside(self._root, path).read_bytes()
        except OSError as error:
            raise PictureError(f"{path} cannot be read: {error.strerror}") from error
        if self._hashes is not None and hashlib.sha256(content).hexdigest() != self._hashes.get(path):
            raise PictureError(f"{path} is not what the manifest says: see `myriorama verify`")
        return content
