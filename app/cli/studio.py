"""``studio``: open the window. This room knows no window; whoever starts the program gives the way to open one."""

from __future__ import annotations

from typing import Annotated

import typer

from myriorama.scenes.errors import InputError, Problem


def studio(
    context: typer.Context,
    project: Annotated[
        str | None,
        typer.Argument(
            metavar="PROJECT", show_default=False, help="A project file, its folder, or an example; none: welcome page."
        ),
    ] = None,
) -> int:
    """Open the studio's window."""
    if context.obj is None:
        told = Problem("studio", "this door has no window", allowed="`myriorama studio`, or `myriorama` alone")
        raise InputError(told)
    code: int = context.obj(project)
    return code
