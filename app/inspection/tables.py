"""The tables of parameters that one selected thing brings: its own, its placement's, its materials', its lens's.

Plugins are asked for their declarations alone; none is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from myriorama.app.document.addresses import CAMERA, LISTS, Address, find, owner_of
from myriorama.app.document.lists import kind_of_list
from myriorama.app.inspection.naming import readable
from myriorama.app.inspection.rows import Special
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.motion import MOTION_PARAMETERS
from myriorama.scenes.cameras.rigs import LENS_PARAMETERS, RIGS
from myriorama.scenes.cameras.views import VIEW_PARAMETERS
from myriorama.scenes.drawing.owners import COUNT
from myriorama.scenes.errors import PluginError
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS
from myriorama.scenes.parameters.schema import Choice, Parameter
from myriorama.scenes.project.model import ClassFromAttribute, ObjectGroup, Project
from myriorama.scenes.project.structure import UNLABELLED
from myriorama.scenes.registry import PluginKind

BY_ATTRIBUTE: Final = "by attribute "
"""Start of the word that stands for a class taken from an attribute."""


@dataclass(frozen=True)
class Place:
    """One value that can be shown.

    Attributes
    ----------
    section, title : str
        Key and heading of the section.
    path : str
        Key of its stream of draws.
    fill : bool
        Where nothing is written the declared default is drawn; False in materials, and where motion is not told.
    """

    section: str
    title: str
    address: Address
    declaration: Parameter
    path: str
    per_object: bool = False
    heading: str = ""
    special: Special = ""
    fill: bool = True


def plugin_label(registry: PluginRegistry, kind: PluginKind, name: str) -> str:
    """Return a plugin's name for people; its bare name where it is missing."""
    try:
        return registry.plugin_class(kind, name).label or readable(name)
    except PluginError:
        return name


def places_of(
    project: Project, registry: PluginRegistry, uid: str, slots: Sequence[str] = ()
) -> tuple[list[Place], str]:
    """Return what can be shown of one node, group or the camera, and why a part of it cannot.

    Parameters
    ----------
    slots : sequence of str
        Names of the material slots of a group, as far as they are known.

    Raises
    ------
    KeyError
        There is none with this uid.
    """
    if uid == CAMERA:
        return _camera(project)
    list_name, _ = find(project, uid)
    owner = owner_of(project, uid)
    if isinstance(owner, ObjectGroup):
        return _group(project, registry, owner, slots)
    kind = kind_of_list(list_name)
    places = [_typed(registry, kind, uid, "type", owner.type, "object", "General")]
    if list_name == "environment":
        places.append(_class(project, uid, owner.class_, "Class of the geometry that it brings, if it brings any."))
    try:
        declared = registry.parameters(kind, owner.type)
    except PluginError as error:
        return places, str(error)
    title = plugin_label(registry, kind, owner.type)
    places += _grouped(uid, "parameters", uid, title, declared, per_object=False)
    return places, ""


def _grouped(
    uid: str, section: str, path: str, title: str, declared: Sequence[Parameter], *, per_object: bool
) -> list[Place]:
    return [
        Place(
            f"{section}:{p.group}",
            p.group or title,
            Address(uid, section, p.name),
            p,
            f"{path}/{p.name}",
            per_object=per_object,
        )
        for p in declared
    ]


def _typed(
    registry: PluginRegistry, kind: PluginKind, uid: str, special: Special, now: str, section: str, title: str
) -> Place:
    names = registry.names(kind)
    options = names if now in names else (*names, now)
    declaration = Choice("type", now, help=_TYPE_HELP[kind], options=options)
    return Place(section, title, Address(uid, "field", special), declaration, "", special=special)


_TYPE_HELP: Final[Mapping[str, str]] = {
    "generator": "What makes the objects; another type keeps the values that it understands.",
    "placement": "How the objects are put into the scene; another one keeps the values that it understands.",
    "environment": "What this brings; another type keeps the values that it understands.",
    "effect": "What happens to the picture; another type keeps the values that it understands.",
}


def class_words(project: Project, now: str | ClassFromAttribute) -> tuple[tuple[str, ...], str]:
    """Return the classes that may be chosen, and the word for the one that holds."""
    words = (*(row.name for row in project.classes), UNLABELLED)
    if isinstance(now, ClassFromAttribute):
        word = BY_ATTRIBUTE + now.attribute
        return (*words, word), word
    return (words if now in words else (*words, now)), now


def _class(project: Project, uid: str, now: str | ClassFromAttribute, help_text: str) -> Place:
    options, word = class_words(project, now)
    declaration = Choice("class", word, help=help_text, options=options)
    return Place("object", "General", Address(uid, "field", "class_"), declaration, "", special="class")


def _group(
    project: Project, registry: PluginRegistry, group: ObjectGroup, slots: Sequence[str]
) -> tuple[list[Place], str]:
    uid = group.uid
    places = [
        _typed(registry, "generator", uid, "type", group.type, "object", "General"),
        _class(project, uid, group.class_, "What the objects are labelled as; unlabelled objects only hide others."),
        Place("object", "General", Address(uid, "field", "count"), COUNT, f"{uid}/count", special="count"),
    ]
    missing = []
    try:
        declared = registry.parameters("generator", group.type)
        title = plugin_label(registry, "generator", group.type)
        places += _grouped(uid, "parameters", uid, title, declared, per_object=True)
    except PluginError as error:
        missing.append(str(error))
    node = group.placement
    places.append(_typed(registry, "placement", uid, "placement_type", node.type, "placement", "Placement"))
    try:
        wide = registry.parameters("placement", node.type)
        each = registry.per_object_parameters(node.type)
        for declared, per_object in ((wide, False), (each, True)):
            places += [
                Place(
                    "placement",
                    "Placement",
                    Address(uid, "placement", p.name),
                    p,
                    f"{node.uid}/{p.name}",
                    per_object=per_object,
                    heading="Each object" if per_object else p.group,
                )
                for p in declared
            ]
    except PluginError as error:
        missing.append(str(error))
    places += _motion(uid, bool(group.motion))
    for slot in dict.fromkeys(("*", *group.materials, *slots)):
        places += _slot(uid, slot)
    return places, "; ".join(missing)


@cache
def _slot(uid: str, slot: str) -> tuple[Place, ...]:
    title = "Material" if slot == "*" else f"Material of {readable(slot).lower()}"
    return tuple(
        Place(
            f"materials/{slot}",
            title,
            Address(uid, f"materials/{slot}", p.name),
            p,
            f"{uid}/materials/{slot}/{p.name}",
            per_object=True,
            heading=p.group,
            fill=False,
        )
        for p in MATERIAL_PARAMETERS
    )


@cache
def _motion(uid: str, told: bool) -> tuple[Place, ...]:
    """Return the rows of motion; a group that is told nothing of it draws nothing for it."""
    return tuple(
        Place(
            "motion", "Motion", Address(uid, "motion", p.name), p, f"{uid}/motion/{p.name}", per_object=True, fill=told
        )
        for p in MOTION_PARAMETERS
    )


def _camera(project: Project) -> tuple[list[Place], str]:
    camera = project.camera
    rig = camera.rig
    options = tuple(RIGS) if rig.type in RIGS else (*RIGS, rig.type)
    declaration = Choice("type", rig.type, help="How the camera's place is said.", options=options)
    places = [Place("rig", "Rig", Address(CAMERA, "field", "rig_type"), declaration, "", special="rig_type")]
    found = RIGS.get(rig.type)
    if found is not None:
        places += [
            Place("rig", "Rig", Address(CAMERA, "rig", p.name), p, f"{rig.uid}/{p.name}", heading=p.group)
            for p in found.parameters
        ]
    places += [
        Place("lens", "Lens", Address(CAMERA, "lens", p.name), p, f"{camera.uid}/lens/{p.name}", heading=p.group)
        for p in LENS_PARAMETERS
    ]
    for view in camera.views:
        section, title = f"views/{view.uid}", f"View {view.name}"
        places += [
            Place(section, title, Address(CAMERA, section, p.name), p, f"{view.uid}/{p.name}", heading=p.group)
            for p in VIEW_PARAMETERS
        ]
    return places, "" if found is not None else f"there is no rig named {rig.type!r}"


ICONS: Final[Mapping[str, str]] = {
    "environment": "weather-partly-cloudy",
    "lights": "lightbulb-outline",
    "stage": "table-furniture",
    "objects": "cube-outline",
    "effects": "auto-fix",
    CAMERA: "video-outline",
}
assert set(LISTS) < set(ICONS)
