"""Names that tell nodes apart: permanent, unique over a whole project, and readable.

They follow from the word alone, so the same edit of the same project always gives the same one.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from myriorama.app.document.addresses import LISTS
from myriorama.scenes.project.model import Node, ObjectGroup, Project
from myriorama.scenes.project.structure import RESERVED_UIDS

Item = Node | ObjectGroup
"""What stands in one of the project's lists."""

_LONGEST: Final = 64
_REFERENCE: Final = re.compile(r"@([A-Za-z0-9_.-]+)(?=\.[A-Za-z_])")
_NUMBERED: Final = re.compile(r"_\d+$")


def items(project: Project) -> Iterator[tuple[str, Item]]:
    """Yield every node and group that stands in a list, with the name of the list."""
    for name in LISTS:
        for item in getattr(project, name):
            yield name, item


def uids_of(item: Item) -> tuple[str, ...]:
    """Return the item's own uid, and that of its placement where it has one."""
    return (item.uid, item.placement.uid) if isinstance(item, ObjectGroup) else (item.uid,)


def taken_uids(project: Project) -> frozenset[str]:
    """Return every uid that a new node may not have."""
    found = {project.camera.uid, project.camera.rig.uid, *RESERVED_UIDS}
    found.update(view.uid for view in project.camera.views)
    for _, item in items(project):
        found.update(uids_of(item))
    return frozenset(found)


def fresh_uid(word: str, taken: Collection[str]) -> str:
    """Return a uid like `word` that is not taken: ``mug``, then ``mug_2``, ``mug_3``, ...

    What a uid may not hold becomes an underscore. A number at the end of `word` gives way to the next free one.
    """
    base = re.sub(r"[^A-Za-z0-9_.-]+", "_", word).strip("_")[:_LONGEST] or "node"
    if base not in taken:
        return base
    base = _NUMBERED.sub("", base) or base
    number = 2
    while True:
        ending = f"_{number}"
        found = base[: _LONGEST - len(ending)] + ending
        if found not in taken:
            return found
        number += 1


def title_of(item: Item) -> str:
    """Return what to call it: its name, or its uid where it has none."""
    return item.name or item.uid


def renamed(item: Item, uids: Mapping[str, str]) -> Item:
    """Return a copy under new uids, whose links follow where they name one of them.

    Parameters
    ----------
    uids : mapping
        Old -> new, of all that is copied together. What is not in it stays.
    """
    tree = _followed(copy.deepcopy(item.model_dump(by_alias=True)), uids)
    tree["uid"] = uids.get(item.uid, item.uid)
    if isinstance(item, ObjectGroup):
        tree["placement"]["uid"] = uids.get(item.placement.uid, item.placement.uid)
    return type(item).model_validate(tree)


def _followed(value: Any, uids: Mapping[str, str]) -> Any:
    """Return JSON whose links name the new uids; a place in a joint even sequence is given up, as it is taken."""
    if isinstance(value, list):
        return [_followed(v, uids) for v in value]
    if not isinstance(value, dict):
        return value
    out = {key: _followed(v, uids) for key, v in value.items()}
    if isinstance(out.get("linked"), str):
        out["linked"] = _REFERENCE.sub(lambda found: "@" + uids.get(found[1], found[1]), out["linked"])
    if isinstance(out.get("even_group"), dict):
        out["even_group"].pop("dimension", None)
    return out


def linked_names(value: Any) -> Iterator[str]:
    """Yield the text of every link inside JSON."""
    if isinstance(value, list | tuple):
        for entry in value:
            yield from linked_names(entry)
    elif isinstance(value, dict):
        if isinstance(value.get("linked"), str):
            yield value["linked"]
        for entry in value.values():
            yield from linked_names(entry)
