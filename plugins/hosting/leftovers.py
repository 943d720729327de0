"""The folder for the temporary folders of a program's plugins, removed at its end, or by the next program.

It removes only what a program that is gone has left, by the id in its name.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

import psutil

_PREFIX: Final = "myriorama-plugins-"
_NAME: Final = re.compile(_PREFIX + r"(?P<pid>\d{1,9})-\w+")


def own_scratch(parent: Path | None) -> Path:
    """Return a new folder that is removed when this program ends.

    Parameters
    ----------
    parent : Path or None
        None takes the system's folder for temporary files.
    """
    base = Path(tempfile.gettempdir()) if parent is None else parent
    sweep(base)
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
    atexit.register(shutil.rmtree, made, True)
    return made


def sweep(base: Path) -> None:
    """Remove what programs that are gone have left in a folder."""
    with contextlib.suppress(OSError):
        for place in base.iterdir():
            found = _NAME.fullmatch(place.name)
            if found is not None and not psutil.pid_exists(int(found["pid"])):
                shutil.rmtree(place, ignore_errors=True)
