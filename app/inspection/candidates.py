"""Holds a candidate value against its declaration by the very code that loading uses, and says why it is refused.

It moves no value inside its limits and asks no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from myriorama.app.document.addresses import MISSING
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.drawing.cells import Cell, CellMaker
from myriorama.scenes.drawing.compile import compile_project
from myriorama.scenes.drawing.files import Files
from myriorama.scenes.drawing.owners import Owner
from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.parameters.fit import fit_distribution
from myriorama.scenes.parameters.schema import File, Parameter
from myriorama.scenes.project.model import Project, plain_json

_KEY: Final = "x"
TANGLED: Final = ("linked", "even_group")
"""Distributions that only the whole project can judge."""


def cells_of(
    value: Any, declaration: Parameter, *, per_object: bool, path: str = ""
) -> tuple[list[Cell], list[Problem]]:
    """Return the value as drawing sees it, one cell or one for each entry of a list, and what is wrong with it.

    Parameters
    ----------
    path : str
        Key of its stream of draws.
    """
    alone = (declaration,)
    owner = Owner(
        _KEY,
        path.rpartition("/")[0] if path else _KEY,
        f"@{_KEY}",
        _KEY,
        "this",
        {declaration.name: value},
        () if per_object else alone,
        alone if per_object else (),
    )
    maker = CellMaker(Files(None))
    maker.add(owner)
    return maker.cells, [problem for _, problem in maker.problems]


def refusal(value: Any, declaration: Parameter, *, per_object: bool = False) -> str:
    """Return why a value, a literal or a distribution, cannot stand for a declaration; empty where it can."""
    if value is MISSING:
        return ""
    try:
        value = plain_json(value, 8)
    except ValueError as error:
        return str(error)
    if isinstance(declaration, File) and isinstance(value, Mapping) and "folder" in value:
        written, problems = read_distribution(value, _KEY)  # what the folder holds is asked when it is drawn
        if written is not None:
            problems = fit_distribution(written.distribution, declaration, _KEY)[1]
    else:
        problems = cells_of(value, declaration, per_object=per_object)[1]
    return reason_of(problems[0]) if problems else ""


def reason_of(problem: Problem) -> str:
    """Return a problem as a sentence beside the field that has it."""
    reason = problem.message
    if problem.allowed:
        hint = problem.allowed.removeprefix("did you mean ")
        reason += f" (did you mean {hint})" if hint != problem.allowed else f": {problem.allowed}"
    return reason


def tangled(value: Any) -> bool:
    """Say whether a value has to be judged within the whole project."""
    if isinstance(value, list):
        return any(tangled(v) for v in value)
    return isinstance(value, Mapping) and any(word in value for word in TANGLED)


def refusal_within(before: Project, after: Project, registry: PluginRegistry) -> str:
    """Return the first problem that a change of links or joint sequences brings; empty where it brings none."""
    known = {(p.place, p.message) for p in compile_project(before, registry)[1]}
    new = [p for p in compile_project(after, registry)[1] if (p.place, p.message) not in known]
    return reason_of(new[0]) if new else ""
