"""The smallest things that get a value: one cell for each plain parameter, one for each entry of a list.

Cells are made once for a project; they hold no drawn value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from myriorama.scenes.drawing.files import Files
from myriorama.scenes.drawing.owners import Owner, declared
from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.parameters.fit import (
    allowed,
    component,
    component_count,
    fit_distribution,
    fit_literal,
)
from myriorama.scenes.parameters.readers import LARGEST
from myriorama.scenes.parameters.schema import Bool, Direction, File, Parameter, Rotation, Scope
from myriorama.scenes.parameters.wording import shown, unknown_keys


@dataclass(frozen=True)
class Cell:
    """One value to be found.

    Attributes
    ----------
    path : str
        Key of its stream.
    place : str
        Where it stands in the file.
    per_object : bool
        It belongs to an object, so it may be drawn for each.
    written : Written or None
        None: `constant` is the value.
    otherwise : JSON value
        Canonical; the value where the chance fails.
    dimension : int
        Of its joint sequence (even_group).
    """

    path: str
    place: str
    declaration: Parameter
    group: int
    per_object: bool
    scope: Scope
    enabled: bool
    constant: Any = None
    written: d.Written | None = None
    otherwise: Any = None
    dimension: int = 0

    @property
    def linked(self) -> d.Linked | None:
        """Its link, if it is computed from others."""
        found = self.written.distribution if self.written is not None else None
        return found if isinstance(found, d.Linked) else None


@dataclass(frozen=True)
class Entry:
    """One parameter of an owner: a cell, or the cells of a list that together are its value."""

    name: str
    declaration: Parameter
    place: str
    cells: tuple[int, ...]
    is_list: bool

    @property
    def unit_length(self) -> bool:
        """The list is normalised after it is put together."""
        return self.is_list and isinstance(self.declaration, Direction | Rotation)


class CellMaker:
    """Collects cells, entries and problems, owner by owner."""

    def __init__(self, files: Files) -> None:
        self.cells: list[Cell] = []
        self.entries: dict[str, dict[str, Entry]] = {}
        self.problems: list[tuple[bool, Problem]] = []
        self._files = files

    def add(self, owner: Owner) -> None:
        """Make the cells of one owner."""
        entries = self.entries[owner.key] = {}
        known = {p.name for p in (*owner.per_sample, *owner.per_object)}
        unknown = [key for key in owner.written if key not in known]
        self._tell(owner, *unknown_keys(unknown, sorted(known), owner.place, f"{owner.title} has no such parameter"))
        for declaration, per_object in declared(owner):
            name = declaration.name
            if name in owner.written or owner.fill:
                written = owner.written.get(name, declaration.default)
                entries[name] = self._entry(owner, declaration, per_object, written)

    def _tell(self, owner: Owner, *problems: Problem) -> None:
        self.problems += [(owner.enabled, problem) for problem in problems]

    def _entry(self, owner: Owner, declaration: Parameter, per_object: bool, written: Any) -> Entry:
        place = f"{owner.place}.{declaration.name}"
        path = f"{owner.path}/{declaration.name}"
        count = component_count(declaration)
        if count and isinstance(written, list) and any(isinstance(v, dict) for v in written):
            if len(written) != count:
                self._tell(owner, Problem(place, f"{len(written)} entries", shown(written), allowed(declaration)))
                return Entry(declaration.name, declaration, place, (), True)
            part = component(declaration)
            cells = tuple(
                self._cell(owner, part, per_object, value, f"{path}/{i}", f"{place}[{i}]")
                for i, value in enumerate(written)
            )
            return Entry(declaration.name, declaration, place, cells, True)
        cell = self._cell(owner, declaration, per_object, written, path, place)
        return Entry(declaration.name, declaration, place, (cell,), False)

    def _cell(self, owner: Owner, declaration: Parameter, per_object: bool, value: Any, path: str, place: str) -> int:
        cell = Cell(path, place, declaration, owner.group, per_object, "dataset", owner.enabled)
        problems: list[Problem]
        if isinstance(value, dict):
            cell, problems = self._drawn(cell, value)
        else:
            constant, problems = self._literal(value, declaration, place)
            cell = replace(cell, constant=constant)
        self._tell(owner, *problems)
        self.cells.append(cell)
        return len(self.cells) - 1

    def _literal(self, value: Any, declaration: Parameter, place: str) -> tuple[Any, list[Problem]]:
        if value is None and declaration.default is None:
            return None, []
        if value is None and isinstance(declaration, File):
            return None, [Problem(place, f"this is no value for {declaration.name}", "null", allowed(declaration))]
        canonical, problem = fit_literal(value, declaration, place)
        if problem is not None:
            return None, [problem]
        if isinstance(declaration, File):
            if declaration.required and not canonical:
                return None, [Problem(place, "no file is named", '""', allowed(declaration))]
            return self._files.literal(canonical, place)
        return canonical, []

    def _drawn(self, cell: Cell, value: Mapping[str, Any]) -> tuple[Cell, list[Problem]]:
        written, problems = read_distribution(value, cell.place)
        if written is None:
            return cell, problems
        scope: Scope = written.scope or ("object" if cell.per_object else "sample")
        if scope == "object" and not cell.per_object:
            message = f"{cell.declaration.name} is not drawn for each object"
            return cell, [Problem(f"{cell.place}.scope", message, '"object"', "sample, dataset")]
        distribution, problems = fit_distribution(written.distribution, cell.declaration, cell.place)
        if isinstance(distribution, d.Folder | d.OneOf) and isinstance(cell.declaration, File):
            if isinstance(distribution, d.OneOf) and cell.declaration.required and "" in distribution.options:
                at = f"{cell.place}.{distribution.word}[{distribution.options.index('')}]"
                return cell, [Problem(at, "no file is named", '""', allowed(cell.declaration))]
            distribution, problems = self._files.fitted(distribution, cell.place)
        if distribution is None:
            return cell, problems
        otherwise: Any = False
        if written.chance < 1.0 and not isinstance(distribution, d.Chance):
            if written.has_otherwise:
                other, at = written.otherwise, f"{cell.place}.otherwise"
            else:
                other, at = cell.declaration.default, cell.place
            otherwise, problems = self._literal(other, cell.declaration, at)
        if isinstance(cell.declaration, Bool) and isinstance(distribution, d.Chance) and written.has_otherwise:
            problems = [*problems, Problem(cell.place, "a chance of true needs no otherwise", "", '{"chance": p}')]
        fitted = d.Written(distribution, written.chance, otherwise, True, written.scope)
        return replace(cell, written=fitted, otherwise=otherwise, scope=scope), problems


def largest(cell: Cell) -> float:
    """Return the largest number that a cell of a count can give, as far as it is known before drawing."""
    if cell.written is None:
        return float(cell.constant or 0)
    found = cell.written.distribution
    support = found.support()
    if support is not None:
        top = support[1]
    elif isinstance(found, d.OneOf):
        top = max((float(v) for v in found.options if v is not None), default=0.0)
    else:
        top = 0.0
    return min(max(top, float(cell.otherwise or 0)), LARGEST)
