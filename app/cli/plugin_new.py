"""``plugin new``: a plugin of one's own from a template. It never writes into a folder that exists."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json


def new(
    name: Annotated[
        Path,
        typer.Argument(metavar="NAME", help="The folder to make; its last part names the plugin, in snake_case."),
    ],
    publisher: Annotated[
        str, typer.Option("--publisher", metavar="WHO", help="Who makes it; stands in pyproject.toml.")
    ] = "",
    as_json: JsonOption = False,
) -> int:
    """Make a folder with a plugin that works: one generator, its tests, a README and a CI file."""
    from myriorama.app.extensions.starting import start_plugin

    files = start_plugin(name, publisher)
    if as_json:
        print_json({"folder": str(name), "files": [str(file) for file in files]})
        return ExitCode.OK
    typer.echo(f"{name} is yours now. Next:")
    folder = shlex.quote(str(name))
    typer.echo(f"  myriorama plugin dev {folder}      # see it while you write it")
    typer.echo(f"  myriorama plugin build {folder}    # write its manifest")
    typer.echo(f"  myriorama plugin check {folder}    # everything that a plugin must keep")
    return ExitCode.OK
