"""Holds a whole project against the plugins, rigs, materials and files that it names, before any work begins.

It draws nothing and builds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.drawing.compile import Compiled, compile_project
from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.parameters.fit import fit_literal
from myriorama.scenes.parameters.schema import by_name
from myriorama.scenes.parameters.wording import shown, suggestion
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.structure import structure_problems
from myriorama.scenes.registry import EffectStage, PluginKind, Registry

if TYPE_CHECKING:
    from myriorama.scenes.project.optics import OpticsFindings


def project_problems(
    project: Project, registry: Registry, store: AssetStore | None, shipped: Shipped | None = None
) -> list[Problem]:
    """Return everything that is wrong with a project; see `check_project`."""
    return project_findings(project, registry, store, shipped)[0]


def project_findings(
    project: Project, registry: Registry, store: AssetStore | None, shipped: Shipped | None = None
) -> tuple[list[Problem], list[Problem]]:
    """Return everything that is wrong with a project, and what else a person would want to know of one that is right.

    The second are doubts: some of the values that may be drawn make no picture, or a list says otherwise than what
    happens. They keep nothing from being rendered.
    """
    problems = structure_problems(project.model_dump(by_alias=True))
    compiled, more = compile_project(project, registry, store, shipped)
    problems += more
    problems += effect_problems(project, registry)
    problems += _output_problems(project, registry)
    if problems:
        return list(dict.fromkeys(problems)), []
    optics = _optics(project, registry, compiled)
    return list(optics.problems), [*late_optics(project, registry), *optics.doubts]


def check_project(
    project: Project,
    registry: Registry,
    store: AssetStore | None,
    shipped: Shipped | None = None,
    *,
    file: str = "",
) -> None:
    """Refuse a project that could not be drawn.

    Parameters
    ----------
    store : AssetStore or None
        None: file references are not looked up, and folders are refused.
    shipped : Shipped or None
        Declarations of rigs, lens and materials; None means the built-in ones.
    file : str
        The project's file, named in messages.

    Raises
    ------
    ProjectError
        With every problem found.
    """
    problems = project_problems(project, registry, store, shipped)
    if problems:
        raise ProjectError([replace(p, file=p.file or file) for p in problems])


def effect_problems(project: Project, registry: Registry) -> Iterator[Problem]:
    """Hold the order of the effects against their stages: linear light, then one curve, then the picture."""
    known = registry.names("effect")
    behind: tuple[int, str, EffectStage] | None = None
    for i, node in enumerate(project.effects):
        if not node.enabled or node.type not in known:
            continue
        stage = registry.effect_stage(node.type)
        place = f"effects[{i}]"
        if behind is None:
            behind = (i, node.type, stage) if stage in ("curve", "picture") else None
        elif stage in ("light", "curve"):
            at, name, before = behind
            if stage == "curve" and before == "curve":
                message = f"a picture has one tone curve, and effects[{at}] ({name}) is one already"
                yield Problem(place, message, shown(node.type), "one of the two, the other switched off or removed")
                continue
            does = "is a tone curve" if stage == "curve" else "works in linear light"
            of = "is the tone curve" if before == "curve" else "works on the finished picture"
            message = f"this effect {does}, and effects[{at}] ({name}) before it {of}"
            yield Problem(place, message, shown(node.type), f"to stand before effects[{at}]: move it up")


def late_optics(project: Project, registry: Registry) -> Iterator[Problem]:
    """Tell of optics that stand behind other effects: the camera has them before anything is rendered all the same."""
    known = registry.names("effect")
    front: int | None = None
    for i, node in enumerate(project.effects):
        if not node.enabled or node.type not in known:
            continue
        if registry.effect_stage(node.type) != "optics":
            front = i if front is None else front
        elif front is not None:
            first = f"effects[{front}] ({project.effects[front].type})"
            message = f"this effect belongs to the camera and works before anything is rendered, so before {first}"
            yield Problem(f"effects[{i}]", message, shown(node.type), f"to stand before effects[{front}]: move it up")


def _optics(project: Project, registry: Registry, compiled: Compiled) -> OpticsFindings:
    # Late, so that a project without optics is checked without cameras.
    from myriorama.scenes.project.optics import optics_findings

    return optics_findings(project, registry, compiled)


def _output_problems(project: Project, registry: Registry) -> Iterator[Problem]:
    yield from _option_problems(project, registry)
    classes = tuple(row.name for row in project.classes)
    for name in project.output.class_map:
        if name not in classes:
            message = "there is no class of this name"
            yield Problem(f"output.class_map.{name}", message, shown(name), suggestion(name, classes))
    wanted: tuple[tuple[str, PluginKind, tuple[str, ...]], ...] = (
        ("formats", "writer", project.output.formats),
        ("labels", "annotator", project.output.labels),
    )
    for key, kind, names in wanted:
        known = registry.names(kind)
        for i, name in enumerate(names):
            if name not in known:
                message = f"there is no {kind} of this name"
                yield Problem(f"output.{key}[{i}]", message, shown(name), suggestion(name, known))
            elif name in names[:i]:
                yield Problem(f"output.{key}[{i}]", "this is there twice", shown(name), "every name once")


def _option_problems(project: Project, registry: Registry) -> Iterator[Problem]:
    """Hold the writers' options against their declarations; nothing of a dataset's form is drawn."""
    for writer, options in project.output.writer_options.items():
        place = f"output.writer_options.{writer}"
        if writer not in registry.names("writer"):
            message = "there is no writer of this name"
            yield Problem(place, message, shown(writer), suggestion(writer, registry.names("writer")))
            continue
        declared = by_name(registry.parameters("writer", writer))
        for name, value in options.items():
            if name not in declared:
                message = f"writer {writer} has no such option"
                yield Problem(f"{place}.{name}", message, shown(name), suggestion(name, tuple(declared)))
                continue
            problem = fit_literal(value, declared[name], f"{place}.{name}")[1]
            if problem is not None:
                yield problem
