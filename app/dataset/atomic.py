"""Files that exist whole or not at all: written beside, synced, renamed, hashed on the way.

It refuses paths that leave the dataset.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from myriorama.app.dataset import faults

PART_SUFFIX: Final = ".part"


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
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or "\\" in path or ":" in path or str(pure) != path:
        raise ValueError(f"{path!r} is not a plain relative path")
    if any(part in ("..", ".") or part.endswith(PART_SUFFIX) for part in pure.parts):
        raise ValueError(f"{path!r} may not be written in a dataset")
    return root.joinpath(*pure.parts)


def write_file(root: Path, path: str, chunks: Iterable[bytes], *, durable: bool = True) -> FileEntry:
    """Write a file of a dataset and return what was written.

    The bytes go to ``NAME.part``, are synced to the disk, and only then get their name; an interrupted
    write leaves the name untouched, and one that fails leaves nothing.

    Parameters
    ----------
    root : Path
    path : str
        Inside `root`.
    chunks : iterable of bytes
        Taken once, in order.
    durable : bool
        False leaves out the sync, for folders that nobody needs after a crash.
    """
    target = inside(root, path)
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PART_SUFFIX)
    digest = hashlib.sha256()
    size = 0
    faults.point("file.before_write")
    try:
        with part.open("wb", buffering=0) as stream:
            for chunk in chunks:
                faults.spend(len(chunk))
                digest.update(chunk)
                size += len(chunk)
                view = memoryview(chunk)
                while view:
                    view = view[stream.write(view) :]
            faults.point("file.after_write")
            if durable:
                faults.point("file.before_fsync")
                os.fsync(stream.fileno())
                faults.point("file.after_fsync")
        faults.point("file.before_rename")
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)  # on a full disk it would take the room that is wanted
        raise
    faults.point("file.after_rename")
    return FileEntry(path, digest.hexdigest(), size)


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
