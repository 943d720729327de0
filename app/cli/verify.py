"""``verify``: read a finished dataset back and check every promise it makes. It changes nothing in it."""

from __future__ import annotations

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import DatasetArgument, JsonOption
from myriorama.app.cli.output import print_json

SHOWN_FAULTS = 20


def verify(folder: DatasetArgument, as_json: JsonOption = False) -> int:
    """Check a dataset: every file against its hash, every label against the label contract."""
    from myriorama.app.dataset.verify import verify as verify_dataset

    report = verify_dataset(folder)
    if as_json:
        print_json({"folder": str(folder), "ok": report.ok, "samples": report.samples, "faults": list(report.faults)})
    elif report.ok:
        typer.echo(f"{folder}: {report.samples} samples, every file and every label holds")
    else:
        for fault in report.faults[:SHOWN_FAULTS]:
            typer.echo(str(fault))
        if len(report.faults) > SHOWN_FAULTS:
            typer.echo(f"and {len(report.faults) - SHOWN_FAULTS} more")
        typer.secho(f"{folder}: {len(report.faults)} faults in {report.samples} samples", fg="red", err=True)
    return ExitCode.OK if report.ok else ExitCode.CHECK_FAILED
