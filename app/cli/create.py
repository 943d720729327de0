"""``new``: start a project from a shipped example. It never writes into a folder that exists."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json
from myriorama.app.document.templates import copy_example

DEFAULT_EXAMPLE = "mugs_on_conveyor"


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="NAME", help="The folder to make; its last part names the project.")
    ],
    example: Annotated[
        str, typer.Option("--from", metavar="EXAMPLE", help="The example to start from; see `list examples`.")
    ] = DEFAULT_EXAMPLE,
    as_json: JsonOption = False,
) -> int:
    """Make a folder with a project of your own, copied from an example."""
    project_file = copy_example(example, folder)
    if as_json:
        print_json({"project": str(project_file), "example": example})
    else:
        typer.echo(f"{project_file} is yours now. Look at it, change it, then:")
        project, picture, dataset = (
            shlex.quote(n) for n in (str(folder), f"{folder.name}-0.png", f"{folder.name}-dataset")
        )
        typer.echo(f"  myriorama sample {project} 0 --show {picture}")
        typer.echo(f"  myriorama render {project} --count 100 --out {dataset}")
    return ExitCode.OK
