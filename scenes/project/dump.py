"""Writes a project as JSON: keys in the model's order, defaults left out, the same bytes for the same project.

Parameters are written as they were read. Nothing is rounded.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, Final

from myriorama.scenes.project.model import Project, plain_json

_LINE: Final = 100
_ALWAYS: Final = ("format", "version", "name", "seed")


def project_tree(project: Project) -> dict[str, Any]:
    """Return the project as plain JSON values; keys that hold their default are left out, except the first four."""
    tree: dict[str, Any] = plain_json(project.model_dump(by_alias=True, exclude_defaults=True))
    return {**{key: getattr(project, key) for key in _ALWAYS}, **tree}


def dump_project(project: Project) -> str:
    """Return the text of a project file, ending in a newline; ``parse_project`` of it gives an equal project."""
    return _layout(project_tree(project), 0) + "\n"


def _layout(value: Any, indent: int) -> str:
    """Lay out JSON by two blanks a level; a list or object that fits stays on one line."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not value or not isinstance(value, list | dict) or (indent and len(line) <= _LINE - 2 * indent):
        return line
    if isinstance(value, list):
        opening, closing = "[", "]"
        entries = [_layout(item, indent + 1) for item in value]
    else:
        opening, closing = "{", "}"
        entries = [f"{json.dumps(key, ensure_ascii=False)}: {_layout(item, indent + 1)}" for key, item in value.items()]
    margin = "\n" + "  " * (indent + 1)
    return opening + margin + f",{margin}".join(entries) + "\n" + "  " * indent + closing


def project_hash(project: Project) -> str:
    """Return 32 hex digits that depend on what the project says, not on how its file is laid out."""
    text = json.dumps(project_tree(project), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()
