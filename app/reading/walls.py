"""The walls around the process that reads: an importer's, and no folder outside may be listed either."""

from __future__ import annotations

import os
from pathlib import Path

from myriorama.app.assets.confinement import Walls, limit_resources

_LISTING = frozenset({"os.listdir", "os.scandir"})


class ReadingWalls(Walls):
    """Lets the process read the given folders and Python's own code, and write nothing.

    Parameters
    ----------
    readable : list of Path
    """

    def __init__(self, readable: list[Path]) -> None:
        # Nothing can lie under a device, so nothing may be written.
        super().__init__(readable, Path(os.devnull))

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        super()._audit(event, arguments)
        if event in _LISTING:
            path = arguments[0] if arguments[0] is not None else "."
            if isinstance(path, str | bytes | os.PathLike):
                real = os.path.join(os.path.realpath(os.fsdecode(path)), "")
                if not real.startswith((*self._read, *self._code)):
                    raise PermissionError(f"a reader may not list {os.fsdecode(path)}")


def limit(memory_bytes: int) -> None:
    """Bound the process's memory, files and time."""
    limit_resources(memory_bytes)
