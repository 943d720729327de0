"""What processes that died left in their journals: listed, opened again, or thrown away, each by itself.

It throws nothing away that was not asked for, but for journals that hold nothing that is not saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from myriorama.app.document.difference import differences
from myriorama.app.document.document import Document
from myriorama.app.document.files import read_project
from myriorama.app.document.journal import LOCK_SUFFIX, SUFFIX, Journal, journal_folder
from myriorama.app.document.lines import Change, Head, entry_of
from myriorama.app.document.locking import Lock
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project


@dataclass(frozen=True)
class Recoverable:
    """A project that was not saved when its program ended.

    Attributes
    ----------
    journal : Path
    path : Path or None
        The project's file; None where it was never saved.
    folder : Path
        Where its references start.
    time_s : float
        When the last change was kept, seconds since 1970 UTC, by the clock of the file system.
    changes : int
        Not saved.
    last : str
        What the last of them was.
    differences : tuple of str
        To the file as it is now, in words.
    file_changed : bool
        The file is not the one that the changes were made on.
    """

    journal: Path
    project: Project
    path: Path | None
    folder: Path
    time_s: float
    changes: int
    last: str
    differences: tuple[str, ...]
    file_changed: bool
    file_hash: str

    @property
    def name(self) -> str:
        return self.project.name


@dataclass(frozen=True)
class Left:
    """What was found. `unreadable` are journals with lines, none of which can be read."""

    recoverable: tuple[Recoverable, ...]
    unreadable: tuple[Path, ...]


def find_left(folder: Path | None = None) -> Left:
    """Return what dead processes left, the newest first; journals of living ones are passed over.

    Raises
    ------
    OSError
        The folder is there and cannot be read.
    """
    folder = folder or journal_folder()
    found: list[Recoverable] = []
    unreadable: list[Path] = []
    if not folder.is_dir():
        return Left((), ())
    for lock_file in sorted(folder.glob(f"*{LOCK_SUFFIX}")):
        if not lock_file.with_suffix(SUFFIX).exists():
            _release_dead(lock_file)
    for journal in sorted(folder.glob(f"*{SUFFIX}")):
        lock = Lock.take(journal.with_suffix(LOCK_SUFFIX))
        if lock is None:
            continue
        try:
            entry, has_lines = _read(journal)
            if entry is not None and _is_lost(entry):
                found.append(entry)
            elif entry is None and has_lines:
                unreadable.append(journal)
            else:
                journal.unlink(missing_ok=True)
        finally:
            lock.release()
    return Left(tuple(sorted(found, key=lambda e: -e.time_s)), tuple(unreadable))


def restore(document: Document, entry: Recoverable, journal: Journal | None = None) -> None:
    """Open what was not saved, as a project with changes.

    With the journal of this process, the old one is thrown away as soon as the new one holds the same.
    """
    if journal is not None:
        journal.carry(entry.changes)
    document.open(entry.project, entry.folder, entry.path, saved=False, file_hash=entry.file_hash)
    if journal is not None and journal.flush():
        discard(entry)


def discard(entry: Recoverable) -> None:
    """Throw a journal away."""
    entry.journal.unlink(missing_ok=True)


def _release_dead(lock_file: Path) -> None:
    lock = Lock.take(lock_file)
    if lock is not None:
        lock.release()


def _read(journal: Path) -> tuple[Recoverable | None, bool]:
    """Return what a journal holds, by its newest line that can be read, and whether it has any whole line."""
    lines = journal.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    head = entry_of(whole[0]) if whole else None
    if not isinstance(head, Head):
        head = Head("", str(journal.parent), "")  # a project without a place is better than none
    path = Path(head.path) if head.path else None
    for line in reversed(whole):
        change = entry_of(line)
        if not isinstance(change, Change):
            continue
        try:
            project = parse_project(change.project, journal.name)
        except InputError:
            continue
        saved, file_hash = _saved(path)
        return (
            Recoverable(
                journal,
                project,
                path,
                Path(head.folder),
                journal.stat().st_mtime,
                change.number,
                change.label,
                differences(saved, project),
                bool(file_hash) and bool(head.file_hash) and file_hash != head.file_hash,
                head.file_hash,
            ),
            True,
        )
    return None, len(whole) > 1


def _saved(path: Path | None) -> tuple[Project | None, str]:
    if path is None:
        return None, ""
    try:
        return read_project(path)
    except InputError:
        return None, ""


def _is_lost(entry: Recoverable) -> bool:
    """Say whether the entry holds anything that its file does not."""
    return entry.changes > 0 and bool(entry.differences)
