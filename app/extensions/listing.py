"""Looks once at every place where plugins lie: what a command works with, where the window has `Plugins`.

It runs nothing and enables nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from myriorama.app.extensions.approvals import (
    Approvals,
    approvals_file,
    granted,
    project_plugin_folder,
    user_plugin_folder,
)
from myriorama.app.extensions.rows import PluginRow, rows_of, with_collisions
from myriorama.plugins.discovery import find_in_folder, find_installed
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import InputError, Problem


@dataclass(frozen=True)
class Listing:
    """What is there now, every byte read.

    Attributes
    ----------
    trouble : str
        Why approvals could not be read; empty where they could.
    """

    rows: tuple[PluginRow, ...]
    grants: tuple[Grant, ...]
    approvals: Approvals
    trouble: str = ""

    def row(self, name: str) -> PluginRow:
        """Return the row of a source.

        Parameters
        ----------
        name : str
            Its key (``user:apple``), its id where only one has it, or the path of its file or folder.

        Raises
        ------
        InputError
            None or several have that name; what there is is told.
        """
        path = str(Path(name).absolute())
        found = [row for row in self.rows if name == row.key] or [
            row for row in self.rows if name == row.source.id or path == row.source.root
        ]
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(row.key for row in found)
            raise InputError(Problem("SOURCE", "several plugins have this id", repr(name[:200]), keys))
        keys = (
            ", ".join(row.key for row in self.rows[:20]) or "there is none; `myriorama plugin list` says where it looks"
        )
        raise InputError(Problem("SOURCE", "there is no such plugin here", repr(name[:200]), keys))

    def grant(self, key: str) -> Grant | None:
        """Return by what grant a source may run; None where it may not."""
        return next((grant for grant in self.grants if grant.source.key == key), None)


def look_around(project: Path | None = None) -> Listing:
    """Return everything that is installed, in the user's folder, and beside a project file."""
    approvals = Approvals(approvals_file())
    found = [*find_installed(), *find_in_folder(user_plugin_folder(), "user")]
    beside = None if project is None else project_plugin_folder(project)
    if beside is not None:
        found += find_in_folder(beside, "project")
    grants = granted(found, approvals.held)
    rows = with_collisions(rows_of(found, approvals.held, beside), grants)
    return Listing(rows, grants, approvals, approvals.trouble)
