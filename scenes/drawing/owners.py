"""Every place in a project that holds parameters, with the declarations that apply there.

Plugins are asked for their declarations and nothing else; none is run. A name that no plugin answers to is a problem
with near matches, and its parameters stay untouched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from myriorama.scenes.errors import PluginError, Problem
from myriorama.scenes.parameters.readers import LARGEST
from myriorama.scenes.parameters.schema import Float, Int, Parameter
from myriorama.scenes.parameters.wording import place_of, shown, suggestion
from myriorama.scenes.project.model import CameraNode, Node, ObjectGroup, Project
from myriorama.scenes.registry import PluginKind, Registry

MAX_COUNT: Final = 10_000
"""Objects in one group."""
COUNT: Final = Int("count", 1, help="How many objects the group has.", minimum=0, maximum=MAX_COUNT)
TAKEN_NAMES: Final = ("count", "materials")
"""Names in a group's drawn paths that a generator's parameter may not have."""


@dataclass(frozen=True)
class Shipped:
    """Declarations that are not a plugin's: rigs, the lens, material slots, motion, views."""

    rigs: Mapping[str, tuple[Parameter, ...]]
    lens: tuple[Parameter, ...]
    material: tuple[Parameter, ...]
    motion: tuple[Parameter, ...] = ()
    view: tuple[Parameter, ...] = ()


def shipped_declarations() -> Shipped:
    """Return the declarations of the built-in rigs, lens, materials, motion and views."""
    # Late, so that reading and checking a file needs no geometry, and no import can run in a circle.
    from myriorama.scenes.assembly.motion import MOTION_PARAMETERS
    from myriorama.scenes.cameras.rigs import LENS_PARAMETERS, RIGS
    from myriorama.scenes.cameras.views import VIEW_PARAMETERS
    from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS

    rigs = MappingProxyType({name: tuple(rig.parameters) for name, rig in RIGS.items()})
    alone = (tuple(LENS_PARAMETERS), tuple(MATERIAL_PARAMETERS), tuple(MOTION_PARAMETERS), tuple(VIEW_PARAMETERS))
    return Shipped(rigs, *alone)


@dataclass(frozen=True)
class Owner:
    """One table of parameters.

    Attributes
    ----------
    key : str
        Tells it from all others: its path, or ``uid/count``.
    path : str
        Start of its drawn paths: ``uid``, ``uid/materials/slot``, ``uid/motion``, ``uid/lens``, ``project``.
    reference : str
        What stands before the dot in a link: ``@uid``, ``project``; empty where links cannot name it.
    place : str
        Where its table stands in the file.
    title : str
        For messages: ``generator mug``.
    per_sample, per_object : tuple of Parameter
        By the scope that they have by themselves.
    group : int
        Position of its group among all groups, stage first; -1 for none.
    beside : tuple of str
        Keys of further owners whose parameters a link may name as siblings, nearest first.
    fill : bool
        Parameters that the file leaves out take their default; a material slot leaves them to its generator.
    """

    key: str
    path: str
    reference: str
    place: str
    title: str
    written: Mapping[str, Any]
    per_sample: tuple[Parameter, ...] = ()
    per_object: tuple[Parameter, ...] = ()
    group: int = -1
    beside: tuple[str, ...] = ()
    fill: bool = True
    enabled: bool = True


@dataclass
class Survey:
    """The owners of a project in file order, and what was wrong while they were looked up."""

    registry: Registry
    shipped: Shipped
    owners: list[Owner] = field(default_factory=list)
    problems: list[tuple[bool, Problem]] = field(default_factory=list)
    """With each problem: does its node take part?"""

    def project(self, project: Project) -> None:
        """Look up everything."""
        free = tuple(project_parameter(name) for name in project.parameters)
        self.owners.append(
            Owner("project", "project", "project", "parameters", "the project", project.parameters, free)
        )
        self._camera(project.camera)
        for key in ("environment", "lights"):
            for i, node in enumerate(getattr(project, key)):
                self._node("environment", node, place_of((key, i)))
        number = 0
        for key in ("stage", "objects"):
            for i, group in enumerate(getattr(project, key)):
                self._group(group, place_of((key, i)), number)
                number += 1
        for i, node in enumerate(project.effects):
            self._node("effect", node, place_of(("effects", i)))

    def _declared(self, kind: PluginKind, name: str, place: str, enabled: bool) -> tuple[Parameter, ...] | None:
        try:
            return tuple(self.registry.parameters(kind, name))
        except PluginError as error:
            self.problems.append((enabled, Problem(f"{place}.type", str(error), shown(name))))
            return None

    def _node(self, kind: PluginKind, node: Node, place: str) -> None:
        declared = self._declared(kind, node.type, place, node.enabled)
        if declared is not None:
            self.owners.append(
                Owner(
                    node.uid,
                    node.uid,
                    f"@{node.uid}",
                    f"{place}.parameters",
                    f"{kind} {node.type}",
                    node.parameters,
                    declared,
                    enabled=node.enabled,
                )
            )

    def _camera(self, camera: CameraNode) -> None:
        rig = camera.rig
        declared = self.shipped.rigs.get(rig.type)
        if declared is None:
            hint = suggestion(rig.type, list(self.shipped.rigs))
            problem = Problem("camera.rig.type", f"there is no rig named {rig.type!r}", shown(rig.type), hint)
            self.problems.append((True, problem))
        else:
            place = "camera.rig.parameters"
            self.owners.append(
                Owner(rig.uid, rig.uid, f"@{rig.uid}", place, f"rig {rig.type}", rig.parameters, declared)
            )
        key = f"{camera.uid}/lens"
        lens = Owner(key, key, f"@{camera.uid}", "camera.lens", "the lens", camera.lens, self.shipped.lens)
        self.owners.append(lens)
        for i, view in enumerate(camera.views):
            place = f"{place_of(('camera', 'views', i))}.parameters"
            title = f"view {view.name}"
            self.owners.append(
                Owner(view.uid, view.uid, f"@{view.uid}", place, title, view.parameters, self.shipped.view)
            )

    def _group(self, group: ObjectGroup, place: str, number: int) -> None:
        on = group.enabled
        count_key = f"{group.uid}/count"
        counted = Owner(
            count_key,
            group.uid,
            f"@{group.uid}",
            place,
            "the group",
            {"count": group.count},
            (COUNT,),
            group=number,
            beside=(group.uid,),
            enabled=on,
        )
        self.owners.append(counted)
        declared = self._declared("generator", group.type, place, on)
        if declared is not None:
            for name in sorted({p.name for p in declared} & set(TAKEN_NAMES)):
                message = f"generator {group.type} declares a parameter {name}, a word that the group itself uses"
                self.problems.append((on, Problem(f"{place}.type", message, shown(group.type), "another generator")))
            self.owners.append(
                Owner(
                    group.uid,
                    group.uid,
                    f"@{group.uid}",
                    f"{place}.parameters",
                    f"generator {group.type}",
                    group.parameters,
                    per_object=declared,
                    group=number,
                    beside=(count_key,),
                    enabled=on,
                )
            )
        for slot, written in group.materials.items():
            key = f"{group.uid}/materials/{slot}"
            self.owners.append(
                Owner(
                    key,
                    key,
                    "",
                    f"{place}.{place_of(('materials', slot))}",
                    "a material",
                    written,
                    per_object=self.shipped.material,
                    group=number,
                    beside=(group.uid,),
                    fill=False,
                    enabled=on,
                )
            )
        if group.motion:
            # A group that says nothing of motion has nothing drawn for it: recipes from before stay as they were.
            key = f"{group.uid}/motion"
            self.owners.append(
                Owner(
                    key,
                    key,
                    "",
                    f"{place}.motion",
                    "motion",
                    group.motion,
                    per_object=self.shipped.motion,
                    group=number,
                    beside=(group.uid,),
                    enabled=on,
                )
            )
        node = group.placement
        wide = self._declared("placement", node.type, f"{place}.placement", on)
        if wide is not None:
            self.owners.append(
                Owner(
                    node.uid,
                    node.uid,
                    f"@{node.uid}",
                    f"{place}.placement.parameters",
                    f"placement {node.type}",
                    node.parameters,
                    wide,
                    tuple(self.registry.per_object_parameters(node.type)),
                    group=number,
                    beside=(group.uid,),
                    enabled=on,
                )
            )


def project_parameter(name: str) -> Float:
    """Return the declaration of a project's own named number."""
    return Float(name, 0.0, help="A number of the project that links may name.", minimum=-LARGEST, maximum=LARGEST)


def survey(project: Project, registry: Registry, shipped: Shipped | None = None) -> Survey:
    """Return every owner of a project."""
    found = Survey(registry, shipped if shipped is not None else shipped_declarations())
    found.project(project)
    return found


def declared(owner: Owner) -> Iterator[tuple[Parameter, bool]]:
    """Yield the owner's declarations, with whether each is drawn per object by itself."""
    yield from ((p, False) for p in owner.per_sample)
    yield from ((p, True) for p in owner.per_object)
