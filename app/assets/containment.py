"""Which files a reference may reach: real files inside one root, links followed first.

It opens nothing and lists nothing outside a root.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from myriorama.scenes.assets.limits import MAX_FILE_BYTES
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.errors import AssetError


def inside(root: Path, relative: PurePosixPath) -> Path | None:
    """Return the real path of `relative` under `root`, or None where nothing is there.

    Raises
    ------
    AssetError
        A link leads out of the root, or loops; or the name is not one that the system can look up.
    """
    shown = str(relative)
    real_root = Path(os.path.realpath(root))
    try:
        found = Path(os.path.realpath(real_root / relative, strict=True))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise asset_fault(shown, "path", f"cannot be looked up: {error}") from error
    if not found.is_relative_to(real_root):
        allowed = "a file inside the project's folder or an approved asset folder"
        raise asset_fault(shown, "path", "leads out of its folder by a symbolic link", shown, allowed)
    return found


def check_plain_file(path: Path, shown: str) -> os.stat_result:
    """Return the status of a regular file of bearable size.

    Raises
    ------
    AssetError
        It is a folder, a device, a pipe or a socket; it cannot be read; it is over the size limit.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise asset_fault(shown, "file", f"cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        what = "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file (a device, pipe or socket)"
        raise asset_fault(shown, "file", what, allowed="a file")
    if status.st_size > MAX_FILE_BYTES:
        raise asset_fault(shown, "file", "is too large", f"{status.st_size:,} bytes", f"at most {MAX_FILE_BYTES:,}")
    return status


def missing(reference: str, place: str, looked_in: str) -> AssetError:
    """Return the error for a file that is not there."""
    return asset_fault(reference, place, "there is no such file", reference, looked_in)
