"""Where every value of a project stands, in words that survive a rename or a move: its owner, section and name.

It reads and replaces single values; it judges none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from myriorama.scenes.project.model import CameraNode, MountedView, Node, ObjectGroup, Project

MISSING: Final = object()
"""The project says nothing there: the declaration's default holds."""

SETTINGS: Final = "project:settings"
CLASSES: Final = "project:classes"
NAMED: Final = "project:parameters"
ACCEPTANCE: Final = "project:acceptance"
OUTPUT: Final = "project:output"
CAMERA: Final = "project:camera"
"""Uids, for selections, of what is no node: a colon cannot stand in a node's own uid."""
PARTS: Final = (SETTINGS, CLASSES, NAMED, ACCEPTANCE, OUTPUT, CAMERA)

LISTS: Final = ("environment", "lights", "stage", "objects", "effects")
"""The project's lists of nodes and groups, in the order in which they are shown."""


@dataclass(frozen=True)
class Address:
    """One value of a project.

    Attributes
    ----------
    owner : str
        Uid of a node, an object group, or one of `PARTS`.
    section : str
        ``parameters`` (a node's, a group's generator's), ``placement``, ``motion``, ``materials/<slot>``, ``lens``,
        ``rig``, ``views/<uid>`` (owned by `CAMERA`), ``field`` (a field of the model itself: name, class, count, seed,
        width, ...), or ``options/<writer>`` (owned by `OUTPUT`).
    name : str
    """

    owner: str
    section: str
    name: str


Found = Node | ObjectGroup | CameraNode | Project


def find(project: Project, uid: str) -> tuple[str, int]:
    """Return the list and the place in it of a node or group.

    Raises
    ------
    KeyError
        There is none with this uid.
    """
    for name in LISTS:
        for i, node in enumerate(getattr(project, name)):
            if node.uid == uid:
                return name, i
    raise KeyError(uid)


def owner_of(project: Project, uid: str) -> Any:
    """Return the node, the group, or for one of `PARTS` the model that holds its fields.

    Raises
    ------
    KeyError
        There is none with this uid.
    """
    if uid == CAMERA:
        return project.camera
    if uid == OUTPUT:
        return project.output
    if uid in PARTS:
        return project
    name, i = find(project, uid)
    return getattr(project, name)[i]


def with_owner(project: Project, uid: str, changed: Any) -> Project:
    """Return the project with the owner of this uid replaced."""
    if uid == CAMERA:
        return project.model_copy(update={"camera": changed})
    if uid == OUTPUT:
        return project.model_copy(update={"output": changed})
    if uid in PARTS:
        return changed  # type: ignore[no-any-return]
    name, i = find(project, uid)
    nodes = getattr(project, name)
    return project.model_copy(update={name: (*nodes[:i], changed, *nodes[i + 1 :])})


def read(project: Project, address: Address) -> Any:
    """Return the value as written: a literal, a distribution, or `MISSING`.

    Raises
    ------
    KeyError
        Owner or section does not exist.
    """
    owner = owner_of(project, address.owner)
    if address.section == "field":
        return getattr(owner, address.name)
    return _holder(owner, address).get(address.name, MISSING)


def write(project: Project, address: Address, value: Any) -> Project:
    """Return the project with the value in place; `MISSING` takes the entry away.

    Raises
    ------
    KeyError
        Owner or section does not exist.
    pydantic.ValidationError
        A field of the model does not take this value.
    """
    owner = owner_of(project, address.owner)
    if address.section == "field":
        tree = {**owner.__dict__, address.name: value}
        return with_owner(project, address.owner, type(owner).model_validate(tree))
    held = {k: v for k, v in _holder(owner, address).items() if k != address.name or value is not MISSING}
    if value is not MISSING:
        held[address.name] = value
    kind, _, which = address.section.partition("/")
    if kind == "placement":
        changed = owner.model_copy(update={"placement": owner.placement.model_copy(update={"parameters": held})})
    elif kind == "rig":
        changed = owner.model_copy(update={"rig": owner.rig.model_copy(update={"parameters": held})})
    elif kind == "views":
        views = (v.model_copy(update={"parameters": held}) if v.uid == which else v for v in owner.views)
        changed = owner.model_copy(update={"views": tuple(views)})
    elif kind in ("lens", "motion"):
        changed = owner.model_copy(update={kind: held})
    elif kind in ("materials", "options"):
        field = "materials" if kind == "materials" else "writer_options"
        slots = {**getattr(owner, field), which: held}
        if not held:
            del slots[which]
        changed = owner.model_copy(update={field: slots})
    else:
        changed = owner.model_copy(update={"parameters": held})
    return with_owner(project, address.owner, changed)


def view_of(camera: CameraNode, uid: str) -> MountedView:
    """Return a view of the rig.

    Raises
    ------
    KeyError
        There is none with this uid.
    """
    for view in camera.views:
        if view.uid == uid:
            return view
    raise KeyError(uid)


def _holder(owner: Any, address: Address) -> dict[str, Any]:
    kind, _, which = address.section.partition("/")
    try:
        if kind == "parameters":
            found = owner.parameters
        elif kind == "placement":
            found = owner.placement.parameters
        elif kind == "rig":
            found = owner.rig.parameters
        elif kind == "lens":
            found = owner.lens
        elif kind == "views":
            found = view_of(owner, which).parameters
        elif kind == "motion":
            found = owner.motion
        elif kind == "materials":
            found = owner.materials.get(which, {})
        elif kind == "options":
            found = owner.writer_options.get(which, {})
        else:
            raise KeyError(address.section)
    except AttributeError as error:
        raise KeyError(f"{address.owner} has no section {address.section}") from error
    return found  # type: ignore[no-any-return]
