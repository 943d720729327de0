"""From a project and a selection to what the inspector shows. It changes nothing and knows no widget."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from myriorama.app.document.addresses import CAMERA, MISSING, PARTS, Address, find, owner_of, view_of
from myriorama.app.document.lists import kind_of_list
from myriorama.app.inspection.candidates import refusal
from myriorama.app.inspection.rows import MIXED, Inspection, Row, Section, State
from myriorama.app.inspection.tables import ICONS, Place, class_words, places_of, plugin_label
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.parameters.fit import component_count
from myriorama.scenes.parameters.schema import Choice
from myriorama.scenes.project.model import Project

Slots = Mapping[str, Sequence[str]]
"""Group uid -> the material slots that its objects were seen to have."""


def inspect(
    project: Project | None,
    registry: PluginRegistry,
    uids: Sequence[str],
    *,
    locks: frozenset[Address] = frozenset(),
    slots: Slots | None = None,
) -> Inspection:
    """Return what to show of a selection; of several, what they have in common."""
    if project is None:
        return Inspection("nothing", message="Open a project, and what is selected in it is shown here.")
    known = tuple(uid for uid in dict.fromkeys(uids) if _exists(project, uid))
    if not known:
        return Inspection("nothing", message="Select something in the outliner or in the picture to change it here.")
    parts = [uid for uid in known if uid in PARTS and uid != CAMERA]
    if len(known) > 1 and (parts or CAMERA in known):
        return Inspection("several", known, message="These are of different kinds. Select one to change it here.")
    if parts:
        return Inspection("part", known)
    found = [places_of(project, registry, uid, (slots or {}).get(uid, ())) for uid in known]
    missing = next((reason for _, reason in found if reason), "")
    head = _head(project, registry, known)
    rows = _rows(project, [places for places, _ in found], locks)
    kept = _kept(project, known[0]) if missing and len(known) == 1 else ""
    sections = _sections(rows)
    return replace(head, kind="unknown" if missing else "rows", sections=sections, message=missing, kept=kept)


def _exists(project: Project, uid: str) -> bool:
    try:
        owner_of(project, uid)
    except KeyError:
        return False
    return True


def _head(project: Project, registry: PluginRegistry, uids: tuple[str, ...]) -> Inspection:
    if uids == (CAMERA,):
        return Inspection("rows", uids, "Camera", "Rig and lens", ICONS[CAMERA])
    owners = [owner_of(project, uid) for uid in uids]
    lists = [find(project, uid)[0] for uid in uids]
    states = {owner.enabled for owner in owners}
    enabled = states.pop() if len(states) == 1 else None
    icon = ICONS[lists[0]] if len(set(lists)) == 1 else "shape-outline"
    if len(uids) > 1:
        kinds = {(kind_of_list(held), owner.type) for held, owner in zip(lists, owners, strict=True)}
        types = sorted(plugin_label(registry, kind, name) for kind, name in kinds)
        subtitle = ", ".join(types[:3]) + (f" and {len(types) - 3} more" if len(types) > 3 else "")
        return Inspection("rows", uids, f"{len(uids)} selected", subtitle, icon, None, enabled, True)
    owner = owners[0]
    label = plugin_label(registry, kind_of_list(lists[0]), owner.type)
    return Inspection("rows", uids, owner.name or owner.uid, label, icon, owner.name, enabled, True)


def _kept(project: Project, uid: str) -> str:
    owner = project.camera.rig if uid == CAMERA else owner_of(project, uid)
    return json.dumps(owner.model_dump(by_alias=True)["parameters"], indent=2, ensure_ascii=False)


def _rows(project: Project, found: Sequence[Sequence[Place]], locks: frozenset[Address]) -> list[tuple[Place, Row]]:
    others = [{(p.section, p.address.name): p for p in places} for places in found[1:]]
    out: list[tuple[Place, Row]] = []
    owners = {p.address.owner: owner_of(project, p.address.owner) for places in found for p in places[:1]}
    for place in found[0]:
        same = [place]
        for table in others:
            other = table.get((place.section, place.address.name))
            if other is not None and _same_declaration(place, other):
                same.append(other)
        if len(same) == len(found):
            out += ((place, row) for row in _rows_of(project, owners, same, locks))
    return out


def _same_declaration(one: Place, other: Place) -> bool:
    if one.special:  # a type's and a class's default is the value that holds
        return one.special == other.special and replace(one.declaration, default=None) == replace(
            other.declaration, default=None
        )
    return one.declaration is other.declaration or one.declaration == other.declaration


def _rows_of(
    project: Project, owners: Mapping[str, Any], places: Sequence[Place], locks: frozenset[Address]
) -> list[Row]:
    first = places[0]
    written = tuple(written_at(project, owners[p.address.owner], p) for p in places)
    held = [
        (p.declaration.default if p.fill else MISSING) if w is MISSING else w
        for p, w in zip(places, written, strict=True)
    ]
    locked = bool(locks) and all(p.address in locks for p in places)
    value, state = _common(held)
    row = Row(
        tuple(p.address for p in places),
        first.declaration,
        None,
        first.per_object,
        written,
        tuple(p.path for p in places),
        value,
        state,
        locked,
        heading=first.heading,
        special=first.special,
    )
    count = component_count(first.declaration)
    lists = [v for v in held if isinstance(v, list) and len(v) == count]
    if count and len(lists) == len(held) and any(isinstance(part, dict) for v in lists for part in v):
        return [
            replace(row, parts=True, state="varied"),
            *(_part(row, lists, i) for i in range(count)),
        ]
    return [_judged(row)]


def _part(row: Row, held: Sequence[Any], component: int) -> Row:
    value, state = _common([v[component] for v in held])
    paths = tuple(f"{path}/{component}" for path in row.paths)
    return _judged(replace(row, component=component, value=value, state=state, paths=paths, heading=row.heading))


def _common(held: Sequence[Any]) -> tuple[Any, State]:
    first = held[0]
    if any(v is not first and v != first for v in held[1:]):
        return MIXED, "mixed"
    if first is MISSING:
        return None, "unset"
    return first, "varied" if isinstance(first, dict) else "literal"


def _judged(row: Row) -> Row:
    if row.special in ("type", "class", "rig_type", "placement_type"):
        known = not isinstance(row.declaration, Choice) or row.value is MIXED or row.value in row.declaration.options
        return row if known else replace(row, reason="this is not known")
    for written in row.written:
        reason = refusal(written, row.declaration, per_object=row.per_object) if written is not MISSING else ""
        if reason:
            return replace(row, reason=reason)
    return row


def written_at(project: Project, owner: Any, place: Place) -> Any:
    """Return what the project says at a place; `MISSING` where it says nothing."""
    kind, _, which = place.address.section.partition("/")
    name = place.address.name
    if place.special == "type":
        return owner.type
    if place.special == "placement_type":
        return owner.placement.type
    if place.special == "rig_type":
        return project.camera.rig.type
    if place.special == "class":
        return class_words(project, owner.class_)[1]
    if kind == "field":
        return getattr(owner, name)
    if kind == "placement":
        table: Mapping[str, Any] = owner.placement.parameters
    elif kind == "rig":
        table = owner.rig.parameters
    elif kind == "lens":
        table = owner.lens
    elif kind == "views":
        table = view_of(owner, which).parameters
    elif kind == "motion":
        table = owner.motion
    elif kind == "materials":
        table = owner.materials.get(which, {})
    else:
        table = owner.parameters
    return table.get(name, MISSING)


def _sections(rows: Sequence[tuple[Place, Row]]) -> tuple[Section, ...]:
    grouped: dict[str, tuple[str, list[Row]]] = {}
    for place, row in rows:
        grouped.setdefault(place.section, (place.title, []))[1].append(row)
    out = []
    for key, (title, held) in grouped.items():
        material = key.startswith("materials/")
        count = sum(row.set_here for row in held if row.component is None)
        optional = material or key == "motion"
        unset = "the object's own" if material else "stands still"
        note = (f"{count} set" if count else unset) if optional else ""
        view = key.removeprefix("views/") if key.startswith("views/") else ""
        out.append(Section(key, title, tuple(held), note, folded=optional and not count, view=view))
    return tuple(out)
