"""Which third-party plugins a project uses: what its job may run, and no more.

It runs none and decides nothing about trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import PluginKind

PLUGIN: Final = "plugin "
"""Under this and the source's id a dataset names the plugins that made it among its versions."""


def names_used(
    project: Project, registry: PluginRegistry, formats: Sequence[str], labels: Sequence[str]
) -> Iterator[tuple[PluginKind, str]]:
    """Yield kind and name of everything that making this project's samples calls.

    Parameters
    ----------
    labels : sequence of str
        Empty means every annotator that is shipped.
    """
    for group in (*project.stage, *project.objects):
        yield "generator", group.type
        yield "placement", group.placement.type
    for node in (*project.environment, *project.lights):
        yield "environment", node.type
    for effect in project.effects:
        yield "effect", effect.type
    for name in labels or registry.shipped("annotator"):
        yield "annotator", name
    for name in formats:
        yield "writer", name


def grants_used(
    project: Project, registry: PluginRegistry, formats: Sequence[str], labels: Sequence[str]
) -> tuple[Grant, ...]:
    """Return the grants of the third-party plugins that a project uses, in the registry's order."""
    found = (registry.grant_of(kind, name) for kind, name in names_used(project, registry, formats, labels))
    used = {grant.source.key for grant in found if grant is not None}
    return tuple(grant for grant in registry.grants if grant.source.key in used)


def plugin_version(grant: Grant) -> str:
    """Return what tells the files of a grant from any others."""
    return f"{grant.source.version or grant.manifest.version or '0'}+{grant.source.sha256[:16]}"
