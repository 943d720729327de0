"""What can be done with an asset in a project: the edits that add it, set it, or put another in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.assets.library import named_in, shown_name
from myriorama.app.document.addresses import owner_of, with_owner
from myriorama.app.document.edit import Edit
from myriorama.app.document.edits import add
from myriorama.app.document.lists import kind_of_list
from myriorama.app.document.uids import items, title_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import PluginError
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS
from myriorama.scenes.parameters.schema import File, FileRole, Parameter
from myriorama.scenes.project.model import ObjectGroup, Project
from myriorama.scenes.registry import PluginKind

EVERY_SLOT: Final = "*"
_NEW: Final[Mapping[FileRole, tuple[PluginKind, str, str]]] = {
    "model": ("generator", "mesh_file", "Add an object group of it"),
    "radiance": ("environment", "hdri", "Add it as light from all around"),
    "image": ("environment", "photo_backdrop", "Add it as a photo backdrop"),
}


@dataclass(frozen=True)
class Use:
    """One way to use an asset.

    Attributes
    ----------
    title : str
        For people, imperative: "Set as the file of Sky".
    make : callable
        Project, reference, further parameters (unit, up axis) -> the edit.
    """

    title: str
    make: Callable[[Project, str, Mapping[str, Any]], Edit]


def uses_for(project: Project, registry: PluginRegistry, role: FileRole, selected: str | None) -> tuple[Use, ...]:
    """Return the ways to use an asset of a role, the likeliest first.

    Parameters
    ----------
    selected : str or None
        Uid of what is selected: what can take the asset there comes first.
    """
    taking: list[Use] = []
    first: list[Use] = []
    for list_name, item in items(project):
        try:
            declared = registry.parameters(kind_of_list(list_name), item.type)
        except PluginError:
            continue
        for parameter in declared:
            if isinstance(parameter, File) and parameter.role == role:
                what = f"Set as {parameter.name.replace('_', ' ')} of {title_of(item)}"
                use = Use(what, _setter(item.uid, parameter.name))
                (first if item.uid == selected else taking).append(use)
        if isinstance(item, ObjectGroup) and item.uid == selected:
            first += [
                Use(f"Lay over {title_of(item)} as {p.name.replace('_', ' ')}", _wearer(item.uid, p.name))
                for p in MATERIAL_PARAMETERS
                if isinstance(p, File) and p.role == role
            ]
    new = [_adder(registry, role)] if role in _NEW else []
    # A model is mostly one more thing; of light there is mostly one.
    return (*first, *new, *taking) if role == "model" else (*first, *taking, *new)


def _adder(registry: PluginRegistry, role: FileRole) -> Use:
    kind, type_name, title = _NEW[role]

    def make(project: Project, reference: str, values: Mapping[str, Any]) -> Edit:
        name = shown_name(reference).rsplit(".", 1)[0].replace("_", " ")
        written = {**values, "file": reference}
        return add(project, registry, kind, type_name, name=name, values=written)

    return Use(title, make)


def _setter(uid: str, parameter: str) -> Callable[[Project, str, Mapping[str, Any]], Edit]:
    def make(project: Project, reference: str, values: Mapping[str, Any]) -> Edit:
        item = owner_of(project, uid)
        parameters = {**item.parameters, **values, parameter: reference}
        changed = with_owner(project, uid, item.model_copy(update={"parameters": parameters}))
        return Edit(changed, f"Set {shown_name(reference)} in {title_of(item)}", (uid,))

    return make


def _wearer(uid: str, parameter: str) -> Callable[[Project, str, Mapping[str, Any]], Edit]:
    def make(project: Project, reference: str, values: Mapping[str, Any]) -> Edit:
        item = owner_of(project, uid)
        materials = {**item.materials, EVERY_SLOT: {**item.materials.get(EVERY_SLOT, {}), parameter: reference}}
        changed = with_owner(project, uid, item.model_copy(update={"materials": materials}))
        return Edit(changed, f"Lay {shown_name(reference)} over {title_of(item)}", (uid,))

    return make


def put_in_place(project: Project, registry: PluginRegistry, new: Mapping[str, str]) -> Edit:
    """Name other files wherever some are named: old reference -> new one; one edit for all of them."""
    changed = project
    touched: list[str] = []
    for list_name, item in items(project):
        update: dict[str, Any] = {}
        try:
            declared = registry.parameters(kind_of_list(list_name), item.type)
            update["parameters"] = _replaced(item.parameters, declared, new)
        except PluginError:
            update["parameters"] = item.parameters
        if isinstance(item, ObjectGroup):
            update["materials"] = {k: _replaced(v, MATERIAL_PARAMETERS, new) for k, v in item.materials.items()}
        made = item.model_copy(update=update)
        if made != item:
            touched.append(item.uid)
            changed = with_owner(changed, item.uid, made)
    what = shown_name(next(iter(new))) if len(new) == 1 else f"{len(new)} files"
    return Edit(changed, f"Relink {what}", tuple(touched))


def _replaced(written: Mapping[str, Any], declared: tuple[Parameter, ...], new: Mapping[str, str]) -> dict[str, Any]:
    files = {p.name for p in declared if isinstance(p, File)}
    return {
        name: _with_references(value, new) if name in files and any(r in new for r in named_in(value)) else value
        for name, value in written.items()
    }


def _with_references(value: Any, new: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return new.get(value, value)
    if isinstance(value, list):
        return [_with_references(v, new) for v in value]
    if isinstance(value, Mapping):
        return {k: _with_references(v, new) if k in ("choice", "otherwise") else v for k, v in value.items()}
    return value
