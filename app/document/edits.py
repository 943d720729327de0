"""The edits of the project's lists: each a pure function from a project to a project, with the words for its step.

They judge no value and ask no file; whoever commits one calls `commit`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from myriorama.app.document.addresses import find, owner_of, with_owner
from myriorama.app.document.classes import with_class
from myriorama.app.document.edit import Edit, commit
from myriorama.app.document.lists import LISTS_OF_KIND, kind_of_list, lists_for
from myriorama.app.document.starting import new_item
from myriorama.app.document.uids import Item, fresh_uid, items, renamed, taken_uids, title_of, uids_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import PluginKind

LONGEST_NAME: Final = 200


def add(
    project: Project,
    registry: PluginRegistry,
    kind: PluginKind,
    type_name: str,
    list_name: str = "",
    *,
    position: int | None = None,
    name: str = "",
    values: Mapping[str, Any] | None = None,
) -> Edit:
    """Add a node or an object group of a plugin, with the values that it suggests.

    Parameters
    ----------
    list_name : str
        Empty: where the plugin is at home.
    position : int or None
        In the list; None is its end.
    name : str
        For people; empty takes the plugin's label. Uid and class follow from it.
    values : mapping
        Parameters instead of the suggested ones: ``{"file": "models/teapot.glb"}``.

    Raises
    ------
    PluginError
        There is no such plugin.
    InputError
        It cannot stand in this list, or this is no name.
    """
    plugin = registry.plugin_class(kind, type_name)
    target = list_name or getattr(plugin, "home", next(iter(LISTS_OF_KIND.get(kind, ())), ""))
    _check_list(kind, target)
    if name:
        check_name(name)
    made, row = new_item(project, registry, kind, type_name, target, name, values or {})
    changed = project if row is None else with_class(project, row)
    held = list(getattr(changed, target))
    held.insert(len(held) if position is None else position, made)
    changed = changed.model_copy(update={target: tuple(held)})
    return Edit(changed, f"Add {title_of(made)}", (made.uid,))


def remove(project: Project, uids: Collection[str]) -> Edit:
    """Take nodes and groups away; what stood next to the last of them is selected.

    Raises
    ------
    KeyError
        One is not in a list of the project.
    """
    found = _ordered(project, uids)
    gone = {item.uid for _, item in found}
    lists = {name: tuple(i for i in getattr(project, name) if i.uid not in gone) for name, _ in found}
    last_list, last = found[-1]
    before = getattr(project, last_list)
    place = before.index(last)
    near = [i.uid for i in (*before[place:], *reversed(before[:place])) if i.uid not in gone]
    return Edit(project.model_copy(update=lists), f"Delete {_told(found)}", tuple(near[:1]))


def duplicate(project: Project, uids: Collection[str]) -> Edit:
    """Put a copy behind each of them, under new uids; links among the copied follow.

    Raises
    ------
    KeyError
        One is not in a list of the project.
    """
    found = _ordered(project, uids)
    new = fresh_uids([item for _, item in found], taken_uids(project))
    names = {title_of(item) for _, item in items(project)}
    changed, made = project, []
    for list_name, item in found:
        copied = renamed(item, new)
        copied = copied.model_copy(update={"name": _copy_name(title_of(item), names)})
        names.add(copied.name)
        made.append(copied.uid)
        held = list(getattr(changed, list_name))
        held.insert(held.index(item) + 1, copied)
        changed = changed.model_copy(update={list_name: tuple(held)})
    return Edit(changed, f"Duplicate {_told(found)}", tuple(made))


def rename(project: Project, uid: str, name: str) -> Edit:
    """Give a node or group another name; its uid, and so every drawn value, stays.

    Raises
    ------
    KeyError
        There is none with this uid.
    InputError
        This is no name.
    """
    item = owner_of(project, uid)
    name = name.strip()
    check_name(name)
    changed = with_owner(project, uid, item.model_copy(update={"name": name}))
    return Edit(changed, f"Rename {title_of(item)} to {name or uid}", (uid,))


def set_enabled(project: Project, uids: Collection[str], enabled: bool) -> Edit:
    """Switch nodes and groups on or off; what is off keeps its values and takes no part.

    Raises
    ------
    KeyError
        One is not in a list of the project.
    """
    found = _ordered(project, uids)
    changed = project
    for _, item in found:
        changed = with_owner(changed, item.uid, item.model_copy(update={"enabled": enabled}))
    return Edit(changed, f"{'Enable' if enabled else 'Disable'} {_told(found)}", tuple(uids))


def move(project: Project, uids: Collection[str], list_name: str, position: int) -> Edit:
    """Put nodes and groups at a place of a list, in the order in which they stand now.

    Parameters
    ----------
    position : int
        Before the item that has this place now; the length of the list puts them at its end.

    Raises
    ------
    KeyError
        One is not in a list of the project.
    InputError
        One cannot stand in this list.
    """
    found = _ordered(project, uids)
    for name, _ in found:
        _check_list(kind_of_list(name), list_name)
    moved = {item.uid for _, item in found}
    target = getattr(project, list_name)
    head = [i for i in target[:position] if i.uid not in moved]
    tail = [i for i in target[position:] if i.uid not in moved]
    lists = {name: tuple(i for i in getattr(project, name) if i.uid not in moved) for name, _ in found}
    lists[list_name] = (*head, *(item for _, item in found), *tail)
    return Edit(project.model_copy(update=lists), f"Move {_told(found)}", tuple(uids))


def move_by(project: Project, uids: Collection[str], step: int) -> Edit:
    """Move each by one place inside its list, up (-1) or down (+1); those at the end stay where they are.

    Raises
    ------
    KeyError
        One is not in a list of the project.
    """
    found = _ordered(project, uids)
    moved = {item.uid for _, item in found}
    lists = {}
    for name in {name for name, _ in found}:
        held = list(getattr(project, name))
        order = range(len(held)) if step < 0 else range(len(held) - 1, -1, -1)
        for i in order:
            other = i + step
            if held[i].uid in moved and 0 <= other < len(held) and held[other].uid not in moved:
                held[i], held[other] = held[other], held[i]
        lists[name] = tuple(held)
    return Edit(project.model_copy(update=lists), f"Move {_told(found)} {'up' if step < 0 else 'down'}", tuple(uids))


def existing(project: Project | None, uids: Iterable[str], parts: Sequence[str]) -> tuple[str, ...]:
    """Return those of the uids that the project still has; `parts` are always there."""
    if project is None:
        return ()
    there = {item.uid for _, item in items(project)} | set(parts)
    return tuple(uid for uid in uids if uid in there)


def check_name(name: str) -> None:
    """Refuse what could not be read back as a name.

    Raises
    ------
    InputError
        It is too long or holds characters that cannot be printed.
    """
    if len(name) > LONGEST_NAME:
        raise InputError(Problem("name", f"the name has {len(name)} characters", "", f"at most {LONGEST_NAME}"))
    if not name.isprintable():
        raise InputError(Problem("name", "the name holds a control character", ascii(name)[:80], "printable text"))


def fresh_uids(copied: Iterable[Item], taken: Collection[str]) -> dict[str, str]:
    """Return a uid that is not taken for every uid of these items: old -> new."""
    gone = set(taken)
    new: dict[str, str] = {}
    for item in copied:
        for uid in uids_of(item):
            new[uid] = fresh_uid(uid, gone)
            gone.add(new[uid])
    return new


def _check_list(kind: PluginKind, list_name: str) -> None:
    if list_name not in LISTS_OF_KIND.get(kind, ()):
        allowed = " or ".join(LISTS_OF_KIND.get(kind, ())) or "none of the project's lists"
        word = {"generator": "an object", "environment": "a light or surroundings"}.get(kind, f"an {kind}")
        raise InputError(Problem(list_name, f"{word} cannot stand in this list", list_name, allowed))


def _ordered(project: Project, uids: Collection[str]) -> list[tuple[str, Item]]:
    """Return the items of these uids with their lists, in the project's order."""
    for uid in uids:
        find(project, uid)
    wanted = set(uids)
    found = [(name, item) for name, item in items(project) if item.uid in wanted]
    if not found:
        raise KeyError("no uid was given")
    return found


def _told(found: Sequence[tuple[str, Item]]) -> str:
    return title_of(found[0][1]) if len(found) == 1 else f"{len(found)} items"


def _copy_name(name: str, names: Collection[str]) -> str:
    base, _, number = name.rpartition(" copy")
    base = base if base and (not number or number.strip().isdigit()) else name
    turn = 1
    while True:
        ending = " copy" if turn == 1 else f" copy {turn}"
        found = base[: LONGEST_NAME - len(ending)] + ending
        if found not in names:
            return found
        turn += 1


__all__ = [
    "LISTS_OF_KIND",
    "Edit",
    "add",
    "check_name",
    "commit",
    "duplicate",
    "existing",
    "fresh_uids",
    "kind_of_list",
    "lists_for",
    "move",
    "move_by",
    "remove",
    "rename",
    "set_enabled",
]
