"""``new``: start a project from a shipped example. It never writes into a folder that exists."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json
from myriorama.app.finding import example_names, examples_folder
from myriorama.scenes.errors import InputError, Problem

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


def copy_example(example: str, folder: Path) -> Path:
    """Copy an example into a new `folder`, named after it, and return its project file.

    The uids stay, so the same seed still draws the same samples. The folder appears whole or not at all.

    Raises
    ------
    InputError
        There is no such example, the folder exists, or the folder above it does not.
    """
    from myriorama.scenes.project.dump import dump_project
    from myriorama.scenes.project.load import load_project

    if example not in example_names():
        raise InputError(Problem("--from", "there is no such example", repr(example[:80]), ", ".join(example_names())))
    name = folder.resolve().name
    if not 1 <= len(name) <= 200:
        raise InputError(Problem("NAME", "this cannot name a project", repr(str(folder)[:80]), "1 to 200 characters"))
    if folder.exists() or folder.is_symlink():
        raise InputError(Problem("NAME", "this exists already", repr(str(folder)), "a folder that does not exist yet"))
    if not folder.resolve().parent.is_dir():
        raise InputError(Problem("NAME", "the folder to make it in does not exist", repr(str(folder.parent))))
    project = load_project(examples_folder() / example / "project.json").project
    with tempfile.TemporaryDirectory(prefix=f".{name[:80]}.", dir=folder.resolve().parent) as unfinished:
        copy = Path(unfinished) / "copy"
        shutil.copytree(examples_folder() / example, copy)
        text = dump_project(project.model_copy(update={"name": name}))
        (copy / "project.json").write_text(text, encoding="utf-8")
        copy.rename(folder)
    return folder / "project.json"
