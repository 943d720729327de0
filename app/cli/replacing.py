"""Where a job writes when an older dataset may be replaced: beside it, and into its place when complete.

It deletes only what is a dataset of ours by its manifest, or what such a job left unfinished; any other
folder is refused.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from myriorama.app.dataset.layout import MANIFEST, partial_of, quarantine_of
from myriorama.app.dataset.manifest import FORMAT
from myriorama.scenes.errors import InputError, Problem

NEXT_SUFFIX: Final = ".new"
OLD_SUFFIX: Final = ".old"


class Replacement:
    """A dataset that takes the place of another.

    Parameters
    ----------
    out : Path
        Where the new dataset will lie in the end.

    Attributes
    ----------
    target : Path
        Where to make it: `out` itself if nothing lies there, else a name beside it.

    Raises
    ------
    InputError
        `out` is something else than a dataset.
    """

    def __init__(self, out: Path) -> None:
        self.out = out.absolute()
        occupied = os.path.lexists(self.out)
        if occupied and (self.out.is_symlink() or not self.out.is_dir() or not _is_dataset(self.out)):
            raise InputError(
                Problem(
                    str(out), "this is not a dataset, so it is not replaced", repr(str(out)), "a dataset, or a new name"
                )
            )
        self.target = self.out.with_name(self.out.name + NEXT_SUFFIX) if occupied else self.out

    def clear(self) -> None:
        """Delete what an earlier, unfinished run left at `target`."""
        for left in (partial_of(self.target), quarantine_of(self.target)):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
        if self.target != self.out and _is_dataset(self.target):  # complete, but the swap was cut off
            shutil.rmtree(self.target)

    def finish(self) -> None:
        """Put the new dataset, and its quarantine where it has one, in place of the old, and delete that."""
        if self.target == self.out:
            return
        for new, place in ((self.target, self.out), (quarantine_of(self.target), quarantine_of(self.out))):
            old = place.with_name(place.name + OLD_SUFFIX)
            if os.path.lexists(place):
                place.rename(old)
            if os.path.lexists(new):
                new.rename(place)
            if old.is_dir():
                shutil.rmtree(old)


def _is_dataset(folder: Path) -> bool:
    try:
        with (folder / MANIFEST).open("rb") as file:
            return f'"format":"{FORMAT}"'.encode() in file.read(200)
    except OSError:
        return False
