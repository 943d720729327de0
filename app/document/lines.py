"""The lines of a journal: what is written in each, and how a line that was torn is told from a whole one.

It reads and writes text; which file it stands in is `journal`'s and `recovery`'s affair.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, Final

LINES_VERSION: Final = 1


@dataclass(frozen=True)
class Head:
    """The first line: whose changes these are.

    Attributes
    ----------
    path : str
        The project file; empty where it was never saved.
    folder : str
        Where its references start.
    file_hash : str
        SHA-256 of the file when it was read or written last.
    """

    path: str
    folder: str
    file_hash: str
    version: int = LINES_VERSION


@dataclass(frozen=True)
class Change:
    """Every further line: the whole project after a change.

    Attributes
    ----------
    number : int
        Changes since it was last saved, this one included.
    label : str
        Of the step in the history.
    project : str
        The text of the project file.
    """

    number: int
    label: str
    project: str


def line_of(entry: Head | Change) -> bytes:
    """Return an entry as one line that carries its own checksum."""
    body = json.dumps(asdict(entry), ensure_ascii=False, separators=(",", ":"))
    return f"{_checksum(body)} {body}\n".encode()


def entry_of(line: bytes) -> Head | Change | None:
    """Return the entry of a line, or None where the line is torn, changed, or from a newer program."""
    if not line.endswith(b"\n"):
        return None
    try:
        checksum, _, body = line[:-1].decode().partition(" ")
        if checksum != _checksum(body):
            return None
        tree: dict[str, Any] = json.loads(body)
        return Change(**tree) if "project" in tree else _known(Head(**tree))
    except (UnicodeDecodeError, ValueError, TypeError):
        return None


def _known(head: Head) -> Head | None:
    return head if head.version == LINES_VERSION else None


def _checksum(body: str) -> str:
    return blake2b(body.encode(), digest_size=8).hexdigest()
