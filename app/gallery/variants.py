"""Projects that differ from the open one in one or two values: a sweep, a contact sheet.

The values of the open project are not touched. Every other value of sample i is drawn as it is drawn for the open
project, because each has a stream of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.document.addresses import MISSING, Address, read, write
from myriorama.app.gallery.axes import Runner, evenly, runners, said
from myriorama.app.gallery.sweep import Sweep
from myriorama.app.inspection.candidates import refusal
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.colors import hex_color
from myriorama.scenes.parameters.fit import component_count
from myriorama.scenes.parameters.schema import Int, Parameter
from myriorama.scenes.project.model import Project

SWEEP: Final = "sweep"
SHEET: Final = "sheet"


@dataclass(frozen=True)
class Axis:
    """A value of the project and where it is looked at.

    Attributes
    ----------
    address : Address
    component : int or None
    declaration : Parameter
    title : str
    values : tuple of JSON values
    """

    address: Address
    component: int | None
    declaration: Parameter
    title: str
    values: tuple[Any, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """What each place is called."""
        return tuple(said(value) for value in self.values)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Variants in rows and columns.

    Attributes
    ----------
    across, down : Axis, Axis or None
        Columns and rows; without `down` there is one row.
    names : tuple of tuple of str
        Of the variants, by row and column.
    projects : mapping
        Variant name -> project.
    """

    across: Axis
    down: Axis | None
    names: tuple[tuple[str, ...], ...]
    projects: Mapping[str, Project]


def axis_of(runner: Runner, values: tuple[Any, ...]) -> Axis:
    """Return the axis of a runner."""
    return Axis(runner.address, runner.component, runner.declaration, runner.title, values)


def with_value(project: Project, axis: Axis, value: Any) -> Project:
    """Return the project with one value, or one component of it, set.

    Raises
    ------
    InputError
        The value is outside what the parameter accepts.
    """
    written = value
    if axis.component is not None:
        written = _in_list(read(project, axis.address), axis.component, axis.declaration, value)
    reason = refusal(written, axis.declaration)
    if reason:
        raise InputError(Problem(axis.title, reason, said(value)))
    return write(project, axis.address, written)


def sheet_of(project: Project, across: Axis, down: Axis | None = None, prefix: str = SHEET) -> Sheet:
    """Return the variants of one or two axes.

    Raises
    ------
    InputError
        A value is outside what its parameter accepts.
    """
    names: list[tuple[str, ...]] = []
    projects: dict[str, Project] = {}
    for row, y in enumerate(down.values if down else (None,)):
        based = with_value(project, down, y) if down else project
        line = []
        for column, x in enumerate(across.values):
            name = f"{prefix}:{row}:{column}"
            projects[name] = with_value(based, across, x)
            line.append(name)
        names.append(tuple(line))
    return Sheet(across, down, tuple(names), projects)


def sheet_of_sweep(project: Project, registry: PluginRegistry, sweep: Sweep, steps: int) -> Sheet:
    """Return a sweep as a sheet of one row.

    Raises
    ------
    InputError
        The project has no such value (its node is gone), or it does not accept the values.
    """
    found = next(
        (r for r in runners(project, registry) if (r.address, r.component) == (sweep.address, sweep.component)), None
    )
    if found is None:
        raise InputError(Problem(sweep.title, "this value is no longer in the project", "", "sweep another value"))
    by_ratio = "log_uniform" in _mapping(read(project, sweep.address))
    whole = isinstance(found.declaration, Int)
    values = evenly(sweep.low, sweep.high, steps, whole=whole, by_ratio=by_ratio)
    return sheet_of(project, Axis(sweep.address, sweep.component, found.declaration, sweep.title, values), None, SWEEP)


def _in_list(written: Any, component: int, declaration: Parameter, value: Any) -> list[Any]:
    """Return a list literal with one number replaced; what is no list falls back on the declared default."""
    size = component_count(declaration)
    for candidate in (written, declaration.default):
        held = hex_color(candidate) if isinstance(candidate, str) else candidate
        if held is not MISSING and isinstance(held, list | tuple) and len(held) == size:
            return [value if k == component else v for k, v in enumerate(held)]
    return [value if k == component else 0.0 for k in range(size)]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
