"""What can be added: plugins and rigs, each with the words and the picture by which a person knows it.

It asks the registry and knows no plugin by name; it adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from myriorama.app.catalogue.effect_groups import CAMERAS, GROUPS, group_of
from myriorama.app.document.lists import LISTS_OF_KIND
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.resources import thumbnail
from myriorama.scenes.errors import PluginError
from myriorama.scenes.parameters.schema import File, FileRole, Parameter
from myriorama.scenes.registry import PluginKind

EntryKind = Literal["generator", "environment", "effect", "placement", "rig", "camera"]
_KINDS: Final[tuple[PluginKind, ...]] = ("generator", "environment", "effect", "placement")

SHELVES: Final[Mapping[str, str]] = {
    "objects": "Objects",
    "stage": "Stage",
    "environment": "Surroundings",
    "lights": "Lights",
    "effects": "Effects",
    "placement": "Placements",
    "rig": "Camera rigs",
}
"""Headings under which entries are shown, in this order."""


@dataclass(frozen=True)
class Entry:
    """One thing that can be added or put in the place of another.

    Attributes
    ----------
    kind, name : str
        As the registry knows it; a ``camera`` is a preset, a whole list of effects.
    label, help : str
        For people.
    shelf : str
        A key of `SHELVES`: the list that it joins, or its kind.
    picture : Path or None
        128 x 128 px; None where there is none.
    asks_file : str
        Role of a file without which it can do nothing and that nothing is suggested for; empty for none.
    asks_for : str
        Name of the parameter that takes this file.
    source : str
        Id of the third-party plugin that brings it; empty for what is built in.
    group : str
        A heading inside the shelf; empty where the shelf has none.
    """

    kind: EntryKind
    name: str
    label: str
    help: str
    shelf: str
    picture: Path | None = None
    asks_file: FileRole | Literal[""] = ""
    asks_for: str = ""
    source: str = ""
    group: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Entries:
    """All that there is, and what could not be read.

    Attributes
    ----------
    broken : tuple of (str, str)
        ``kind/name`` and why: a plugin that breaks its own rules is a message, never a crash.
    """

    found: tuple[Entry, ...]
    broken: tuple[tuple[str, str], ...] = ()

    def of(self, *shelves: str) -> tuple[Entry, ...]:
        """Return the entries of some shelves; without any, of all."""
        return tuple(e for e in self.found if not shelves or e.shelf in shelves)


def all_entries(registry: PluginRegistry, kept: Path | None = None) -> Entries:
    """Return everything that can be added. The first call imports the plugins: a tenth of a second, in any thread.

    Parameters
    ----------
    kept : Path or None
        Where pictures of third-party generators are kept; see `object_studio.thumbnails`.
    """
    found: list[Entry] = []
    broken: list[tuple[str, str]] = []
    for kind in _KINDS:
        for name in registry.names(kind):
            try:
                found.append(_entry(registry, kind, name, kept))
            except (PluginError, ImportError, SyntaxError, ValueError, TypeError, AttributeError) as error:
                broken.append((f"{kind}/{name}", f"{type(error).__name__}: {error}"))
    found += _rigs()
    found += _cameras()
    return Entries(tuple(sorted(found, key=_order)), tuple(broken))


def _order(entry: Entry) -> tuple[int, int, str]:
    group = GROUPS.index(entry.group) if entry.group else 0
    return list(SHELVES).index(entry.shelf), group, entry.label.lower()


def _entry(registry: PluginRegistry, kind: PluginKind, name: str, kept: Path | None) -> Entry:
    plugin = registry.plugin_class(kind, name)
    shelf = getattr(plugin, "home", LISTS_OF_KIND[kind][0]) if kind in LISTS_OF_KIND else kind
    wanted = next((p for p in plugin.parameters if _is_asked(p)), None)
    role: FileRole | Literal[""] = wanted.role if isinstance(wanted, File) else ""
    grant = registry.grant_of(kind, name)
    return Entry(
        cast("EntryKind", kind),
        name,
        plugin.label or _spoken(name),
        plugin.help,
        shelf,
        thumbnail(kind, name) if grant is None else _kept(kept, grant, name),
        role,
        wanted.name if wanted is not None else "",
        "" if grant is None else grant.source.id,
        group_of(name, registry.effect_stage(name)) if kind == "effect" else "",
    )


def _kept(folder: Path | None, grant: Grant, name: str) -> Path | None:
    from myriorama.app.object_studio.thumbnails import thumbnail_file  # late: a studio without a window needs none

    file = thumbnail_file(folder, grant.source.sha256, name) if folder is not None else None
    return file if file is not None and file.is_file() else None


def _is_asked(parameter: Parameter) -> bool:
    return isinstance(parameter, File) and parameter.required and parameter.suggested is None and not parameter.default


def _cameras() -> list[Entry]:
    from myriorama.app.catalogue.camera_presets import camera_presets

    return [
        Entry("camera", p.name, p.label, p.help, "effects", thumbnail("camera", p.name), group=CAMERAS)
        for p in camera_presets()
    ]


def _rigs() -> list[Entry]:
    from myriorama.scenes.cameras.rigs import RIGS

    return [Entry("rig", n, RIGS[n].label or _spoken(n), RIGS[n].help, "rig", thumbnail("rig", n)) for n in RIGS]


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
