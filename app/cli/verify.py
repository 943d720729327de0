"""``verify``: read a finished dataset back and check every promise it makes. It changes nothing in it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict

import typer

from myriorama.app.amounts import size_text
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import DatasetArgument, JsonOption
from myriorama.app.cli.output import print_json
from myriorama.scenes.errors import InputError, Problem

SHOWN_FINDINGS = 20


def verify(folder: DatasetArgument, as_json: JsonOption = False) -> int:
    """Check a dataset: every file against its hash, every label against the label contract."""
    from myriorama.app.dataset.verify import verify as verify_dataset
    from myriorama.app.extensions.registries import user_registry

    if not folder.is_dir():
        raise InputError(Problem("DIR", "there is no such folder", repr(str(folder)), "a dataset's folder"))
    registry = user_registry(hosted=True)
    with closing(registry):
        report = verify_dataset(folder, registry)
    if as_json:
        print_json({"folder": str(folder), "sound": report.sound, **asdict(report)})
    else:
        for finding in report.findings[:SHOWN_FINDINGS]:
            typer.secho(str(finding), fg=typer.colors.RED)
        if len(report.findings) > SHOWN_FINDINGS:
            typer.echo(f"and {len(report.findings) - SHOWN_FINDINGS} more")
        for note in report.notes[:SHOWN_FINDINGS]:
            typer.echo(f"note: {note}")
        samples = f"{report.samples} sample{'' if report.samples == 1 else 's'}"
        size = f"{samples}, {report.annotations} objects, {report.files} files, {size_text(report.bytes)}"
        if report.sound:
            typer.echo(f"{folder}: {size}: every file and every label holds")
            if report.quarantined:
                typer.echo(f"{report.quarantined} samples were quarantined when it was made")
        else:
            number = len(report.findings)
            typer.echo(f"{folder}: {number} fault{'' if number == 1 else 's'} in {size}")
    return ExitCode.OK if report.sound else ExitCode.CHECK_FAILED
