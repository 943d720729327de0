"""Files that exist whole or not at all: written beside, synced, renamed, hashed on the way.

It refuses paths that leave the dataset.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from myriorama.app.dataset import faults

PART_SUFFIX: Final = ".part"
FILES_AT_ONCE: Final = 128
"""Files that wait for one sync, open all the while: well below what any system lets a program have open."""
_SYNCERS: Final = 8


@dataclass(frozen=True)
class FileEntry:
    """A committed file: its path inside the dataset with forward slashes, its SHA-256 and its size."""

    path: str
    sha256: str
    bytes: int


def inside(root: Path, path: str) -> Path:
    """Return root / path.

    Raises
    ------
    ValueError
        The path is absolute, empty, climbs out of `root`, or is not written with plain forward slashes.
    """
    return root.joinpath(*_plain_parts(path))


def _plain_parts(path: str) -> list[str]:
    """Return the names that a path inside a dataset is made of; a ValueError as `inside` tells it."""
    parts = path.split("/")
    if "" in parts or "\\" in path or ":" in path:  # absolute, or a slash twice or at the end, or a drive
        raise ValueError(f"{path!r} is not a plain relative path")
    if any(part in ("..", ".") or part.endswith(PART_SUFFIX) for part in parts):
        raise ValueError(f"{path!r} may not be written in a dataset")
    return parts


def write_file(root: Path, path: str, chunks: Iterable[bytes], *, durable: bool = True) -> FileEntry:
    """Write a file of a dataset and return what was written: `write_files` with one file."""
    return write_files(root, ((path, chunks),), durable=durable)[0]


def write_files(
    root: Path, files: Iterable[tuple[str, Iterable[bytes]]], *, durable: bool = True
) -> tuple[FileEntry, ...]:
    """Write files of a dataset and return what was written.

    The bytes go to ``NAME.part``, are synced to the disk, all files at once, and only then get their names; an
    interrupted write leaves each name as it was, or with the whole file. One that fails leaves no part behind.

    Parameters
    ----------
    root : Path
    files : iterable of (str, iterable of bytes)
        Path inside `root`, and the content; both taken once, in order, so that they may be made on the way.
    durable : bool
        False leaves out the sync, for folders that nobody needs after a crash.
    """
    entries: list[FileEntry] = []
    parts: list[tuple[str, str]] = []  # text: a pathlib path takes as long to make as a small file takes to write
    folders: set[str] = set()
    with contextlib.ExitStack() as opened:
        descriptors: list[int] = []
        try:
            for path, chunks in files:
                *above, name = _plain_parts(path)
                folder = os.path.join(root, *above)
                if folder not in folders:
                    if not os.path.isdir(folder):
                        os.makedirs(folder, exist_ok=True)
                    folders.add(folder)
                faults.point("file.before_write")
                target = f"{folder}{os.sep}{name}"
                part = target + PART_SUFFIX
                parts.append((part, target))
                stream = opened.enter_context(open(part, "wb", buffering=0))
                descriptors.append(stream.fileno())
                entries.append(_fill(stream, path, chunks))
                faults.point("file.after_write")
            if durable:
                _sync_all(descriptors)
            for part, target in parts:
                faults.point("file.before_rename")
                os.replace(part, target)
                faults.point("file.after_rename")
        except BaseException:
            for part, _ in parts:
                with contextlib.suppress(OSError):
                    os.unlink(part)  # on a full disk it would take the room that is wanted
            raise
    return tuple(entries)


def write_streamed(
    root: Path, files: Iterable[tuple[str, Iterable[bytes]]], *, durable: bool = True
) -> Iterator[FileEntry]:
    """Write any number of files and yield what was written; see `write_files`.

    As many as `FILES_AT_ONCE` are synced together before they get their names: of a hundred thousand small files that
    takes a fraction of the time. Each is filled before the next is asked for.
    """
    remaining = iter(files)
    while written := write_files(root, islice(remaining, FILES_AT_ONCE), durable=durable):
        yield from written


def _fill(stream: io.FileIO, path: str, chunks: Iterable[bytes]) -> FileEntry:
    digest = hashlib.sha256()
    size = 0
    for chunk in chunks:
        faults.spend(len(chunk))
        digest.update(chunk)
        size += len(chunk)
        view = memoryview(chunk)
        while view:
            view = view[stream.write(view) :]
    return FileEntry(path, digest.hexdigest(), size)


def _sync_all(descriptors: list[int]) -> None:
    """Sync open files at once: a disk, and even more a network folder, takes hardly longer for eight than for one."""
    for _ in descriptors:
        faults.point("file.before_fsync")
    if len(descriptors) == 1:
        os.fsync(descriptors[0])
    else:
        for _ in _syncers().map(os.fsync, descriptors):
            pass
    for _ in descriptors:
        faults.point("file.after_fsync")


@functools.cache
def _syncers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_SYNCERS, thread_name_prefix="sync")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash; does nothing where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    faults.point("folder.before_fsync")
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    faults.point("folder.after_fsync")
