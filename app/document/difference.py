"""What is different between two states of a project, in words for people.

It names what changed and counts the rest; it is no patch and nothing reads it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from myriorama.app.document.addresses import LISTS
from myriorama.app.document.uids import items, title_of
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.dump import project_tree
from myriorama.scenes.project.model import Project

_MOST: Final = 12
_PARTS: Final[Mapping[str, str]] = {
    "name": "the project's name",
    "seed": "the seed",
    "classes": "the classes",
    "parameters": "the named values",
    "camera": "the camera",
    "acceptance": "the acceptance rules",
    "output": "the output",
    "description": "the description",
    "licence": "the licence",
    "credits": "the credits",
    "max_attempts": "the number of attempts",
}


def differences(before: Project | None, after: Project) -> tuple[str, ...]:
    """Return what is different, a sentence each; empty where nothing is. Of very many, how many more there are."""
    if before is None:
        count = sum(1 for _ in items(after))
        return (f"never saved: {count} {'item' if count == 1 else 'items'}",)
    if before == after:
        return ()
    told = [*_parts(before, after), *_items(before, after)]
    if len(told) > _MOST:
        told = [*told[: _MOST - 1], f"and {len(told) - _MOST + 1} more"]
    return tuple(told) or ("the order of the items",)


def _parts(before: Project, after: Project) -> Iterator[str]:
    one, other = project_tree(before), project_tree(after)
    for key, words in _PARTS.items():
        if one.get(key) == other.get(key):
            continue
        if key in ("name", "seed"):
            yield f"{words}: {shown(one.get(key))} became {shown(other.get(key))}"
        else:
            yield f"{words} changed"


def _items(before: Project, after: Project) -> Iterator[str]:
    old = {item.uid: (name, item) for name, item in items(before)}
    new = {item.uid: (name, item) for name, item in items(after)}
    for uid, (_, item) in new.items():
        if uid not in old:
            yield f"{title_of(item)} was added"
    for uid, (_, item) in old.items():
        if uid not in new:
            yield f"{title_of(item)} was deleted"
    for uid, (name, item) in new.items():
        if uid in old and old[uid][1] != item:
            was = old[uid][1]
            changed = _changed(was.model_dump(by_alias=True), item.model_dump(by_alias=True))
            yield f"{title_of(was)}: {', '.join(changed)} changed"
        elif uid in old and old[uid][0] != name:
            yield f"{title_of(item)} moved to {name}"
    for name in LISTS:
        both = [item.uid for item in getattr(after, name) if item.uid in old and old[item.uid][0] == name]
        were = [item.uid for item in getattr(before, name) if item.uid in both]
        if both != were:
            yield f"the order of {name} changed"


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the names of what changed in a node: its parameters by name, the rest by field."""
    out = []
    for key, value in after.items():
        was = before.get(key)
        if was == value:
            continue
        if key in ("parameters", "placement") and isinstance(value, dict) and isinstance(was, dict):
            one = was.get("parameters", {}) if key == "placement" else was
            other = value.get("parameters", {}) if key == "placement" else value
            out += [name for name in {**one, **other} if one.get(name) != other.get(name)] or [key]
        else:
            out.append(key)
    return out
