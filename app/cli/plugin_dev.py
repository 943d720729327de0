"""``plugin dev``: open the window on a plugin that is being written. It approves nothing: it holds for one run.

This room knows no window; whoever starts the program gives the way to open one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from myriorama.scenes.errors import InputError, Problem


def dev(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Your plugin: its .py file, its package, or its project's folder.")
    ],
    project: Annotated[
        str | None,
        typer.Option(
            "--project", metavar="PROJECT", help="Try it in this project instead of a blank one with the plugin in it."
        ),
    ] = None,
) -> int:
    """Open the studio on a plugin that you write: each save is loaded, and shown within a second or so.

    Its code runs in processes of its own until the window is closed, and nothing is approved for good.
    """
    from myriorama.plugins.discovery import source_at

    source_at(path)  # what is no plugin is told here; one with a fault in it is told of in the window
    if context.obj is None:
        told = Problem("plugin dev", "this door has no window", allowed="`myriorama plugin dev PATH`")
        raise InputError(told)
    code: int = context.obj(project, develop=path.absolute())
    return code
