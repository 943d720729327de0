"""What is in a plugin source, counted and named for people. It reads no file but for its size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from myriorama.plugins.manifest import KINDS, ManifestEntry
from myriorama.plugins.sources import Origin, PluginSource
from myriorama.scenes.registry import PluginKind

ORIGINS: Final[dict[Origin, str]] = {
    "installed": "Installed package",
    "user": "Your plugin folder",
    "project": "Folder beside the project",
    "path": "Named by hand",
}
"""Where a source came from, in words."""


def kinds_in_words(entries: Iterable[ManifestEntry]) -> str:
    """Return how many there are of each kind: ``2 generators, 1 effect``; empty for none."""
    return in_words(Counter(entry.kind for entry in entries))


def in_words(counts: Counter[PluginKind]) -> str:
    """Return counts by kind as words, in the order in which kinds are always named."""
    return ", ".join(f"{counts[k]} {k}{'' if counts[k] == 1 else 's'}" for k in KINDS if counts[k])


def sizes_of(source: PluginSource) -> dict[str, int | None]:
    """Return the size of every hashed file in bytes; None where it is gone."""
    root = Path(source.root)
    out: dict[str, int | None] = {}
    for name in source.files:
        try:
            out[name] = (root if source.is_single_file else root / name).stat().st_size
        except OSError:
            out[name] = None
    return out


def bytes_in_words(count: int) -> str:
    """Return a size as people write it."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
