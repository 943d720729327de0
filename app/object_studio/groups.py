"""An object of a project's group, as the object studio takes it: the values that a sample draws for it.

It changes nothing in the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from myriorama.app.document.addresses import owner_of
from myriorama.app.object_studio.bench import plain_value
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.project.model import ObjectGroup, Project


@dataclass(frozen=True)
class Wanted:
    """What to open a page with; see `page.ObjectPage.open`."""

    name: str
    title: str
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    materials: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def is_group(project: Project | None, uid: str) -> bool:
    """Tell whether a uid is that of an object group."""
    return project is not None and any(g.uid == uid for g in (*project.stage, *project.objects))


def first_of_group(project: Project, registry: PluginRegistry, uid: str, index: int) -> Wanted:
    """Return the first object of a group in a sample; where the sample cannot be drawn, what is written plainly.

    Raises
    ------
    KeyError
        There is no such group.
    """
    if not is_group(project, uid):
        raise KeyError(uid)
    group = owner_of(project, uid)
    assert isinstance(group, ObjectGroup)
    title = group.name or uid
    alone = project.model_copy(update={"acceptance": ()})
    try:
        sample = compile_plan(alone, registry).draw(index)
        member = next(g for g in (*sample.stage, *sample.objects) if g.uid == uid).members[0]
    except (InputError, PluginError, StopIteration, IndexError):
        values = {k: v for k, v in group.parameters.items() if not _varies(v)}
        return Wanted(group.type, title, values, {s: _literal(held) for s, held in group.materials.items()})
    return Wanted(group.type, title, plain_value(member.values), plain_value(member.materials))


def _literal(held: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in held.items() if not _varies(v)}


def _varies(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(v, Mapping) for v in value))
