"""Tells on the error stream what a person would want to know of a project that can be rendered, before it is.

It refuses nothing: that is the check's.
"""

from __future__ import annotations

from pathlib import Path

import typer

from myriorama.app.assets.store import FileAssetStore
from myriorama.scenes.project.check import project_findings
from myriorama.scenes.project.load import LoadedProject
from myriorama.scenes.registry import Registry


def tell_doubts(loaded: LoadedProject, registry: Registry, roots: tuple[Path, ...]) -> None:
    """Print one warning for each doubt; none where there are problems, which whoever renders tells."""
    store = FileAssetStore(loaded.folder, extra_roots=roots)
    problems, doubts = project_findings(loaded.project, registry, store)
    for doubt in () if problems else doubts:
        way_out = f"; better: {doubt.allowed}" if doubt.allowed else ""
        typer.secho(f"warning: {doubt.place}: {doubt.message}{way_out}", fg=typer.colors.YELLOW, err=True)
