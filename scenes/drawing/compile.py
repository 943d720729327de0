"""From a project to cells, links and batches, with every problem on the way. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.drawing.cells import Cell, CellMaker, Entry, largest
from myriorama.scenes.drawing.files import Files
from myriorama.scenes.drawing.links import Link, LinkSolver
from myriorama.scenes.drawing.owners import Owner, Shipped, survey
from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.evenness import MAX_DIMENSIONS
from myriorama.scenes.parameters.schema import Scope
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry

MAX_OBJECTS = 100_000
"""Objects in one sample, all groups together."""


@dataclass(frozen=True)
class Compiled:
    """What drawing needs of a project.

    Attributes
    ----------
    scopes : tuple of str
        How far the value of each cell reaches.
    links : tuple of Link
        Each after those it needs.
    entries : mapping
        Owner key -> its entries by name.
    needed : frozenset of int
        Cells of enabled nodes, and those they are computed from.
    """

    cells: tuple[Cell, ...]
    scopes: tuple[Scope, ...]
    links: tuple[Link, ...]
    entries: Mapping[str, Mapping[str, Entry]]
    needed: frozenset[int]
    files: Files


def compile_project(
    project: Project, registry: Registry, store: AssetStore | None = None, shipped: Shipped | None = None
) -> tuple[Compiled, list[Problem]]:
    """Compile a project against its plugins' declarations.

    Parameters
    ----------
    shipped : Shipped or None
        Declarations of rigs, lens and materials; None means the built-in ones.

    Returns
    -------
    Compiled
        Of use only where there are no problems.
    list of Problem
        A node that is switched off is not held against its declarations, unless a link needs it.
    """
    files = Files(store)
    found = survey(project, registry, shipped)
    maker = CellMaker(files)
    owner_of: list[Owner] = []
    broken: set[int] = set()
    for owner in found.owners:
        told = len(maker.problems)
        maker.add(owner)
        new = range(len(owner_of), len(maker.cells))
        if len(maker.problems) > told:
            broken.update(new)
        owner_of += [owner] * len(new)
    problems = [*found.problems, *maker.problems]
    cells = _with_dimensions(maker.cells, problems)
    readable = {owner.reference for owner in found.owners}
    solver = LinkSolver(found.owners, owner_of, cells, maker.entries, _all_references(project) - readable)
    solver.solve()
    problems += solver.problems
    needed = _needed(cells, solver.order)
    for number in sorted(needed & broken):
        if not cells[number].enabled:
            message = "a link needs this value, and the node that holds it has problems although it is switched off"
            problems.append((True, Problem(cells[number].place, message)))
    problems += _count_problems(found.owners, cells, maker.entries)
    scopes = tuple(solver.scope_of(i) for i in range(len(cells)))
    links = tuple(link for link in solver.order if link.cell in needed)
    compiled = Compiled(tuple(cells), scopes, links, maker.entries, needed, files)
    return compiled, [problem for enabled, problem in problems if enabled]


def _all_references(project: Project) -> frozenset[str]:
    groups = (*project.stage, *project.objects)
    nodes = (project.camera.rig, *project.environment, *project.lights, *project.effects)
    uids = [n.uid for n in nodes] + [project.camera.uid] + [u for g in groups for u in (g.uid, g.placement.uid)]
    uids += [view.uid for view in project.camera.views]
    return frozenset(f"@{uid}" for uid in uids)


def _with_dimensions(cells: Sequence[Cell], problems: list[tuple[bool, Problem]]) -> list[Cell]:
    """Give every member of a joint sequence its dimension: the one it names, or the next free one by path."""
    out = list(cells)
    members: dict[str, list[int]] = {}
    for number, cell in enumerate(cells):
        if cell.written is not None and isinstance(cell.written.distribution, d.EvenGroup):
            members.setdefault(cell.written.distribution.group, []).append(number)
    for group, numbers in members.items():
        taken: dict[int, int] = {}
        open_ = []
        for number in sorted(numbers, key=lambda n: cells[n].path):
            dimension = _dimension(cells[number])
            place = f"{cells[number].place}.even_group"
            if dimension is None:
                open_.append(number)
            elif dimension in taken:
                message = f"this dimension of the even group is already that of {cells[taken[dimension]].place}"
                free = ", ".join(str(i) for i in range(MAX_DIMENSIONS) if i not in taken)
                problems.append((cells[number].enabled, Problem(place, message, str(dimension), free)))
            else:
                taken[dimension] = number
        free_dimensions = [i for i in range(MAX_DIMENSIONS) if i not in taken]
        taken.update(zip(free_dimensions, open_, strict=False))
        on = any(cells[n].enabled for n in numbers)
        if len(numbers) > MAX_DIMENSIONS:
            message = f"the even group {group} has {len(numbers)} members"
            problems.append((on, Problem(cells[numbers[0]].place, message, "", f"at most {MAX_DIMENSIONS}")))
        scopes = {cells[n].scope for n in numbers}
        if len(scopes) > 1:
            message = f"the members of the even group {group} have different scopes, so they cannot be even jointly"
            problems.append((on, Problem(cells[numbers[0]].place, message, ", ".join(sorted(scopes)), "one scope")))
        for numbered, member in taken.items():
            out[member] = replace(out[member], dimension=numbered)
    return out


def _dimension(cell: Cell) -> int | None:
    found = cell.written.distribution if cell.written is not None else None
    return found.dimension if isinstance(found, d.EvenGroup) else None


def _needed(cells: Sequence[Cell], links: Sequence[Link]) -> frozenset[int]:
    needed = {i for i, cell in enumerate(cells) if cell.enabled}
    for link in reversed(links):
        if link.cell in needed:
            needed.update(link.names.values())
    return frozenset(needed)


def _count_problems(
    owners: Sequence[Owner], cells: Sequence[Cell], entries: Mapping[str, Mapping[str, Entry]]
) -> list[tuple[bool, Problem]]:
    total = sum(
        largest(cells[entries[owner.key]["count"].cells[0]])
        for owner in owners
        if owner.enabled and owner.key != owner.path and "count" in owner.written
    )
    if total <= MAX_OBJECTS:
        return []
    message = "the groups together may ask for too many objects"
    return [(True, Problem("objects", message, f"{total:g}", f"at most {MAX_OBJECTS} in one sample"))]
