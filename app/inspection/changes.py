"""The edits that the inspector makes: each from a project to a project, all of what is selected in one step.

A locked value is left as it is; whether a value may stand there has been asked before (`candidates`).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterator
from typing import Any

from myriorama.app.document.addresses import MISSING, Address, owner_of, with_owner, write
from myriorama.app.document.retyping import change_placement, change_rig, change_type
from myriorama.app.inspection.candidates import refusal, refusal_within, tangled
from myriorama.app.inspection.conversions import kind_of
from myriorama.app.inspection.rows import MIXED, Row
from myriorama.app.inspection.spread import shown_range, spread_of
from myriorama.app.inspection.tables import BY_ATTRIBUTE
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.parameters.fit import component, limits
from myriorama.scenes.parameters.readers import LARGEST, is_number
from myriorama.scenes.parameters.schema import Int
from myriorama.scenes.project.model import CameraNode, Node, ObjectGroup, Project


def whole_value(row: Row, place: int, value: Any) -> Any:
    """Return the value of the whole parameter of one owner where `value` is that of the row, maybe one number of it."""
    if row.component is None or value is MISSING:
        return value
    held = row.written[place]
    numbers = list(row.declaration.default if held is MISSING else held)  # type: ignore[arg-type]
    numbers[row.component] = value
    return numbers


def reason_against(project: Project, registry: PluginRegistry, row: Row, value: Any) -> str:
    """Return why the row's parameter may not take a value; empty where it may."""
    if row.special in ("type", "placement_type", "rig_type", "class"):
        return "" if value in row.declaration.options else "choose one of the list"  # type: ignore[attr-defined]
    for place in range(len(row.addresses)):
        whole = whole_value(row, place, value)
        reason = refusal(whole, row.declaration, per_object=row.per_object)
        if reason:
            return reason
    if tangled(value):
        return refusal_within(project, with_value(project, registry, row, value, frozenset()), registry)
    return ""


def with_value(project: Project, registry: PluginRegistry, row: Row, value: Any, locks: Collection[Address]) -> Project:
    """Return the project with the value in the row's place of every selected owner; `MISSING` takes it away."""
    out = project
    for place, address in enumerate(row.addresses):
        if address in locks:
            continue
        if row.special == "type":
            out = change_type(out, registry, address.owner, value).project
        elif row.special == "placement_type":
            out = change_placement(out, registry, address.owner, value).project
        elif row.special == "rig_type":
            out = change_rig(out, value).project
        elif row.special == "class":
            if not str(value).startswith(BY_ATTRIBUTE):
                out = write(out, address, value)
        elif row.special == "count":
            out = write(out, address, 1 if value is MISSING else value)
        else:
            whole = whole_value(row, place, value)
            out = write(out, address, MISSING if whole is MISSING else copy.deepcopy(whole))
    return out


def note_of(project: Project, registry: PluginRegistry, row: Row, value: Any) -> str:
    """Return what a change of type leaves out, for people; empty where it leaves nothing out."""
    notes = []
    for address in row.addresses:
        if row.special == "type":
            notes.append(change_type(project, registry, address.owner, value).note)
        elif row.special == "placement_type":
            notes.append(change_placement(project, registry, address.owner, value).note)
        elif row.special == "rig_type":
            notes.append(change_rig(project, value).note)
    return "; ".join(note for note in notes if note)


def label_of(project: Project, row: Row) -> str:
    """Return the words for the step that changes the row: ``Change Mugs height``."""
    name = row.full_title
    if len(row.addresses) > 1:
        return f"Change {name.lower()} of {len(row.addresses)} selected"
    owner = owner_of(project, row.addresses[0].owner)
    title = "Camera" if isinstance(owner, CameraNode) else getattr(owner, "name", "") or owner.uid
    return f"Change {title} {name[:1].lower() + name[1:]}"


def copied(row: Row) -> str:
    """Return the row's value as JSON, for the clipboard; empty where several differ."""
    return "" if row.value is MIXED or row.value is None else json.dumps(row.value, ensure_ascii=False)


def pasted(text: str) -> Any:
    """Return the value that a text from the clipboard means.

    Raises
    ------
    ValueError
        Empty, or far too long for a value.
    """
    if not text.strip() or len(text) > 100_000:
        raise ValueError("the clipboard holds no value")
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text.strip()


def python_of(row: Row) -> str:
    """Return a line of Python that writes the row's value into a project."""
    address = row.addresses[0]
    where = f"Address({address.owner!r}, {address.section!r}, {address.name!r})"
    value = row.written[0]
    shown = "MISSING" if value is MISSING else repr(value)
    return f"project = write(project, {where}, {shown})"


def sweep_range(row: Row) -> tuple[float, float] | None:
    """Return from where to where a sweep of the row runs; None where it is no number."""
    kind = row.declaration.kind
    number = kind in ("float", "int") or row.component is not None
    if not number or row.value is MIXED or row.special not in ("", "count"):
        return None
    part = row.declaration if row.component is None else component(row.declaration)
    value = row.value if row.value is not None else row.declaration.default
    if isinstance(value, dict) and kind_of(value) == "linked":
        return None
    spread = spread_of(value, part)
    low, high = spread.low, spread.high
    if isinstance(value, int | float) and is_number(value):
        if row.declaration.suggested and row.component is None:
            usual = spread_of(row.declaration.suggested, part)
            if usual.low <= value <= usual.high and usual.low < usual.high:
                return usual.low, usual.high
        low, high = shown_range(spread, part)
        bottom, top = limits(part)
        half = max(abs(value) * 0.5, 0.5 * (spread.high - spread.low))
        low, high = max(low, bottom, value - half), min(high, top, value + half)
    if isinstance(row.declaration, Int):
        low, high = round(low), round(high)
    return (low, high) if -LARGEST < low < high < LARGEST else None


def varying_only(project: Project, row: Row) -> Project:
    """Return the project where every other distribution is drawn once for the dataset, so that only the row varies.

    Their ranges stay as they are; links follow what they are computed from.
    """
    kept = set(row.addresses)
    group = row.value["even_group"]["group"] if isinstance(row.value, dict) and "even_group" in row.value else None
    out = project
    owners: list[tuple[str, Node | ObjectGroup | CameraNode]] = [("project:camera", project.camera)]
    for name in ("environment", "lights", "stage", "objects", "effects"):
        owners += [(item.uid, item) for item in getattr(project, name)]
    for uid, owner in owners:
        for address, value in _values(uid, owner):
            if address in kept:
                value = _stilled_parts(value, row) if row.component is not None else value
            else:
                value = _stilled(value, group)
            out = write(out, address, value)
    return out


def _stilled_parts(value: Any, row: Row) -> Any:
    if not isinstance(value, list):
        return value
    return [v if i == row.component else _stilled(v, None) for i, v in enumerate(value)]


def _stilled(value: Any, group: str | None) -> Any:
    if isinstance(value, list):
        return [_stilled(v, group) for v in value]
    if not isinstance(value, dict) or "linked" in value:
        return value
    if group is not None and value.get("even_group", {}).get("group") == group:
        return value
    return {**value, "scope": "dataset"}


def _values(uid: str, owner: Any) -> Iterator[tuple[Address, Any]]:
    tables: list[tuple[str, dict[str, Any]]] = []
    if isinstance(owner, CameraNode):
        tables = [("rig", owner.rig.parameters), ("lens", owner.lens)]
        tables += [(f"views/{view.uid}", view.parameters) for view in owner.views]
    else:
        tables = [("parameters", owner.parameters)]
    if isinstance(owner, ObjectGroup):
        yield Address(uid, "field", "count"), owner.count
        tables.append(("placement", owner.placement.parameters))
        tables.append(("motion", owner.motion))
        tables += [(f"materials/{slot}", table) for slot, table in owner.materials.items()]
    for section, table in tables:
        for name, value in table.items():
            yield Address(uid, section, name), value


def renamed(project: Project, uid: str, name: str) -> Project:
    """Return the project with a node or group called otherwise."""
    owner = owner_of(project, uid)
    return with_owner(project, uid, owner.model_copy(update={"name": name}))
