"""A good project as text, a way to spoil one, and what is told of it then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.registry import Registry

Check = Callable[[dict[str, Any]], list[tuple[str, str]]]
Put = Callable[[dict[str, Any], str, Any], None]


@pytest.fixture(scope="session")
def tree_text(good_tree: dict[str, Any]) -> str:
    """Return the text of a project that is right in every way."""
    return json.dumps(good_tree)


def put_at(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set (or with ``...`` delete) the value at ``objects/0/parameters/height_m``."""
    *parts, last = path.split("/")
    at: Any = tree
    for part in parts:
        if isinstance(at, list):
            at = at[int(part)]
        else:
            at = at.setdefault(part, {})
    if value is ...:
        del at[last]
    elif isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value


@pytest.fixture(scope="session")
def put() -> Put:
    """Return what sets or deletes one value of a tree."""
    return put_at


@pytest.fixture
def told(fake_registry: Registry, fake_shipped: Shipped) -> Check:
    """Read and check a tree; return (place, whole message) of every problem. An accepted tree gives none."""

    def check(tree: dict[str, Any]) -> list[tuple[str, str]]:
        try:
            check_project(parse_project(json.dumps(tree)), fake_registry, None, fake_shipped)
        except ProjectError as error:
            return [(p.place, str(p)) for p in error.problems]
        return []

    return check
