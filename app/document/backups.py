"""What a project file held before it was saved over, ten deep, among the user's own state and never beside the file.

It restores nothing by itself: a backup is a project file like any other.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from myriorama.app.dataset.atomic import write_file
from myriorama.app.settings.store import state_folder

KEPT: Final = 10


def backup_folder(path: Path, state: Path | None = None) -> Path:
    """Return where the backups of a project file are kept; it need not exist.

    Parameters
    ----------
    state : Path or None
        None is the user's own folder.
    """
    word = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return (state or state_folder()) / "backups" / f"{path.resolve().parent.name[:60]}-{word}"


def backups(path: Path, state: Path | None = None) -> tuple[Path, ...]:
    """Return the backups of a project file, the newest first."""
    return tuple(sorted(backup_folder(path, state).glob("[0-9]*.json"), reverse=True))


def keep_backup(path: Path, state: Path | None = None) -> Path | None:
    """Keep what a file holds now, unless the newest backup says the same; return where.

    Raises
    ------
    OSError
        It cannot be kept.
    """
    if not path.is_file():
        return None
    content = path.read_bytes()
    held = backups(path, state)
    if held and held[0].read_bytes() == content:
        return held[0]
    number = int(held[0].stem) + 1 if held else 1
    folder = backup_folder(path, state)
    write_file(folder, f"{number:06}.json", [content])
    for old in held[KEPT - 1 :]:
        old.unlink(missing_ok=True)
    return folder / f"{number:06}.json"
