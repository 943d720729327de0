"""What is in a plugin source, counted and named for people. It reads no file but for its size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from myriorama.app.extensions.rows import PluginRow
from myriorama.app.printable import printable
from myriorama.plugins.manifest import KINDS
from myriorama.plugins.sources import Origin, PluginSource
from myriorama.scenes.registry import PluginKind

ORIGINS: Final[dict[Origin, str]] = {
    "installed": "Installed package",
    "user": "Your plugin folder",
    "project": "Folder beside the project",
    "path": "Named by hand",
}
"""Where a source came from, in words."""


@dataclass(frozen=True)
class HeldPlugin:
    """One plugin of a source, for people.

    Attributes
    ----------
    parameters : int or None
        How many it has; None where that is not known before its code has run.
    """

    kind: PluginKind
    name: str
    label: str
    help: str
    parameters: int | None


@dataclass(frozen=True)
class Held:
    """What is in a source, as printable text; by its manifest, else by what its text says."""

    plugins: tuple[HeldPlugin, ...]
    description: str


def held_in(row: PluginRow) -> Held:
    """Return what is in the source of a row. Nothing of it has to have run."""
    manifest = row.manifest
    if manifest is None:
        seen = (HeldPlugin(g.kind, g.name, g.label or g.name or g.class_name, g.help, None) for g in row.glimpses)
        return Held(tuple(_shown(plugin) for plugin in seen), printable(row.description))
    known = (
        HeldPlugin(e.kind, e.name, e.label or e.name, e.help, len(e.parameters) + len(e.per_object))
        for e in manifest.entries
    )
    return Held(tuple(_shown(plugin) for plugin in known), printable(manifest.description or row.description))


def kinds_in_words(plugins: Iterable[HeldPlugin]) -> str:
    """Return how many there are of each kind: ``2 generators, 1 effect``; empty for none."""
    return in_words(Counter(plugin.kind for plugin in plugins))


def _shown(plugin: HeldPlugin) -> HeldPlugin:
    return replace(
        plugin, label=printable(plugin.label, 80), name=printable(plugin.name, 80), help=printable(plugin.help)
    )


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
