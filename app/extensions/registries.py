"""The registry that a command works with: what is shipped, and what its user has enabled.

It enables nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from myriorama.app.extensions.approvals import user_grants
from myriorama.plugins.discovery import find_installed
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.registry import PluginRegistry, registry_with
from myriorama.plugins.sources import Grant


def job_registry(grants: Sequence[Grant]) -> PluginRegistry:
    """Return a registry that runs exactly these third-party plugins, in hosts; `close` ends them."""
    return registry_with([on_this_machine(grant) for grant in grants], PluginHosts())


def on_this_machine(grant: Grant) -> Grant:
    """Return a grant with the place of its files here: a job may be made on another machine than it was begun on.

    Only files of the very same hash take the place; where there are none the grant stays as it is, and whoever loads
    it says that its files are missing.
    """
    if Path(grant.source.root).exists():
        return grant
    same = (found.source for found in find_installed() if found.source.sha256 == grant.source.sha256)
    return next((replace(grant, source=source) for source in same), grant)


def user_registry(project: Path | None = None, *, hosted: bool = False) -> PluginRegistry:
    """Return a registry of its own.

    Parameters
    ----------
    project : Path or None
        The project file that is worked on: plugins beside it that its user has enabled are among them.
    hosted : bool
        Third-party code can be run, in processes of its own, which `close` ends. Otherwise it is described only.
    """
    return registry_with(user_grants(project), PluginHosts() if hosted else None)
