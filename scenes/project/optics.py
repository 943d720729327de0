"""Tries a project's lenses and shutters on its camera before a sample is made: what cannot go together, what folds.

It runs shipped effects alone and builds no scene; what a third party's optics would do it does not guess.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.lens import camera_with_lens
from myriorama.scenes.cameras.views import lens_of_view
from myriorama.scenes.drawing.cells import Cell
from myriorama.scenes.drawing.compile import Compiled
from myriorama.scenes.drawing.plan import Plan
from myriorama.scenes.errors import PluginError, Problem, ProjectError
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.model import Node, Project
from myriorama.scenes.registry import Registry

_MOST_CORNERS: Final = 64
_DRAWS: Final = 16
_MORE_DRAWS: Final = 64
"""Where links tie values together, ends cannot be set one by one: draws stand for them."""
Trial: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Owner's key -> its values by name."""


@dataclass(frozen=True)
class OpticsFindings:
    """What was found.

    Attributes
    ----------
    problems : tuple of Problem
        No sample can be made.
    doubts : tuple of Problem
        Some samples cannot, or their pictures keep black borders.
    """

    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Fault:
    """What went wrong with one effect in one trial."""

    at: int
    message: str
    allowed: str
    refused: bool


def optics_findings(project: Project, registry: Registry, compiled: Compiled) -> OpticsFindings:
    """Try the optics of a project that compiles without problems.

    Literal values are tried as they are. Of random ones the ends of all ranges are tried together (where they are too
    many, one by one against the lowest and the highest of all others), and some draws.
    """
    optics = _optics_of(project, registry)
    if not optics:
        return OpticsFindings()
    owners = {f"{project.camera.uid}/lens": "", **dict.fromkeys([v.uid for v in project.camera.views], "")}
    owners |= dict.fromkeys([node.uid for _, node in optics], "")
    random = _random_cells(compiled, tuple(owners))
    trials = list(_trials(project, compiled, tuple(owners), random))
    faults: dict[int, list[tuple[_Fault, Trial]]] = {}
    for trial in trials:
        fault = _tried(project, registry, optics, trial)
        if fault is not None:
            faults.setdefault(fault.at, []).append((fault, trial))
    problems: list[Problem] = []
    doubts: list[Problem] = []
    for i, found in sorted(faults.items()):
        refused = [pair for pair in found if pair[0].refused]
        certain = bool(trials) and len(refused) == len(trials)
        fault, trial = (refused or found)[0]
        node = project.effects[i]
        if certain or (not random and not fault.refused):
            told = Problem(f"effects[{i}]", fault.message, shown(node.type), fault.allowed)
        else:
            values = ", ".join(f"{name} {_short(trial[key][name])}" for key, name, _ in random)
            message = f"for some of the values that may be drawn, {fault.message}"
            told = Problem(f"effects[{i}]", message, values, fault.allowed)
        (problems if certain else doubts).append(told)
    return OpticsFindings(tuple(problems), tuple(doubts))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _optics_of(project: Project, registry: Registry) -> list[tuple[int, Node]]:
    known = registry.names("effect")
    found = [
        (i, node)
        for i, node in enumerate(project.effects)
        if node.enabled and node.type in known and registry.effect_stage(node.type) == "optics"
    ]
    shipped = registry.shipped("effect") if found else ()
    return [(i, node) for i, node in found if node.type in shipped]


def _random_cells(compiled: Compiled, owners: Sequence[str]) -> list[tuple[str, str, Cell]]:
    """Return owner, name and cell of every value that is drawn or computed."""
    return [
        (key, name, compiled.cells[number])
        for key in owners
        for name, entry in compiled.entries[key].items()
        for number in entry.cells
        if compiled.cells[number].written is not None
    ]


def _trials(
    project: Project, compiled: Compiled, owners: Sequence[str], random: Sequence[tuple[str, str, Cell]]
) -> Iterator[Trial]:
    plan = Plan(project, compiled)
    names = {key: tuple(compiled.entries[key]) for key in owners}
    tied = any(cell.linked is not None for _, _, cell in random)
    views = max(1, len(project.camera.views))
    first = None
    for scene in range(1 if not random else _MORE_DRAWS if tied else _DRAWS):
        try:
            drawn = plan.values_of(names, scene * views)
        except ProjectError:
            continue  # a computed value that leaves its limits is told by whoever draws that sample
        first = first or drawn
        yield drawn
    if first is None or not random or tied:
        return
    for corner in _corners([_extremes(cell) for _, _, cell in random]):
        values = {key: dict(held) for key, held in first.items()}
        for (key, name, _), value in zip(random, corner, strict=True):
            values[key][name] = value
        yield values


def _corners(extremes: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    number = 1
    for ends in extremes:
        number *= len(ends)
    if number <= _MOST_CORNERS:
        yield from itertools.product(*extremes)
        return
    for base in (tuple(ends[0] for ends in extremes), tuple(ends[-1] for ends in extremes)):
        yield base
        for i, ends in enumerate(extremes):
            for value in ends:
                yield (*base[:i], value, *base[i + 1 :])


def _extremes(cell: Cell) -> tuple[Any, ...]:
    """Return the ends of what a cell may give, or all of it."""
    assert cell.written is not None
    found = cell.written.distribution
    support = found.support()
    if support is not None:
        ends = tuple(dict.fromkeys(support))
    elif isinstance(found, d.OneOf):
        ends = tuple(v for v in found.options if v is not None)
    else:
        ends = ()
    return (*ends, cell.otherwise) if cell.written.chance < 1.0 or not ends else ends


def _tried(project: Project, registry: Registry, optics: Sequence[tuple[int, Node]], trial: Trial) -> _Fault | None:
    """Return what goes wrong first, for the rig's lens or that of any view."""
    size = project.output.width, project.output.height
    lens = trial[f"{project.camera.uid}/lens"]
    for view in project.camera.views or (None,):
        own = lens if view is None else lens_of_view(lens, trial[view.uid])
        camera = camera_with_lens(np.eye(4), own, *size)
        fault = _worn(camera, registry, optics, trial)
        if fault is not None:
            return fault
    return None


def _worn(camera: Camera, registry: Registry, optics: Sequence[tuple[int, Node]], trial: Trial) -> _Fault | None:
    out = camera
    for number, (i, node) in enumerate(optics):
        before = out
        try:
            out = registry.effect(node.type).equip(trial[node.uid], out)
        except PluginError as error:
            reason, _, way_out = str(error).removeprefix(f"effect {node.type!r}: ").partition("; ")
            partner = _partner(camera, registry, optics[: number + 1], trial)
            if partner is None:
                return _Fault(i, reason, way_out.removeprefix("choose "), refused=True)
            at, other = partner
            message = f"{reason.removesuffix(' from an effect before')} already, from effects[{at}] ({other.type})"
            return _Fault(i, message, "one of the two, the other switched off or removed", refused=True)
        if out.distortion is not None and before.distortion is None:
            fault = _borders(i, node, out)
            if fault is not None:
                return fault
    return None


def _partner(
    camera: Camera, registry: Registry, optics: Sequence[tuple[int, Node]], trial: Trial
) -> tuple[int, Node] | None:
    """Return the earlier effect without which the last one can be had."""
    for left_out in optics[:-1]:
        out = camera
        try:
            for pair in optics:
                if pair is not left_out:
                    out = registry.effect(pair[1].type).equip(trial[pair[1].uid], out)
        except PluginError:
            continue
        return left_out
    return None


def _borders(i: int, node: Node, camera: Camera) -> _Fault | None:
    """Return that a lens leaves corners of the picture black because it would fold them; a fisheye's circle is meant.

    The lens is asked at the corners and the middles of the edges.
    """
    assert camera.distortion is not None
    if camera.distortion.model != "brown_conrady":
        return None
    across, down = (0.5, 0.5 * camera.width, camera.width - 0.5), (0.5, 0.5 * camera.height, camera.height - 0.5)
    border = np.array([(x, y) for x in across for y in down], dtype=np.float64)
    directions = camera.rays(border).directions
    if np.isfinite(directions).all():
        return None
    limit = np.degrees(camera.distortion.limit_rad)
    message = f"the picture's border stays black: the lens folds from {limit:.1f} degrees off the axis on"
    way_out = "weaker coefficients, a higher term that opposes them, or a narrower field of view"
    return _Fault(i, message, way_out, refused=False)
