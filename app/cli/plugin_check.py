"""``plugin check``: everything that a plugin must keep, tried out; exit code 1 and the reason where it does not.

The plugin's code runs in host processes, never in this one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json

if TYPE_CHECKING:
    from myriorama.plugins.conformance.findings import Finding

_NAME_WIDTH = 24


def check(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A plugin's project folder, its package, or a single .py file.")
    ] = Path(),
    draws: Annotated[
        int, typer.Option("--draws", min=3, max=100_000, help="Sets of values that each plugin is run with.")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63, help="Of those values.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="30 draws and no check for leaks: while writing.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Check a plugin against everything that a plugin must keep; exit code 1 where it does not."""
    from myriorama.plugins.conformance.checking import check_path
    from myriorama.plugins.conformance.options import Options

    options = Options(draws=draws, seed=seed)
    if quick:
        options = options.quick()
    heading = ""

    def tell(finding: Finding) -> None:
        nonlocal heading
        if finding.plugin != heading:
            typer.echo(("\n" if heading else "") + finding.plugin)
            heading = finding.plugin
        _say(finding)

    report = check_path(path, options, None if as_json else tell)
    if as_json:
        print_json(report.to_json())
    else:
        count = len({f.plugin for f in report.findings if f.name})
        made = sum(not f.skipped for f in report.findings)
        of = f"{made} checks of {count} plugin{'' if count == 1 else 's'}"
        verdict = f"all is well ({of})" if report.ok else f"{len(report.failures)} of {of} failed"
        typer.echo(f"\n{report.source} {report.version}: {verdict}")
    return ExitCode.OK if report.ok else ExitCode.CHECK_FAILED


def _say(finding: Finding) -> None:
    from myriorama.app.printable import printable

    word, color = ("skip", typer.colors.YELLOW) if finding.skipped else ("ok", typer.colors.GREEN)
    if not finding.ok:
        word, color = "FAIL", typer.colors.RED
    typer.secho(f"  {word:<4}  ", fg=color, bold=not finding.ok, nl=False)
    took = f"  ({finding.ms / 1e3:.1f} s)" if finding.ms >= 1000 else ""
    typer.echo(f"{finding.check:<{_NAME_WIDTH}}  {printable(finding.message, 1000)}{took}".rstrip())
    if finding.ok:
        return
    if finding.line:
        typer.echo(
            f"        {printable(_near(finding.file), 400)}, line {finding.line}: {printable(finding.code, 200)}"
        )
    elif finding.file:
        typer.echo(f"        {printable(_near(finding.file), 400)}")
    for name, value in finding.values.items():
        typer.echo(f"        {name} = {printable(repr(value), 300)}")


def _near(file: str) -> str:
    """Return a path as seen from the working folder, where it lies below it."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file
