"""Finds files that went missing: in a folder, by content first and by name second. For any thread.

It proposes; `using.put_in_place` is the edit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from myriorama.app.assets.library import Entry, content_mark, role_of_file, shown_name

_MOST_FILES: Final = 50_000
_MARK: Final = re.compile(r"-([0-9a-f]{8})(?=\.[A-Za-z0-9]+$|/|$)")


def search(missing: Iterable[Entry], folder: Path) -> dict[str, Path]:
    """Return where missing assets are now: reference -> file or folder.

    Where the reference holds the mark of its content, a file of that very content is taken, whatever its name.
    Else one of the same name (without regard to case, and to the mark) and kind; of several, the one whose folders
    are named most like the reference's.
    """
    wanted = {entry.reference: entry for entry in missing}
    marks = {m[1]: r for r in wanted if (m := _MARK.search(r)) and "/" not in r[m.end() :]}
    by_name: dict[str, list[Path]] = {}
    found: dict[str, Path] = {}
    suffixes = {Path(r).suffix.lower() for r in wanted}
    for path in _candidates(folder):
        by_name.setdefault(shown_name(path.name).lower(), []).append(path)
        if marks and path.is_file() and path.suffix.lower() in suffixes:
            try:
                reference = marks.get(content_mark([(path.name, path)]))
            except OSError:
                continue
            if reference is not None:
                found.setdefault(reference, path)
    for reference, entry in wanted.items():
        if reference in found:
            continue
        kin = [p for p in by_name.get(entry.name.lower(), ()) if role_of_file(p) == entry.role]
        if kin:
            found[reference] = max(kin, key=lambda p: _likeness(reference, p))
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    seen = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *sorted(names)):
            seen += 1
            if seen > _MOST_FILES:
                return
            if not name.startswith("."):
                yield Path(here) / name


def _likeness(reference: str, path: Path) -> int:
    """Return how many folders above the file are named alike."""
    count = 0
    for one, other in zip(reversed(reference.split("/")[:-1]), reversed(path.parts[:-1]), strict=False):
        if one.lower() != other.lower():
            break
        count += 1
    return count
