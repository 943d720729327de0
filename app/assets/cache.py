"""The cache folder: parsed assets by key, each file whole or absent.

Files are written beside their final name and renamed, read with their digest checked, and the oldest go
when the folder outgrows its bound. It never decides whether an entry is still true; the store does.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from myriorama.scenes.assets.container import ContainerError, Parsed, unpack

MAX_CACHE_BYTES: Final = 8 * 2**30
SUFFIX: Final = ".asset"


def default_cache_folder() -> Path:
    """Return the user's cache folder for this program, by the custom of the system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return base / "myriorama" / "cache" / "assets"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "myriorama" / "assets"
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "myriorama" / "assets"


def usable_cache_folder(wanted: Path | None) -> Path:
    """Return a folder that can be written: the wanted or usual one, else a private temporary one."""
    folder = default_cache_folder() if wanted is None else wanted
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        if wanted is not None:
            raise
        return Path(tempfile.mkdtemp(prefix="myriorama-assets-"))
    if wanted is None and not os.access(folder, os.W_OK | os.X_OK):
        return Path(tempfile.mkdtemp(prefix="myriorama-assets-"))
    return folder


def read_entry(path: Path) -> tuple[Parsed, dict[str, object]] | None:
    """Return a cached asset and its facts, or None where it is absent or damaged."""
    try:
        content = path.read_bytes()
        found = unpack(content)
    except FileNotFoundError:
        return None
    except (ContainerError, OSError):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # "recently used", for `prune`
    return found


def write_entry(path: Path, content: bytes) -> None:
    """Write a whole entry or none; a reader never sees a part of it."""
    handle, name = tempfile.mkstemp(prefix=path.stem + ".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def prune(folder: Path, max_bytes: int = MAX_CACHE_BYTES) -> int:
    """Delete the entries that were used longest ago until the folder fits; return how many went."""
    entries = []
    for path in folder.glob("*" + SUFFIX):
        with contextlib.suppress(OSError):
            status = path.stat()
            entries.append((status.st_mtime_ns, status.st_size, path))
    total, gone = sum(size for _, size, _ in entries), 0
    for _, size, path in sorted(entries):
        if total <= max_bytes:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            gone += 1
        total -= size
    return gone
