"""Which files a project names, and what each is to be read as; so that all are found and parsed before any work.

It opens none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS
from myriorama.scenes.parameters.schema import File, FileRole, Parameter
from myriorama.scenes.project.model import Node, ObjectGroup, Project
from myriorama.scenes.registry import Registry


def file_references(project: Project, registry: Registry, store: AssetStore) -> tuple[tuple[str, FileRole], ...]:
    """Return every (reference, role) that some sample of a checked project may use, each once.

    Nodes that are switched off are left out; a declared default counts where the project says nothing.

    Raises
    ------
    AssetError
        A folder cannot be listed.
    """
    found: dict[tuple[str, FileRole], None] = {}
    for parameters, values in _owners(project, registry):
        for parameter in parameters:
            if isinstance(parameter, File):
                value = values.get(parameter.name, parameter.default)
                found.update(((reference, parameter.role), None) for reference in _named(value, store))
    return tuple(found)


def _owners(project: Project, registry: Registry) -> Iterator[tuple[Iterable[Parameter], Mapping[str, Any]]]:
    """Yield declarations and written values of everything that is switched on."""
    node: Node
    for node in (*project.environment, *project.lights):
        if node.enabled:
            yield registry.parameters("environment", node.type), node.parameters
    for node in project.effects:
        if node.enabled:
            yield registry.parameters("effect", node.type), node.parameters
    group: ObjectGroup
    for group in (*project.stage, *project.objects):
        if group.enabled:
            yield registry.parameters("generator", group.type), group.parameters
            placed = group.placement
            yield registry.parameters("placement", placed.type), placed.parameters
            yield registry.per_object_parameters(placed.type), placed.parameters
            for written in group.materials.values():
                # a material says nothing of what is not written
                yield [p for p in MATERIAL_PARAMETERS if p.name in written], written


def _named(value: Any, store: AssetStore) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, Mapping):
        for option in value.get("choice", ()):
            yield from _named(option, store)
        if "folder" in value:
            yield from store.list_folder(value["folder"], value.get("pattern", "*"))
        yield from _named(value.get("otherwise"), store)
