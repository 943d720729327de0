"""Draws values of effects anew for a picture that is there already: other values from the ranges of the same project.

It redraws nothing that has to do with anything but these effects: a value that a link ties to the camera, a light or an
object stays as it was drawn for the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from myriorama.scenes.drawing.compile import Compiled, compile_project
from myriorama.scenes.drawing.plan import Plan
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.parameters.schema import File
from myriorama.scenes.parameters.wording import place_of
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry

MAX_EPOCH: Final = 2**31 - 1
_ATTEMPT_BITS: Final = 32
_PROJECT: Final = "project"
"""Key of the owner of a project's own named numbers."""


class EffectValues:
    """Other values for the effects of one project.

    Parameters
    ----------
    project : Project
    registry : Registry
        Knows the effects; other plugins of the project need not be there.

    Raises
    ------
    ProjectError
        What the project says of an effect does not fit the effect's declarations.
    """

    def __init__(self, project: Project, registry: Registry) -> None:
        self._project = project
        self._registry = registry
        self._compiled, problems = compile_project(project, registry, None)
        self._problems = tuple(problems)
        self._plan_of = lru_cache(maxsize=16)(self._planned)

    def __getstate__(self) -> tuple[Project, Registry]:
        return self._project, self._registry

    def __setstate__(self, state: tuple[Project, Registry]) -> None:
        self.__init__(*state)  # type: ignore[misc]  # compiling again is all that it takes

    def draw(self, uids: Iterable[str], index: int, attempt: int, epoch: int) -> dict[str, dict[str, Any]]:
        """Return the values that are drawn anew, by effect and name; what is not here stays.

        Parameters
        ----------
        uids : iterable of str
            The effects that are drawn again; a link between two of them holds for the new values.
        index, attempt : int
            Of the picture.
        epoch : int
            From 1; each gives other values, and the same ones every time.

        Raises
        ------
        ProjectError
            A computed value leaves its limits, or an effect's text has problems.
        ValueError
            The epoch is not in [1, 2**31).
        """
        if not 1 <= epoch <= MAX_EPOCH:
            raise ValueError(f"an epoch lies in [1, {MAX_EPOCH}], not {epoch}")
        plan, names = self._plan_of(tuple(uids))
        return plan.values_of(names, index, attempt + (epoch << _ATTEMPT_BITS))

    def _planned(self, uids: tuple[str, ...]) -> tuple[Plan, Mapping[str, tuple[str, ...]]]:
        """Return a plan of these effects' free values alone, and their names."""
        at = [place_of(("effects", i)) for i, node in enumerate(self._project.effects) if node.uid in uids]
        wrong = [p for p in self._problems if any(p.place == place or p.place.startswith(f"{place}.") for place in at)]
        if wrong:
            raise ProjectError(wrong)
        compiled = self._compiled
        tied = _tied(compiled, uids)
        names: dict[str, tuple[str, ...]] = {}
        needed: set[int] = set()
        for uid in uids:
            free = {
                name: entry.cells
                for name, entry in compiled.entries.get(uid, {}).items()
                if not tied.intersection(entry.cells) and any(_varies(compiled, n) for n in entry.cells)
            }
            names[uid] = tuple(free)
            needed.update(n for cells in free.values() for n in cells)
        for link in reversed(compiled.links):
            if link.cell in needed:
                needed.update(link.names.values())
        links = tuple(link for link in compiled.links if link.cell in needed)
        return Plan(self._project, replace(compiled, needed=frozenset(needed), links=links)), names


def _varies(compiled: Compiled, cell: int) -> bool:
    return compiled.cells[cell].written is not None and compiled.scopes[cell] != "dataset"


def _tied(compiled: Compiled, uids: tuple[str, ...]) -> frozenset[int]:
    """Return the cells that hang together with something else than these effects, which stays as it is."""
    own = {n for key in (*uids, _PROJECT) for entry in compiled.entries.get(key, {}).values() for n in entry.cells}
    linked = {link.cell for link in compiled.links}
    tied = {
        n
        for n, cell in enumerate(compiled.cells)
        if n not in own or isinstance(cell.declaration, File) or (cell.linked is not None and n not in linked)
    }
    chains = [{link.cell, *(n for n in link.names.values() if _varies(compiled, n))} for link in compiled.links]
    while True:
        more = {n for chain in chains if chain & tied for n in chain} - tied
        if not more:
            return frozenset(tied)
        tied |= more
