"""From a page's object to a group of a project: one edit, with the values and materials that were looked at."""

from __future__ import annotations

from dataclasses import replace

from myriorama.app.document.edit import Edit
from myriorama.app.document.edits import add
from myriorama.app.object_studio.bench import values_of
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Project


def added(project: Project, page: Project, registry: PluginRegistry) -> Edit:
    """Return the edit that adds the object of a page's project to another project.

    What is at its default, and would not be varied by a new group, is not written.

    Raises
    ------
    PluginError
        There is no such generator.
    InputError
        The group cannot stand in the project.
    """
    group = page.objects[0]
    declared = {p.name: p for p in registry.parameters("generator", group.type)}
    written = {
        name: value
        for name, value in values_of(page).items()
        if name in declared and (declared[name].suggested is not None or value != declared[name].default)
    }
    edit = add(project, registry, "generator", group.type, name=group.name, values=written)
    if not group.materials:
        return edit
    lists = {
        where: tuple(g.model_copy(update={"materials": group.materials}) if g.uid in edit.select else g for g in groups)
        for where, groups in (("objects", edit.project.objects), ("stage", edit.project.stage))
    }
    return replace(edit, project=edit.project.model_copy(update=lists))
