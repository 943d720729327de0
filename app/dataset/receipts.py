"""Receipts: one small file a sample, written after all its others, that says what the bytes of the sample are.

They make a dataset in the making its own witness: whoever goes on with it believes these and the files, nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from myriorama.app.dataset import faults
from myriorama.app.dataset.atomic import FileEntry, inside, write_file
from myriorama.app.dataset.layout import RECEIPTS, receipt_path

_BLOCK: Final = 2**20


@dataclass(frozen=True)
class Receipt:
    """What a worker says of a committed sample.

    Attributes
    ----------
    device : str
        What rendered it.
    files : tuple of FileEntry
        The stored record is the last one.
    """

    index: int
    key: str
    device: str
    files: tuple[FileEntry, ...]
    annotations: int
    hidden: int

    @property
    def bytes(self) -> int:
        """Size of all its files."""
        return sum(entry.bytes for entry in self.files)


def write_receipt(root: Path, receipt: Receipt, *, durable: bool = True) -> None:
    """Write a receipt into a dataset in the making; every file that it names lies there already."""
    faults.point("receipt.before_write")
    body = _body(receipt)
    told = {"receipt": body, "sha256": _digest(body)}
    write_file(root, receipt_path(receipt.index), (json.dumps(told).encode(),), durable=durable)
    faults.point("receipt.after_rename")


def read_receipt(root: Path, index: int) -> Receipt | None:
    """Return the receipt of a sample; None where there is none that is whole."""
    try:
        told = json.loads((root / receipt_path(index)).read_bytes())
        body = told["receipt"]
        if told["sha256"] != _digest(body) or body["index"] != index:
            return None
        files = tuple(FileEntry(*entry) for entry in body["files"])
        return Receipt(index, body["key"], body["device"], files, body["annotations"], body["hidden"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def receipt_numbers(root: Path) -> Iterator[int]:
    """Yield the numbers of the samples that have a receipt, whole or not, in no order."""
    folder = root / RECEIPTS
    if folder.is_dir():
        with os.scandir(folder) as found:
            for entry in found:
                stem, dot, suffix = entry.name.rpartition(".")
                if dot and suffix == "json" and stem.isdigit():
                    yield int(stem)


def holds(root: Path, receipt: Receipt, *, hashed: bool) -> bool:
    """Return whether every file of a receipt lies there in its size and, if asked for, with its hash."""
    for entry in receipt.files:
        path = inside(root, entry.path)
        if path.is_symlink() or not path.is_file() or path.stat().st_size != entry.bytes:
            return False
        if hashed and sha256_of(path) != entry.sha256:
            return False
    return True


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _body(receipt: Receipt) -> dict[str, Any]:
    return {
        "index": receipt.index,
        "key": receipt.key,
        "device": receipt.device,
        "annotations": receipt.annotations,
        "hidden": receipt.hidden,
        "files": [[f.path, f.sha256, f.bytes] for f in receipt.files],
    }


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
