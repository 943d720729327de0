"""From a project file, or its text, to a frozen Project. Every fault is found before anything is returned.

Opening a project executes nothing, and reads this one file alone.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.parameters.wording import place_of, shown, suggestion
from myriorama.scenes.project.dump import project_hash
from myriorama.scenes.project.migrations import migrate
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.structure import MAX_PROBLEMS, structure_problems
from myriorama.scenes.project.text import decode_text, read_bytes, read_json

_UNION_TAGS: Final = ("str", "ClassFromAttribute")
_JSON_WORDS: Final = {
    "valid tuple": "list",
    "valid dictionary or instance of": "JSON object:",
    "valid dictionary": "JSON object",
    "valid string": "text",
    "valid integer": "whole number",
    "valid number": "number",
    "valid boolean": "true or false",
}


@dataclass(frozen=True)
class LoadedProject:
    """A project and where it came from.

    Attributes
    ----------
    folder : Path
        Relative asset references start here.
    hash : str
        `project_hash` of the project.
    """

    project: Project
    path: Path
    folder: Path
    hash: str


def load_project(path: str | Path) -> LoadedProject:
    """Read and check a project file, at most 64 MB.

    Raises
    ------
    ProjectError
        With every problem found, each with file, place, value and what is allowed.
    """
    path = Path(path)
    project = parse_project(decode_text(read_bytes(path), str(path)), str(path))
    resolved = path.resolve()
    return LoadedProject(project, resolved, resolved.parent, project_hash(project))


def parse_project(text: str, file: str = "") -> Project:
    """Read and check a project's text.

    Parameters
    ----------
    file : str
        Named in messages.

    Raises
    ------
    ProjectError
        With every problem found.
    """
    tree, problems = read_json(text, file)
    try:
        current = migrate(tree, file)
    except ProjectError as error:
        raise ProjectError([*problems, *error.problems]) from error
    project = None
    found = structure_problems(current)
    try:
        project = Project.model_validate(current)
    except ValidationError as error:
        found = [*_model_problems(error, current), *found]
    # A value that could not be read at all stands as None in the tree: what follows from that is not said again.
    told = {p.place for p in problems}
    problems += [replace(p, file=file) for p in found if p.place not in told]
    if problems or project is None:
        raise ProjectError(_once(problems))
    return project


def _once(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


def _model_problems(error: ValidationError, tree: dict[str, Any]) -> list[Problem]:
    first = islice(error.errors(include_url=False), MAX_PROBLEMS)
    return [p for p in (_model_problem(details, tree) for details in first) if p]


def _model_problem(details: ErrorDetails, tree: dict[str, Any]) -> Problem | None:
    parts: list[str | int] = []
    tag = ""
    for part in details["loc"]:
        if parts and parts[-1] == "class" and part in _UNION_TAGS:
            tag = str(part)
        else:
            parts.append(part)
    if tag:
        written: Any = tree
        for part in parts[: parts.index("class") + 1]:
            written = written[part]
        # Of the two forms a class may have, only the one that was tried is worth a message.
        if isinstance(written, dict) != (tag == "ClassFromAttribute"):
            return None
    place, kind = place_of(parts), details["type"]
    if kind == "missing":
        return Problem(place, "this key is missing")
    if kind == "extra_forbidden":
        return Problem(place, "unknown key", shown(str(parts[-1])), suggestion(str(parts[-1]), _keys_at(parts[:-1])))
    message = details["msg"].removeprefix("Value error, ")
    message = "this " + message.removeprefix("Input ") if message.startswith("Input ") else message
    for theirs, ours in _JSON_WORDS.items():
        message = message.replace(theirs, ours)
    return Problem(place, message, shown(details["input"]))


def _keys_at(parts: list[str | int]) -> list[str]:
    """Return the keys that the model at a place in the file knows."""
    model: type[BaseModel] = Project
    for part in parts:
        if isinstance(part, str):
            field = next((f for n, f in model.model_fields.items() if (f.alias or n) == part), None)
            inner = _model_in(field.annotation) if field is not None else None
            if inner is None:
                return []
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((m for m in map(_model_in, typing.get_args(annotation)) if m is not None), None)
