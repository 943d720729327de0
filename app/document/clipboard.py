"""Nodes as plain text, to be copied and pasted within a project, between projects, or by mail.

The text is JSON and is read by the project's own parser, with all of its limits; nothing in it is ever run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from myriorama.app.document.addresses import LISTS
from myriorama.app.document.classes import new_class, with_class
from myriorama.app.document.edit import Edit
from myriorama.app.document.edits import fresh_uids
from myriorama.app.document.uids import Item, items, linked_names, renamed, taken_uids, title_of
from myriorama.scenes.errors import InputError, Problem, ProjectError
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.dump import project_tree
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import FORMAT, VERSION, CameraNode, ClassFromAttribute, Node, Project
from myriorama.scenes.project.structure import UNLABELLED
from myriorama.scenes.project.text import read_json

WORD: Final = "nodes"
_KEYS: Final = ("myriorama", "version", "classes", "parameters", *LISTS)
_NAMED: Final = re.compile(r"\bproject\.([A-Za-z_][A-Za-z0-9_]*)")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A project needs a camera; these uids are none that a person gives.
_CAMERA: Final = CameraNode(uid=".clipboard", rig=Node(uid=".clipboard.rig", type="fixed"))


def copied_text(project: Project, uids: Collection[str]) -> str:
    """Return nodes and groups as text, with the classes and named values that they refer to.

    Returns
    -------
    str
        Empty where none of the uids stands in a list of the project.
    """
    chosen = [(name, item) for name, item in items(project) if item.uid in set(uids)]
    if not chosen:
        return ""
    classes = {name for _, item in chosen for name in _classes_of(item)}
    named = _named_by(project, [item for _, item in chosen])
    small = Project(
        name="clipboard",
        camera=_CAMERA,
        classes=tuple(row for row in project.classes if row.name in classes),
        parameters={k: v for k, v in project.parameters.items() if k in named},
    )
    small = small.model_copy(update={n: tuple(i for name, i in chosen if name == n) for n in LISTS})
    tree = {k: v for k, v in project_tree(small).items() if k in _KEYS}
    return json.dumps({"myriorama": WORD, **tree}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def is_copied_text(text: str) -> bool:
    """Say, at little cost, whether a text looks like copied nodes."""
    return text[:200].lstrip().startswith("{") and '"myriorama"' in text[:200]


def paste(project: Project, text: str, *, behind: str = "") -> Edit:
    """Add copied nodes under new uids, with the classes and named values that the project has not yet.

    Parameters
    ----------
    behind : str
        Uid of what they go behind, in a list of the same name; otherwise they go to the end of their lists.

    Raises
    ------
    ProjectError
        The text is no copied nodes, or holds what a project may not.
    """
    pasted = _parsed(text)
    chosen = list(items(pasted))
    if not chosen:
        raise ProjectError(Problem("", "there is nothing to paste in this text", "", "copied nodes", "clipboard"))
    changed = project
    for row in pasted.classes:
        if all(known.name != row.name for known in changed.classes):
            free = all(known.id != row.id for known in changed.classes)
            made = row if free else new_class(changed, row.name).model_copy(update=_looks(row))
            changed = with_class(changed, made)
    missing = {k: v for k, v in pasted.parameters.items() if k not in changed.parameters}
    if missing:
        changed = changed.model_copy(update={"parameters": {**changed.parameters, **missing}})
    new = fresh_uids([item for _, item in chosen], taken_uids(project))
    made_items = [(name, renamed(item, new)) for name, item in chosen]
    for name in LISTS:
        added = tuple(item for list_name, item in made_items if list_name == name)
        held = getattr(changed, name)
        at = next((i + 1 for i, item in enumerate(held) if item.uid == behind), len(held))
        changed = changed.model_copy(update={name: (*held[:at], *added, *held[at:])})
    what = title_of(made_items[0][1]) if len(made_items) == 1 else f"{len(made_items)} items"
    return Edit(changed, f"Paste {what}", tuple(item.uid for _, item in made_items))


def _parsed(text: str) -> Project:
    """Return a project that holds the copied nodes and nothing else."""
    tree, problems = read_json(text, "clipboard")
    if problems:
        raise ProjectError(problems)
    if not isinstance(tree, dict) or tree.get("myriorama") != WORD:
        allowed = f'{{"myriorama": "{WORD}", ...}}'
        raise ProjectError(Problem("", "this text is no copied nodes", shown(tree), allowed, "clipboard"))
    unknown = [key for key in tree if key not in _KEYS]
    if unknown:
        raise ProjectError(Problem("", "unknown key", shown(unknown[0]), f"one of {', '.join(_KEYS)}", "clipboard"))
    whole: dict[str, Any] = {
        "format": FORMAT,
        "version": tree.get("version", VERSION),
        "name": "clipboard",
        "camera": _CAMERA.model_dump(by_alias=True),
        **{key: tree[key] for key in _KEYS[2:] if key in tree},
    }
    try:
        return parse_project(json.dumps(whole, allow_nan=False), "clipboard")
    except InputError as error:
        raise ProjectError(error.problems) from error


def _looks(row: Any) -> dict[str, Any]:
    return {"color": row.color, "supercategory": row.supercategory, "kind": row.kind}


def _classes_of(item: Item) -> tuple[str, ...]:
    written = item.class_
    if isinstance(written, ClassFromAttribute):
        return tuple(written.map.values())
    return () if written == UNLABELLED else (written,)


def _named_by(project: Project, chosen: Iterable[Item]) -> frozenset[str]:
    """Return the names of the project's values that links of these items name, at first or second hand."""
    texts = [text for item in chosen for text in linked_names(item.model_dump(by_alias=True))]
    found: set[str] = set()
    while texts:
        new = {word for word in _NAMED.findall(texts.pop()) if word in project.parameters} - found
        found |= new
        for word in new:
            # Among themselves the project's values may be named without the word before the dot.
            for text in linked_names(project.parameters[word]):
                texts += [text, *(f"project.{near}" for near in _WORD.findall(text))]
    return frozenset(found)
