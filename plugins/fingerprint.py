"""The files of a plugin and their hashes: the identity that an approval is bound to.

It reads bytes and runs nothing. What it cannot hash to the last byte it refuses; nothing is passed over in silence
but what Python never takes a module from.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Final

from myriorama.scenes.errors import InputError, Problem

MOST_FILES: Final = 2_000
MOST_BYTES: Final = 256 * 2**20
_DEEPEST: Final = 24
_BLOCK: Final = 2**20

HashCache = MutableMapping[str, tuple[tuple[int, int, int, int, int], str]]
"""Absolute path -> (device, inode, size, change time, write time) and the SHA-256 of then. For lists that are shown; a
permission is never decided by it."""


def files_of(root: Path, cache: HashCache | None = None) -> dict[str, str]:
    """Return path relative to `root` -> SHA-256 of every file of a package, or of a single file under its name.

    Left out are ``__pycache__`` (hosts take no bytecode from there) and names that begin with a dot: no import
    statement reaches them.

    Parameters
    ----------
    cache : mapping or None
        Hashes by file identity, size and times; None reads every byte.

    Raises
    ------
    InputError
        There are too many files or bytes, one is no plain file, a link leads out of `root`, or one cannot be read.
    """
    out: dict[str, str] = {}
    left = MOST_BYTES
    try:
        for path in [root] if not root.is_dir() else _walk(root, root.resolve(), 0):
            name = path.name if path is root else path.relative_to(root).as_posix()
            if len(out) >= MOST_FILES:
                raise InputError(Problem("", "there are too many files in it", "", f"{MOST_FILES} files", str(root)))
            digest, size = _hash(path, left, cache)
            left -= size
            if left < 0:
                raise InputError(
                    Problem("", "its files are too large", "", f"{MOST_BYTES // 2**20} MiB in all", str(root))
                )
            out[name] = digest
    except (OSError, ValueError) as error:  # a name with a NUL or a lone surrogate is a ValueError
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(Problem("", f"a file cannot be read: {told}", file=str(root))) from error
    return dict(sorted(out.items()))


def fingerprint(files: Mapping[str, str]) -> str:
    """Return the SHA-256 over names and hashes of files, hex: the same files give the same, in any order."""
    digest = hashlib.sha256(b"myriorama-plugin-1\n")
    for name, hashed in sorted(files.items()):
        encoded = name.encode("utf-8", "surrogateescape")
        digest.update(b"%d %s %s\n" % (len(encoded), encoded, hashed.encode("ascii")))
    return digest.hexdigest()


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """Return the bytes of a plain file.

    Raises
    ------
    InputError
        It is no plain file, too long, or cannot be read.
    """
    try:
        with open(path, "rb", opener=_open_plain) as stream:
            content = stream.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        told = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise InputError(Problem("", f"it cannot be read: {told}", file=str(path))) from error
    if len(content) > most_bytes:
        raise InputError(Problem("", "the file is too long", "", f"{most_bytes} bytes", str(path)))
    return content


def _walk(folder: Path, root: Path, depth: int) -> Iterator[Path]:
    if depth > _DEEPEST:
        raise InputError(Problem("", "its folders are too deep", "", f"{_DEEPEST} levels", str(folder)))
    with os.scandir(folder) as listed:
        # one more than are allowed is enough to refuse them; a folder of a million names is not read to its end
        entries = sorted((e for e, _ in zip(listed, range(4 * MOST_FILES), strict=False)), key=lambda e: e.name)
    if len(entries) == 4 * MOST_FILES:
        raise InputError(Problem("", "there are too many files in it", "", f"{MOST_FILES} files", str(folder)))
    for entry in entries:
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        path = folder / entry.name
        if entry.is_symlink():
            target = path.resolve()
            if not target.is_relative_to(root):
                raise InputError(Problem("", "a link leads out of the plugin's folder", "", "", str(path)))
            if not target.is_file():
                raise InputError(Problem("", "a link in a plugin leads to a plain file in it", "", "", str(path)))
            yield path
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root, depth + 1)
        else:
            yield path


def _hash(path: Path, most_bytes: int, cache: HashCache | None) -> tuple[str, int]:
    found = path.stat()
    identity = (found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns, found.st_mtime_ns)
    if not stat.S_ISREG(found.st_mode):
        raise InputError(Problem("", "this is no plain file", "", "files and folders", str(path)))
    if cache is not None and (kept := cache.get(str(path))) is not None and kept[0] == identity:
        return kept[1], found.st_size
    digest, size = hashlib.sha256(), 0
    with open(path, "rb", opener=_open_plain) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most_bytes:
                return "", size  # the caller refuses it
            digest.update(block)
    if cache is not None:
        cache[str(path)] = (identity, digest.hexdigest())
    return digest.hexdigest(), size


def _open_plain(path: str, flags: int) -> int:
    """Open without waiting for anyone at the other end: a pipe under a file's name must not hang the program."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "this is no plain file")
    return descriptor
