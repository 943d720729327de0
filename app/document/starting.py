"""What a new node or group starts with: the values that its plugin suggests, a class, and a place beside its kin.

It adds nothing to the project; `edits.add` does.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

from myriorama.app.document.classes import new_class
from myriorama.app.document.retyping import fitting
from myriorama.app.document.uids import Item, fresh_uid, linked_names, taken_uids
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.parameters.schema import Parameter
from myriorama.scenes.project.model import ClassRow, Node, ObjectGroup, Project
from myriorama.scenes.project.structure import UNLABELLED
from myriorama.scenes.registry import PluginKind

_COUNT: Final[Mapping[str, Any]] = {"objects": {"integers": [1, 4]}, "stage": 1}
_PLACEMENT: Final[Mapping[str, str]] = {"objects": "scatter", "stage": "fixed"}
_TURN: Final = ("yaw_deg",)
"""Of what a placement suggests, only the heading: a tilt or a shift is asked for, not given."""
_AREA: Final = "Area"


def suggested(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the values that the declarations suggest for a new node."""
    return {p.name: copy.deepcopy(p.suggested) for p in parameters if p.suggested is not None}


def new_item(
    project: Project,
    registry: PluginRegistry,
    kind: PluginKind,
    type_name: str,
    list_name: str,
    name: str,
    values: Mapping[str, Any],
) -> tuple[Item, ClassRow | None]:
    """Return a new node or group for a list, and the class row that it needs and the project has not.

    Raises
    ------
    PluginError
        There is no such plugin.
    """
    plugin = registry.plugin_class(kind, type_name)
    word = _word(name) or type_name
    title = name or plugin.label or type_name
    taken = taken_uids(project)
    uid = fresh_uid(word, taken)
    parameters = {**suggested(plugin.parameters), **copy.deepcopy(dict(values))}
    if kind != "generator":
        return Node.model_validate({"uid": uid, "type": type_name, "name": title, "parameters": parameters}), None
    row = None
    class_name = UNLABELLED
    if list_name == "objects" and word != UNLABELLED:
        class_name = word
        if all(r.name != word for r in project.classes):
            row = new_class(project, word)
    tree = {
        "uid": uid,
        "type": type_name,
        "name": title,
        "class": class_name,
        "count": copy.deepcopy(_COUNT[list_name]),
        "parameters": parameters,
        "placement": _new_placement(project, registry, list_name, fresh_uid(f"{uid}_place", {*taken, uid})),
    }
    return ObjectGroup.model_validate(tree), row


def _new_placement(project: Project, registry: PluginRegistry, list_name: str, uid: str) -> dict[str, Any]:
    """Return a placement over the area of the group that was added last, or on top of the stage."""
    known = registry.names("placement")
    type_name = _PLACEMENT[list_name] if _PLACEMENT[list_name] in known else known[0]
    held: dict[str, Any] = {}
    if list_name == "objects":
        per_object = registry.per_object_parameters(type_name)
        held = {k: v for k, v in suggested(per_object).items() if k in _TURN}
        area = [p for p in registry.parameters("placement", type_name) if p.group == _AREA]
        kin = project.objects[-1].placement.parameters if project.objects else {}
        kin = {k: v for k, v in kin.items() if not any(linked_names(v))}
        found, _ = fitting(kin, area)
        if not project.objects and project.stage:
            found, _ = fitting({"support": "on_top"}, area)
        held = {**copy.deepcopy(found), **held}
    return {"uid": uid, "type": type_name, "parameters": held}


def _word(name: str) -> str:
    """Return a name as a class is written: small letters, underscores for blanks."""
    return "_".join(name.lower().split())
