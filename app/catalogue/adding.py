"""What happens when an entry of the catalogue is chosen: one edit, whatever the entry is.

It asks for no file and shows nothing; what the project's check would refuse of an order of effects is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from myriorama.app.catalogue.camera_presets import add_camera, camera_preset
from myriorama.app.catalogue.entries import Entry
from myriorama.app.document.edit import Edit
from myriorama.app.document.edits import add
from myriorama.app.document.effect_order import in_order
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import PluginKind

_BEFORE: Final[Mapping[str, frozenset[str]]] = {
    "optics": frozenset(("light", "curve", "picture")),
    "light": frozenset(("curve", "picture")),
    "curve": frozenset(("picture",)),
    "picture": frozenset(),
}
"""Stage of an effect -> stages of those that it is put before."""


def add_entry(
    project: Project,
    registry: PluginRegistry,
    entry: Entry,
    list_name: str = "",
    values: Mapping[str, Any] | None = None,
) -> Edit:
    """Add what was chosen. An effect goes where its stage may stand.

    Raises
    ------
    PluginError
        Its plugin is not here.
    InputError
        It cannot stand in this list, or the project has one already and takes no second.
    """
    if entry.kind == "camera":
        return add_camera(project, registry, camera_preset(entry.name))
    kind = cast("PluginKind", entry.kind)
    position = _place(project, registry, entry.name) if entry.kind == "effect" else None
    edit = add(project, registry, kind, entry.name, list_name, position=position, values=values)
    return in_order(project, edit, registry)


def _place(project: Project, registry: PluginRegistry, name: str) -> int:
    known = registry.names("effect")
    later = _BEFORE[registry.effect_stage(name)]
    stages = [registry.effect_stage(node.type) if node.type in known else "" for node in project.effects]
    return next((i for i, stage in enumerate(stages) if stage in later), len(stages))
