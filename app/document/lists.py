"""Which kind of plugin stands in which list of a project. It asks no registry and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from myriorama.scenes.registry import PluginKind

LISTS_OF_KIND: Final[Mapping[PluginKind, tuple[str, ...]]] = {
    "generator": ("objects", "stage"),
    "environment": ("environment", "lights"),
    "effect": ("effects",),
}
"""Where a plugin of a kind may stand; the first is where it goes unless it says otherwise."""


def kind_of_list(name: str) -> PluginKind:
    """Return the kind of plugin that stands in a list of the project."""
    return next(kind for kind, names in LISTS_OF_KIND.items() if name in names)


def lists_for(name: str) -> tuple[str, ...]:
    """Return the lists that something of list `name` may move to, its own included."""
    return LISTS_OF_KIND[kind_of_list(name)]
