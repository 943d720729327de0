"""Brings older project files to the present version, one step at a time, before they are checked.

A step is a pure function from the decoded JSON object of version n to that of n + 1. Whenever the meaning of a file
would change (a key renamed, a default changed, since defaults are not written), VERSION goes up and a step is added
here; a step is never changed afterwards. Files from the future are refused, never guessed at.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.model import FORMAT, VERSION

Tree: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Tree], Tree]

MIGRATIONS: Final[Mapping[int, Step]] = MappingProxyType({})
"""Version n -> the step to n + 1. Version 1 is the first that was ever written."""


def migrate(tree: Any, file: str = "", *, steps: Mapping[int, Step] = MIGRATIONS, newest: int = VERSION) -> Tree:
    """Return the object at version `newest`; the one given stays as it is.

    Raises
    ------
    ProjectError
        It is no project, or of a version that cannot be read.
    """
    if not isinstance(tree, dict):
        allowed = f'{{"format": "{FORMAT}", ...}}'
        raise ProjectError(Problem("", "a project is a JSON object", shown(tree), allowed, file))
    problems = []
    if tree.get("format") != FORMAT:
        message = "this is not a project file" if "format" in tree else "this key is missing"
        problems.append(Problem("format", message, shown(tree.get("format", "")), f'"{FORMAT}"', file))
    version = tree.get("version")
    oldest = newest
    while oldest - 1 in steps:
        oldest -= 1
    readable = str(newest) if oldest == newest else f"{oldest} to {newest}"
    if "version" not in tree:
        problems.append(Problem("version", "this key is missing", "", readable, file))
    elif not isinstance(version, int) or isinstance(version, bool):
        problems.append(Problem("version", "a version is a whole number", shown(version), readable, file))
    elif version > newest:
        message = "this file was written by a newer program; update Myriorama to open it"
        problems.append(Problem("version", message, shown(version), readable, file))
    elif version < oldest:
        problems.append(Problem("version", "there is no such version", shown(version), readable, file))
    if problems:
        raise ProjectError(problems)
    assert isinstance(version, int)
    found: Tree = tree
    if version == newest:
        return found
    found = copy.deepcopy(found)
    for step in range(version, newest):
        found = {**steps[step](found), "version": step + 1}
    return found
