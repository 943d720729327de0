"""Edits of a project's named values, which links may read: whatever reads one is told, and follows its new name.

No value is drawn here: whether one is acceptable is asked of the compiler that drawing uses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from myriorama.app.document.addresses import NAMED
from myriorama.app.document.edit import Edit
from myriorama.app.document.uids import linked_names
from myriorama.scenes.drawing.compile import compile_project
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.expressions import ExpressionError, parse_expression
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.structure import structure_problems, values
from myriorama.scenes.project.text import read_json
from myriorama.scenes.registry import Registry

_PROJECT: Final = "project"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TEMPLATES: Final = ("number", "uniform", "integers", "log_uniform", "normal", "even", "choice")
"""Forms that `template` can give a value."""


def value_text(value: Any) -> str:
    """Return a value as it is typed: a number, or a distribution in JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def users_of(project: Project, name: str) -> tuple[str, ...]:
    """Return the places of the values whose link reads a named value, in the project's order."""
    return tuple(place for place, links in _links(project) if name in links)


def add_named(project: Project) -> Edit:
    """Add a named value of 1 under the next free name."""
    number = 1
    while f"value_{number}" in project.parameters:
        number += 1
    name = f"value_{number}"
    return _edit(project, {**project.parameters, name: 1.0}, f"Add {name}")


def remove_named(project: Project, name: str) -> Edit:
    """Take a named value away.

    Raises
    ------
    KeyError
        There is none of this name.
    InputError
        Something reads it.
    """
    users = users_of(project, name)
    if users:
        told = ", ".join(users[:3]) + (f" and {len(users) - 3} more" if len(users) > 3 else "")
        raise InputError(Problem(f"parameters.{name}", f"it is read by {told}", "", "first change these links"))
    kept = {k: v for k, v in project.parameters.items() if k != name}
    if len(kept) == len(project.parameters):
        raise KeyError(name)
    return _edit(project, kept, f"Delete {name}")


def rename_named(project: Project, old: str, new: str) -> Edit:
    """Rename a named value, in every link that reads it too.

    Its drawn values change: they hang on the name.

    Raises
    ------
    KeyError
        There is none of the old name.
    InputError
        The new one is taken, or is no name.
    """
    new = new.strip()
    if new != old and new in project.parameters:
        allowed = "another name"
        raise InputError(Problem(f"parameters.{new}", "there is a value of this name already", shown(new), allowed))
    if old not in project.parameters:
        raise KeyError(old)
    tree = _relinked(project.model_dump(by_alias=True), old, new)
    # In place, so that the order in which they are shown stays.
    tree["parameters"] = {new if k == old else k: v for k, v in tree["parameters"].items()}
    problems = [p for p in structure_problems(tree) if p.place.startswith("parameters.") or new in p.place]
    if problems:
        raise InputError(problems[:1])
    return Edit(
        Project.model_validate(tree), f"Rename {old} to {new}", (NAMED,), "its drawn values change with its name"
    )


def set_named(project: Project, registry: Registry, name: str, text: str) -> Edit:
    """Give a named value another value.

    Parameters
    ----------
    text : str
        A number, or a distribution as project files write it.

    Raises
    ------
    InputError
        It cannot be read, is no number or distribution of numbers, or does not fit what reads it.
    """
    place = f"parameters.{name}"
    tree, problems = read_json(text)
    if problems:
        raise InputError(problems[:1])
    if not isinstance(tree, dict) and (isinstance(tree, bool) or not isinstance(tree, int | float)):
        allowed = 'a number, or a distribution such as {"uniform": [0, 1]}'
        raise InputError(Problem(place, "this is no value", shown(tree), allowed))
    edit = _edit(project, {**project.parameters, name: tree}, f"Change {name}")
    before = set(_problems(project, registry))
    new = [p for p in _problems(edit.project, registry) if p not in before]
    new.sort(key=lambda p: not p.place.startswith(place))
    if new:
        raise InputError(new[:1])
    return edit


def template(form: str, value: Any) -> str:
    """Return the text of a distribution of a form about the present value, to start from.

    Raises
    ------
    KeyError
        The form is not one of `TEMPLATES`.
    """
    middle = _middle(value)
    low, high = sorted((0.8 * middle, 1.2 * middle)) if middle else (0.0, 1.0)
    low, high = round(low, 6), round(high, 6)
    whole_low, whole_high = round(low), max(round(low) + 1, round(high))
    spread = round((high - low) / 6, 6) or 0.1
    made: dict[str, Any] = {
        "number": middle,
        "uniform": {"uniform": [low, high]},
        "integers": {"integers": [whole_low, whole_high]},
        "log_uniform": {"log_uniform": [low if low > 0 else 0.1, high if low > 0 else 1.0]},
        "normal": {"normal": {"mean": round(0.5 * (low + high), 6), "std": spread, "low": low, "high": high}},
        "even": {"even": [low, high]},
        "choice": {"choice": [low, high]},
    }
    return value_text(made[form])


def _middle(value: Any) -> float:
    """Return a number that a written value is about."""
    if isinstance(value, bool):
        return 1.0
    if isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        value = next(iter(value.values()), 1.0)
        if isinstance(value, dict):
            value = value.get("mean", value.get("range", 1.0))
    if isinstance(value, list):
        numbers = [v for v in value if isinstance(v, int | float) and not isinstance(v, bool)]
        return round(sum(numbers) / len(numbers), 6) if numbers else 1.0
    return value if isinstance(value, int | float) else 1.0


def _links(project: Project) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield every place with a link, and which named values it reads."""
    for place, value in values(project.model_dump(by_alias=True)):
        read: set[str] = set()
        for text in linked_names(value):
            try:
                references = parse_expression(text).references()
            except ExpressionError:
                continue  # a broken link reads nothing; the project's own check tells of it
            read.update(r.parameter for r in references if r.owner == _PROJECT)
            if place[0] == "parameters":
                read.update(r.parameter for r in references if not r.owner)
        # A list value is yielded as a whole and entry by entry.
        if read and not isinstance(value, list):
            yield _spoken(project, place), frozenset(read)


def _spoken(project: Project, place: tuple[str | int, ...]) -> str:
    """Return a place in words: the title of its node and the name of the value."""
    node: Any = project
    title = ""
    for part in place:
        if isinstance(part, int) and isinstance(node, tuple):
            node = node[part]
            title = getattr(node, "name", "") or getattr(node, "uid", "")
        elif isinstance(part, str) and hasattr(node, "model_fields_set"):
            node = getattr(node, part, None)
        else:
            node = None
    last = next(str(part) for part in reversed(place) if isinstance(part, str)).replace("_", " ")
    head = title or {"camera": "camera", "parameters": ""}.get(str(place[0]), str(place[0]))
    return f"{head}, {last}" if head else last


def _relinked(value: Any, old: str, new: str, top: bool = True) -> Any:
    if isinstance(value, list | tuple):
        return [_relinked(v, old, new, False) for v in value]
    if not isinstance(value, dict):
        return value
    out = {k: _relinked(v, old, new, False) for k, v in value.items()}
    if top:
        out["parameters"] = {k: _siblings(v, old, new) for k, v in out["parameters"].items()}
    if isinstance(out.get("linked"), str):
        pattern = rf"(?<![A-Za-z0-9_.@-])project\.{re.escape(old)}(?![A-Za-z0-9_])"
        out["linked"] = re.sub(pattern, f"project.{new}", out["linked"])
    return out


def _siblings(value: Any, old: str, new: str) -> Any:
    """Follow a link of one named value to another, where the owner need not be written."""
    if isinstance(value, dict) and isinstance(value.get("linked"), str):
        pattern = rf"(?<![A-Za-z0-9_.@-]){re.escape(old)}(?![A-Za-z0-9_.])"
        return {**value, "linked": re.sub(pattern, new, value["linked"])}
    return value


def _problems(project: Project, registry: Registry) -> list[Problem]:
    tree = project.model_dump(by_alias=True)
    return list(dict.fromkeys([*structure_problems(tree), *compile_project(project, registry, None)[1]]))


def _edit(project: Project, parameters: dict[str, Any], label: str) -> Edit:
    return Edit(project.model_copy(update={"parameters": parameters}), label, (NAMED,))
