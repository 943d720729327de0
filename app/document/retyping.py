"""Puts another plugin in the place of one, and keeps every value that means the same there.

What does not fit the new declarations is left out and named, never bent to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from myriorama.app.document.addresses import CAMERA, find, owner_of, with_owner
from myriorama.app.document.edit import Edit
from myriorama.app.document.lists import kind_of_list
from myriorama.app.document.uids import title_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.drawing.cells import CellMaker
from myriorama.scenes.drawing.files import Files
from myriorama.scenes.drawing.owners import Owner
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.schema import File, Parameter
from myriorama.scenes.parameters.wording import shown, suggestion
from myriorama.scenes.project.model import Project


def fitting(
    written: Mapping[str, Any], per_sample: Iterable[Parameter], per_object: Iterable[Parameter] = ()
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the written values that these declarations accept, and the names of those that they do not.

    Parameters
    ----------
    per_sample, per_object : iterable of Parameter
        By the scope that they have by themselves.
    """
    wide, each = tuple(per_sample), tuple(per_object)
    kept = {name: value for name, value in written.items() if _fits(name, value, wide, each)}
    return kept, tuple(name for name in written if name not in kept)


def _fits(name: str, value: Any, wide: tuple[Parameter, ...], each: tuple[Parameter, ...]) -> bool:
    if all(p.name != name for p in (*wide, *each)):
        return False
    files = next((p for p in (*wide, *each) if p.name == name and isinstance(p, File)), None)
    if files is not None and isinstance(value, Mapping) and "folder" in value:
        return True  # nobody is asked here what the folder holds
    alone = tuple(p for p in wide if p.name == name)
    alone_each = tuple(p for p in each if p.name == name)
    maker = CellMaker(Files(None))
    maker.add(Owner("x", "x", "@x", "x", "x", {name: value}, alone, alone_each))
    return not maker.problems


def change_type(project: Project, registry: PluginRegistry, uid: str, type_name: str) -> Edit:
    """Put another plugin of the same kind in the place of a node's or group's.

    Raises
    ------
    KeyError
        There is none with this uid.
    PluginError
        There is no such plugin.
    """
    list_name, _ = find(project, uid)
    kind = kind_of_list(list_name)
    item = owner_of(project, uid)
    declared = registry.parameters(kind, type_name)
    kept, lost = fitting(item.parameters, *(((), declared) if kind == "generator" else (declared,)))
    changed = with_owner(project, uid, item.model_copy(update={"type": type_name, "parameters": kept}))
    label = registry.plugin_class(kind, type_name).label or type_name
    return _edit(changed, f"Change {title_of(item)} to {label}", uid, label, lost)


def change_placement(project: Project, registry: PluginRegistry, uid: str, type_name: str) -> Edit:
    """Place a group's objects by another placement.

    Raises
    ------
    KeyError
        There is no group with this uid.
    PluginError
        There is no such placement.
    """
    list_name, _ = find(project, uid)
    if list_name not in ("objects", "stage"):
        raise KeyError(f"{uid} has no placement")
    group = owner_of(project, uid)
    label = registry.plugin_class("placement", type_name).label or type_name
    declared, each = registry.parameters("placement", type_name), registry.per_object_parameters(type_name)
    kept, lost = fitting(group.placement.parameters, declared, each)
    placement = group.placement.model_copy(update={"type": type_name, "parameters": kept})
    changed = with_owner(project, uid, group.model_copy(update={"placement": placement}))
    return _edit(changed, f"Change placement of {title_of(group)} to {label}", uid, label, lost)


def change_rig(project: Project, type_name: str) -> Edit:
    """Let the camera stand by another rig.

    Raises
    ------
    InputError
        There is no such rig.
    """
    from myriorama.scenes.cameras.rigs import RIGS

    if type_name not in RIGS:
        raise InputError(
            Problem("camera.rig.type", "there is no such rig", shown(type_name), suggestion(type_name, list(RIGS)))
        )
    rig = project.camera.rig
    kept, lost = fitting(rig.parameters, RIGS[type_name].parameters)
    changed = rig.model_copy(update={"type": type_name, "parameters": kept})
    label = RIGS[type_name].label or type_name
    camera = project.camera.model_copy(update={"rig": changed})
    return _edit(with_owner(project, CAMERA, camera), f"Change camera rig to {label}", CAMERA, label, lost)


def _edit(project: Project, label: str, uid: str, new: str, lost: tuple[str, ...]) -> Edit:
    made = Edit(project, label, (uid,))
    if not lost:
        return made
    return replace(made, note=f"{new} does not take {', '.join(lost)}: left out; undo brings back what was written")
