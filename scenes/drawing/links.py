"""Finds what each `linked` expression names, refuses what it may not name, and orders them so that each comes after
what it needs.

A link reads numbers only. Nothing outside an object's own group may read a value that differs from object to object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from myriorama.scenes.drawing.cells import Cell, Entry
from myriorama.scenes.drawing.owners import Owner
from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters.expressions import Expression, Reference
from myriorama.scenes.parameters.schema import Float, Int, Scope
from myriorama.scenes.parameters.wording import suggestion

_WIDTH: Final[dict[Scope, int]] = {"dataset": 0, "sample": 1, "object": 2}


@dataclass(frozen=True)
class Link:
    """A computed cell, resolved.

    Attributes
    ----------
    names : mapping
        Reference -> cell.
    scope : str
        ``object`` where it has to be computed for each object.
    """

    cell: int
    expression: Expression
    names: Mapping[Reference, int]
    scope: Scope


@dataclass
class LinkSolver:
    """Resolves all links of a project.

    Attributes
    ----------
    owner_of : sequence of Owner
        By cell.
    entries : mapping
        Owner key -> its entries by name.
    unread : frozenset of str
        References (``@uid``) of nodes whose plugin is unknown: links to them are not complained about twice.
    """

    owners: Sequence[Owner]
    owner_of: Sequence[Owner]
    cells: Sequence[Cell]
    entries: Mapping[str, Mapping[str, Entry]]
    unread: frozenset[str]
    order: list[Link] = field(default_factory=list)
    problems: list[tuple[bool, Problem]] = field(default_factory=list)
    _scopes: dict[int, Scope] = field(default_factory=dict)
    _links: dict[int, Link] = field(default_factory=dict)

    def solve(self) -> None:
        """Fill `order` and `problems`."""
        by_key = {owner.key: owner for owner in self.owners}
        by_reference: dict[str, list[Owner]] = {}
        for owner in self.owners:
            if owner.reference:
                by_reference.setdefault(owner.reference, []).append(owner)
        named: dict[int, dict[Reference, int]] = {}
        for number, cell in enumerate(self.cells):
            linked = cell.linked
            if linked is None:
                continue
            named[number] = {}
            for reference in linked.expression.references():
                own = self.owner_of[number]
                if reference.owner:
                    candidates = by_reference.get(reference.owner, [])
                else:
                    candidates = [own, *(by_key[key] for key in own.beside if key in by_key)]
                found = self._find(cell, reference, candidates, by_reference)
                if found is not None:
                    named[number][reference] = found
        self._sort(named)

    def scope_of(self, number: int) -> Scope:
        """Return how far a cell's value reaches; only after `solve`."""
        return self._scopes.get(number, self.cells[number].scope)

    def _tell(self, cell: Cell, message: str, allowed: str = "") -> None:
        assert cell.linked is not None
        text = cell.linked.expression.text
        self.problems.append((cell.enabled, Problem(f"{cell.place}.linked", message, f'"{text}"', allowed)))

    def _find(
        self, cell: Cell, reference: Reference, candidates: Sequence[Owner], by_reference: Mapping[str, object]
    ) -> int | None:
        if reference.owner and not candidates:
            if reference.owner not in self.unread:
                known = sorted(by_reference)
                hint = suggestion(reference.owner, known) + "; put blanks around a minus"
                self._tell(cell, f"there is no {reference.owner} to take {reference.parameter} from", hint)
            return None
        for owner in candidates:
            entry = self.entries.get(owner.key, {}).get(reference.parameter)
            if entry is not None:
                if entry.is_list or not isinstance(entry.declaration, Float | Int) or not entry.cells:
                    kind = entry.declaration.kind
                    self._tell(cell, f"{reference} is no number but a {kind} parameter", "float and int parameters")
                    return None
                return entry.cells[0]
        if reference.owner not in self.unread:
            names = [
                name
                for owner in candidates
                for name, entry in self.entries.get(owner.key, {}).items()
                if isinstance(entry.declaration, Float | Int)
            ]
            self._tell(cell, f"there is no parameter {reference}", suggestion(reference.parameter, names))
        return None

    def _sort(self, named: Mapping[int, Mapping[Reference, int]]) -> None:
        """Depth first, without recursion: a chain of links may be as long as the project."""
        done: set[int] = set()
        told: set[frozenset[int]] = set()
        for root in named:
            stack: list[tuple[int, list[int]]] = []
            waiting: dict[int, None] = {}
            if root not in done:
                stack.append((root, list(named[root].values())))
                waiting[root] = None
            while stack:
                number, rest = stack[-1]
                if rest:
                    following = rest.pop(0)
                    if following in waiting:
                        chain = list(waiting)
                        cycle = chain[chain.index(following) :]
                        if frozenset(cycle) not in told:
                            told.add(frozenset(cycle))
                            around = " -> ".join(self.cells[n].path for n in (*cycle, following))
                            self._tell(self.cells[following], f"the links run in a circle: {around}")
                    elif following in named and following not in done:
                        stack.append((following, list(named[following].values())))
                        waiting[following] = None
                    continue
                stack.pop()
                del waiting[number]
                done.add(number)
                self._finish(number, named[number])

    def _finish(self, number: int, names: Mapping[Reference, int]) -> None:
        cell = self.cells[number]
        assert cell.written is not None
        assert cell.linked is not None
        own: Scope = "dataset"
        if cell.written.scope is not None or cell.written.chance < 1.0:
            own = cell.scope
        widest = own
        for reference, target in names.items():
            scope = self.scope_of(target)
            if _WIDTH[scope] > _WIDTH[widest]:
                widest = scope
            if scope != "object":
                if cell.written.scope == "dataset" and scope == "sample":
                    self._tell(cell, f"{reference} differs from sample to sample", "values of scope dataset")
                continue
            other = self.cells[target]
            if not cell.per_object or cell.group != other.group:
                message = f"{reference} differs from object to object, so there is no one value to take"
                self._tell(cell, message, 'a value of scope sample or dataset: add "scope": "sample" to it')
            elif cell.written.scope not in (None, "object"):
                message = f"{reference} differs from object to object, but this value has scope {cell.written.scope}"
                self._tell(cell, message, "scope object")
        self._scopes[number] = widest
        self.order.append(Link(number, cell.linked.expression, names, widest))
