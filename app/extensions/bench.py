"""A project to look at plugins in: the blank one, with one of each that can stand in a list. It opens nothing."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from myriorama.app.document.edits import LISTS_OF_KIND, add
from myriorama.app.document.files import read_project
from myriorama.app.document.templates import BLANK, template_file
from myriorama.plugins.manifest import Manifest
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import Project

_MOST: Final = 6


def blank_project() -> tuple[Project, Path]:
    """Return the blank project, and the folder that its references start from."""
    source = template_file(BLANK)
    return read_project(source)[0], source.parent


def blank_with(manifest: Manifest, registry: PluginRegistry) -> tuple[Project, Path]:
    """Return a project with the first plugins of a manifest in it, and the folder that its references start from.

    Plugins that need a file which nobody has chosen are left out; placements, annotators and writers stand in no list.
    """
    project, folder = blank_project()
    project = project.model_copy(update={"name": manifest.id})
    for entry in [e for e in manifest.entries if e.kind in LISTS_OF_KIND][:_MOST]:
        with contextlib.suppress(InputError):
            project = add(project, registry, entry.kind, entry.name).project
    return project, folder


def has_any(project: Project, manifest: Manifest) -> bool:
    """Tell whether a project uses a plugin of a manifest."""
    used = {item.type for part in (project.objects, project.stage) for item in part}
    used |= {node.placement.type for part in (project.objects, project.stage) for node in part}
    used |= {node.type for part in (project.environment, project.lights, project.effects) for node in part}
    return any(entry.name in used for entry in manifest.entries)
