"""A manifest read a line at a time: what a dataset says of itself, however many samples it has.

Nothing of it is believed beyond what its digest tells: that it is as it was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.app.dataset.layout import MANIFEST
from myriorama.app.dataset.manifest import FORMAT, VERSION
from myriorama.scenes.errors import InputError, Problem

_SECTIONS: Final = ("samples", "quarantined", "files")
_DIGEST: Final = b'"digest":"'
_LAST: Final = b"],\n"
"""Ends the last list; the digest is of every byte before it."""


@dataclass(frozen=True, eq=False)
class Summary:
    """What a manifest tells.

    Attributes
    ----------
    head : mapping
        As `manifest.Manifest.head`.
    numbers : (N,) int64
        Sample numbers, rising.
    quarantined : mapping
        Sample number -> reasons.
    bytes : int
        Of all files but the manifest.
    """

    head: Mapping[str, Any]
    numbers: npt.NDArray[np.int64]
    quarantined: Mapping[int, tuple[str, ...]]
    annotations: int
    files: int
    bytes: int
    digest: str


def read_summary(folder: Path) -> Summary:
    """Return what the manifest of a finished dataset tells.

    Raises
    ------
    InputError
        There is none, it is not one of ours, or it was changed.
    OSError
        It cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(Problem("", f"there is no {MANIFEST}: this is not a finished dataset", file=str(folder)))
    try:
        return _read(path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(Problem("", f"the manifest cannot be believed: {error}", file=str(path))) from error


def _read(path: Path) -> Summary:
    hashed = hashlib.sha256()
    counts = _Counts()
    with path.open("rb") as stream:
        line = next(stream, b"")
        head = json.loads(line.rstrip(b",\n") + b"}")
        if head["format"] != FORMAT or head["version"] != VERSION:
            raise ValueError(f"it is not of format {FORMAT} {VERSION}")
        for following in stream:
            if following.startswith(_DIGEST):
                hashed.update(line.removesuffix(_LAST))
                told = json.loads(b"{" + following)["digest"]
                if told != hashed.hexdigest() or stream.read(1):
                    raise ValueError("it was changed: its digest does not match")
                return counts.summary(head, told)
            hashed.update(line)
            counts.take(following)
            line = following
    raise ValueError("it does not end with its digest")


class _Counts:
    """What is kept of the rows of a manifest."""

    def __init__(self) -> None:
        self._section = ""
        self._numbers: list[int] = []
        self._quarantined: dict[int, tuple[str, ...]] = {}
        self._annotations = self._files = self._bytes = 0

    def take(self, line: bytes) -> None:
        """Take a line: the head of a list, or a row of it."""
        if line.startswith(b'"'):
            self._section = json.loads(line.partition(b":")[0])
            if self._section not in _SECTIONS:
                raise ValueError(f"it has a list {self._section!r}")
            return
        row = json.loads(line.rstrip(b"\n").rstrip(b",").removesuffix(b"]"))
        if self._section == "samples":
            self._numbers.append(int(row["index"]))
            self._annotations += int(row["annotations"])
        elif self._section == "quarantined":
            self._quarantined[int(row["index"])] = tuple(str(r) for r in row["reasons"])
        else:
            self._files += 1
            self._bytes += int(row["bytes"])

    def summary(self, head: Mapping[str, Any], digest: str) -> Summary:
        """Return all that was taken."""
        numbers = np.array(self._numbers, dtype=np.int64)
        return Summary(head, numbers, self._quarantined, self._annotations, self._files, self._bytes, digest)
