"""``plugin build``: an author has the manifest written that others read without running code."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json
from myriorama.app.cli.plugin_words import failed


def build(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A plugin's project folder, its package, or a single .py file.")
    ] = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 where the manifest is not up to date.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Run a plugin's code in a process of its own, and write what its classes declare as its manifest."""
    from myriorama.app.extensions.changes import manifest_change
    from myriorama.app.printable import printable
    from myriorama.plugins.faults import PluginFault
    from myriorama.plugins.hosting.hosts import PluginHosts
    from myriorama.plugins.packaging import build as make
    from myriorama.plugins.packaging import write

    try:
        with contextlib.closing(PluginHosts()) as hosts:
            built = make(path, hosts)
    except PluginFault as error:
        return failed(error.fault, as_json)
    change = manifest_change(built.before, built.manifest)
    names = [f"{e.kind}/{e.name}" for e in built.manifest.entries]
    if not check and not built.problems:
        write(built)
    is_bad = bool(built.problems) or (check and not built.is_current)
    if as_json:
        print_json(
            {
                "file": str(built.file) if built.file else None,
                "plugins": names,
                "up_to_date": built.is_current,
                "changed": [] if built.is_current else list(change.sentences()),
                "problems": [str(problem) for problem in built.problems],
                "manifest": built.manifest.to_json(),
            }
        )
        return ExitCode.CHECK_FAILED if is_bad else ExitCode.OK
    for problem in built.problems:
        typer.secho("problem: ", fg=typer.colors.RED, nl=False, err=True)
        typer.echo(printable(str(problem), 1000), err=True)
    if built.file is None:
        typer.echo(f"{path}: a single file carries no manifest; it declares {', '.join(names)}")
    elif built.is_current:
        typer.echo(f"{built.file}: up to date; {', '.join(names)}")
    else:
        stands = "is not up to date" if check or built.problems else "written"
        typer.echo(f"{built.file}: {stands}; {', '.join(names)}")
        for told in change.sentences() if built.before else ("there was none that could be read",):
            typer.echo(f"  {printable(told)}")
    return ExitCode.CHECK_FAILED if is_bad else ExitCode.OK
