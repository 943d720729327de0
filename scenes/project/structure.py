"""What must hold inside a project whatever plugins there are: unique uids, known classes, readable distributions.

It works on the decoded tree, so a file with one bad key still hears about all its other faults. It asks no registry
and opens no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.parameters.wording import place_of, shown, suggestion

MAX_NODES: Final = 10_000
MAX_LINK_TEXT: Final = 1_000_000
"""Characters of all linked expressions together: reading them takes about a microsecond each."""
MAX_PROBLEMS: Final = 200
"""Of each sort: a file with more of them is wrong as a whole, and nobody reads so many."""
RESERVED_UIDS: Final = ("project",)
"""Words that address something else in a `linked` expression or a drawn path."""
UNLABELLED: Final = "unlabelled"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FUNCTION_WORDS: Final = ("min", "max", "project")
Place = tuple[str | int, ...]


def _dicts(tree: Any, *parts: str | int) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the objects in the list at tree[parts], with their places."""
    listed = tree.get(parts[0]) if isinstance(tree, dict) else None
    for i, item in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if isinstance(item, dict):
            yield (*parts, i), item


def _child(place: Place, tree: dict[str, Any], key: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(tree.get(key), dict):
        yield (*place, key), tree[key]


def groups(tree: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every object group, the stage's first."""
    for key in ("stage", "objects"):
        yield from _dicts(tree, key)


def nodes(tree: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield everything that has a uid."""
    for place, camera in _child((), tree, "camera"):
        yield place, camera
        yield from _child(place, camera, "rig")
        for at, view in _dicts(camera, "views"):
            yield (*place, *at), view
    for key in ("environment", "lights", "effects"):
        yield from _dicts(tree, key)
    for place, group in groups(tree):
        yield place, group
        yield from _child(place, group, "placement")


def values(tree: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Yield every place where a distribution may stand, list entries included."""
    tables = list(_child((), tree, "parameters"))
    for place, node in nodes(tree):
        tables += [*_child(place, node, "parameters"), *_child(place, node, "lens")]
    for place, group in groups(tree):
        tables += _child(place, group, "motion")
        if "count" in group:
            yield (*place, "count"), group["count"]
        for at, materials in _child(place, group, "materials"):
            for slot in materials:
                tables += _child(at, materials, slot)
    for place, table in tables:
        for key, value in table.items():
            yield (*place, key), value
            if isinstance(value, list):
                yield from (((*place, key, i), item) for i, item in enumerate(value))


def structure_problems(tree: dict[str, Any]) -> list[Problem]:
    """Return everything that is wrong with a decoded project whose plugins are not known.

    Parameters
    ----------
    tree : dict
        Of the present version; parts of a wrong type are skipped (the model's own check names them).
    """
    every = (_uid_problems, _class_problems, _rule_problems, _name_problems, _view_problems, _distribution_problems)
    return [problem for find in every for problem in islice(find(tree), MAX_PROBLEMS)]


def _distribution_problems(tree: dict[str, Any]) -> Iterator[Problem]:
    found = [(place, value) for place, value in values(tree) if isinstance(value, dict)]
    texts = sum(len(value["linked"]) for _, value in found if isinstance(value.get("linked"), str))
    if texts > MAX_LINK_TEXT:
        message = f"the linked expressions have {texts} characters together"
        yield Problem("", message, "", f"at most {MAX_LINK_TEXT}")
        return
    for place, value in found:
        yield from read_distribution(value, place_of(place))[1]


def _uid_problems(tree: dict[str, Any]) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    count = 0
    for place, node in nodes(tree):
        count += 1
        uid = node.get("uid", "camera" if place == ("camera",) else None)
        if not isinstance(uid, str):
            continue
        if uid in RESERVED_UIDS:
            yield Problem(place_of((*place, "uid")), "this uid is reserved", shown(uid), "another word")
        if uid in first:
            message = f"the uid is already that of {place_of(first[uid])}"
            yield Problem(place_of((*place, "uid")), message, shown(uid), "a uid of its own for every node")
        else:
            first[uid] = place
    if count > MAX_NODES:
        yield Problem("", f"the project has {count} nodes", "", f"at most {MAX_NODES}")
    for place, node in nodes(tree):
        if node.get("enabled") is False and place[-1] in ("rig", "placement"):
            message = f"a {place[-1]} cannot be switched off"
            yield Problem(place_of((*place, "enabled")), message, "false", "true")


def _class_problems(tree: dict[str, Any]) -> Iterator[Problem]:
    known: dict[str, dict[Any, Place]] = {"id": {}, "name": {}}
    for place, row in _dicts(tree, "classes"):
        for key, seen in known.items():
            value = row.get(key)
            if not isinstance(value, str | int):
                continue
            if value in seen:
                message = f"the class {key} is already that of {place_of(seen[value])}"
                yield Problem(place_of((*place, key)), message, shown(value), f"a {key} of its own for every class")
            seen.setdefault(value, place)
        if row.get("name") == UNLABELLED:
            message = "this word means: drawn without a label"
            yield Problem(place_of((*place, "name")), message, shown(UNLABELLED), "another class name")
    names = [name for name in known["name"] if isinstance(name, str)]
    for place, node in nodes(tree):
        yield from _class_of(place, node.get("class"), names)


def _class_of(place: Place, named: Any, names: Sequence[str]) -> Iterator[Problem]:
    at = (*place, "class")
    if isinstance(named, str):
        yield from _unknown_class(at, named, names)
    elif isinstance(named, dict) and isinstance(named.get("map"), dict):
        for key, name in named["map"].items():
            if isinstance(name, str):
                yield from _unknown_class((*at, "map", key), name, names)


def _unknown_class(place: Place, name: str, names: Sequence[str]) -> Iterator[Problem]:
    if name != UNLABELLED and name not in names:
        hint = suggestion(name, [*names, UNLABELLED])
        yield Problem(place_of(place), "there is no such class in the project's classes", shown(name), hint)


def _rule_problems(tree: dict[str, Any]) -> Iterator[Problem]:
    names = [row["name"] for _, row in _dicts(tree, "classes") if isinstance(row.get("name"), str)]
    for place, rule in _dicts(tree, "acceptance"):
        low, high = rule.get("at_least"), rule.get("at_most")
        if isinstance(rule.get("class"), str):
            yield from _unknown_class((*place, "class"), rule["class"], names)
        if low is None and high is None:
            yield Problem(place_of(place), "the rule demands nothing", "", "at_least, at_most, or both")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            yield Problem(place_of(place), "the rule can never hold", f"at_least {low}, at_most {high}", "low <= high")


def _view_problems(tree: dict[str, Any]) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    for place, camera in _child((), tree, "camera"):
        for at, view in _dicts(camera, "views"):
            here, name = (*place, *at), view.get("name")
            if not isinstance(name, str):
                continue
            if name in first:
                message = f"the name is already that of {place_of(first[name])}"
                yield Problem(place_of((*here, "name")), message, shown(name), "a name of its own for every view")
            first.setdefault(name, here)


def _name_problems(tree: dict[str, Any]) -> Iterator[Problem]:
    for place, table in _child((), tree, "parameters"):
        for name in table:
            if not _NAME.fullmatch(name) or name in _FUNCTION_WORDS:
                allowed = "letters, digits and _, not starting with a digit; not min, max or project"
                yield Problem(place_of((*place, name)), "this is no name for a parameter", shown(name), allowed)
    for place, group in groups(tree):
        for at, materials in _child(place, group, "materials"):
            for slot in materials:
                if not 1 <= len(slot) <= 200:
                    yield Problem(place_of((*at, slot)), "this is no name for a slot", "", "1 to 200 characters")
