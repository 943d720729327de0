"""The one door to a foreign dataset's files: inside its folder, and the folder of pictures that was named.

Links that lead out, devices, pipes and files beyond a size are refused, each with a sentence.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from myriorama.app.reading.limits import MAX_DEPTH, MAX_FILES
from myriorama.app.reading.neutral import Faults, refused

PICTURE_ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_OUTSIDE: Final = "points out of the dataset's folder; it is not opened"
_DRIVE: Final = re.compile(r"[A-Za-z]:")


class NotReadableError(Exception):
    """A file cannot be opened; the words say why."""


class Reach:
    """A dataset's folder, and perhaps one of pictures.

    Parameters
    ----------
    root : Path
    pictures : Path or None
        A further folder, in which pictures are looked for first.

    Attributes
    ----------
    roots : tuple of str
        The real paths of both, the folder of pictures first.
    """

    def __init__(self, root: Path, pictures: Path | None = None) -> None:
        self.root = os.path.realpath(root)
        self.pictures = None if pictures is None else os.path.realpath(pictures)
        self.roots = (self.root,) if self.pictures is None else (self.pictures, self.root)
        self.faults = Faults()

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file under the dataset's folder, with forward slashes, sorted; hidden ones and links are left out."""
        return tuple(sorted(self._walk(self.root)))

    @cached_property
    def picture_files(self) -> tuple[str, ...]:
        """The pictures among `files`."""
        return tuple(name for name in self.files if name.lower().endswith(PICTURE_ENDINGS))

    @cached_property
    def extra_pictures(self) -> tuple[str, ...]:
        """The pictures of the further folder, by their paths inside it."""
        if self.pictures is None:
            return ()
        return tuple(sorted(n for n in self._walk(self.pictures) if n.lower().endswith(PICTURE_ENDINGS)))

    def _walk(self, root: str) -> Iterator[str]:
        waiting, found = [("", 0)], 0
        while waiting:
            prefix, depth = waiting.pop()
            try:
                with os.scandir(os.path.join(root, prefix)) as entries:
                    for entry in entries:
                        found += 1
                        if found > MAX_FILES:
                            raise refused(root, "this folder holds too many files", f"more than {MAX_FILES:,}")
                        name = prefix + entry.name
                        if entry.name.startswith("."):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            if depth + 1 < MAX_DEPTH:
                                waiting.append((name + "/", depth + 1))
                            else:
                                self.faults.tell(name, f"is {MAX_DEPTH} folders deep; it is not looked into")
                        elif entry.is_symlink() and os.path.isdir(os.path.join(root, name)):
                            self.faults.tell(name, "is a link to a folder; it is not followed")
                        else:
                            yield name
            except OSError as error:
                self.faults.tell(prefix or root, "this folder cannot be listed", error.strerror or "")

    def resolve(self, reference: str, roots: tuple[str, ...] | None = None) -> str | None:
        """Return the real path of what is called `reference`, None where there is nothing.

        Raises
        ------
        NotReadableError
            It is no relative path, or leads out.
        """
        relative = checked(reference)
        for root in roots or self.roots:
            try:
                real = os.path.realpath(os.path.join(root, relative), strict=True)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:
                raise NotReadableError("cannot be looked up") from error
            if not any(real == one or real.startswith(os.path.join(one, "")) for one in self.roots):
                raise NotReadableError(_OUTSIDE)
            return real
        return None

    def read(self, reference: str, limit_bytes: int) -> bytes:
        """Return the content of a file.

        Raises
        ------
        NotReadableError
            It is not there, leads out, is no plain file, or is too large.
        """
        real = self.resolve(reference)
        if real is None:
            raise NotReadableError("is not there")
        return self.read_real(real, limit_bytes)

    def read_real(self, real: str, limit_bytes: int) -> bytes:
        """Return the content of a file that was resolved.

        Raises
        ------
        NotReadableError
            It is no plain file, larger than the limit, or refuses to be read.
        """
        self.check(real, limit_bytes)
        try:
            with open(real, "rb") as file:
                content = file.read(limit_bytes + 1)
        except OSError as error:
            raise NotReadableError(f"cannot be read: {error.strerror}") from error
        if len(content) > limit_bytes:
            raise NotReadableError(f"is larger than {limit_bytes / 2**20:,.0f} MiB")
        return content

    def check(self, real: str, limit_bytes: int) -> None:
        """Refuse what is no plain file, and what is too large.

        Raises
        ------
        NotReadableError
            For either.
        """
        try:
            status = os.stat(real)
        except OSError as error:
            raise NotReadableError(f"cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(status.st_mode):
            raise NotReadableError("is a folder" if stat.S_ISDIR(status.st_mode) else "is no plain file")
        if status.st_size > limit_bytes:
            raise NotReadableError(f"is larger than {limit_bytes / 2**20:,.0f} MiB")


def checked(reference: str) -> str:
    """Return a foreign path as a relative one with forward slashes.

    Raises
    ------
    NotReadableError
        It is empty, absolute, or goes up.
    """
    if "\0" in reference or not reference.strip():
        raise NotReadableError("is no name of a file")
    if len(reference) > 4096:
        raise NotReadableError("is too long for a name of a file")
    path = reference.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or "://" in path:
        raise NotReadableError(_OUTSIDE)
    parts = [part for part in PurePosixPath(path).parts if part != "."]
    if ".." in parts:
        raise NotReadableError(_OUTSIDE)
    if not parts:
        raise NotReadableError("is no name of a file")
    return "/".join(parts)
