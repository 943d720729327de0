"""``plugin enable`` and ``plugin disable``: a person says which bytes may run.

Nothing is enabled without being shown, or named by its hash.
"""

from __future__ import annotations

import contextlib
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json
from myriorama.app.cli.plugin_words import BesideOption, SourceArgument, beside, failed, row_json, say
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.app.extensions.listing import Listing
    from myriorama.app.extensions.rows import PluginRow

SHORTEST_PREFIX: Final = 8


def enable(
    source: SourceArgument,
    project: BesideOption = None,
    yes: Annotated[
        str | None,
        typer.Option(
            "--yes",
            metavar="SHA256",
            help="Do not ask: the hash that `plugin info` shows, or its first 8 digits or more.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Allow exactly these files of a plugin to run, in processes of their own; shows them and asks first."""
    from myriorama.app.extensions.listing import look_around
    from myriorama.plugins.faults import PluginFault

    listing = look_around(beside(project))
    row = listing.row(source)
    if row.status in ("broken", "missing"):
        raise InputError(Problem("SOURCE", f"{row.key} cannot be enabled: {row.problem}", file=row.source.root))
    if row.status != "enabled":
        if yes is not None:
            _check_hash(yes, row)
        if not as_json:
            say(row)
        if yes is None and not _agreed(row, as_json):
            typer.echo("nothing was enabled")
            return ExitCode.CHECK_FAILED
        try:
            _approve(listing, row)
        except PluginFault as error:  # it has no manifest, and its code could not say what it declares
            return failed(error.fault, as_json)
    return _told(row.key, project, as_json)


def disable(source: SourceArgument, project: BesideOption = None, as_json: JsonOption = False) -> int:
    """Let a plugin run no more; projects that use it keep all their values."""
    from myriorama.app.extensions.approvals import Approvals, approvals_file
    from myriorama.app.extensions.listing import look_around

    approvals = Approvals(approvals_file())
    # one beside a project that is not named here can be switched off all the same
    known = [k for k, a in approvals.held.items() if source in (k, a.source.id, a.source.root)]
    key = known[0] if len(known) == 1 else look_around(beside(project)).row(source).key
    approvals.withdraw(key)
    if as_json:
        print_json({"key": key, "enabled": False})
    else:
        typer.echo(f"{key} is not enabled")
    return ExitCode.OK


def _check_hash(prefix: str, row: PluginRow) -> None:
    wanted = prefix.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_PREFIX},64}}", wanted):
        allowed = f"{SHORTEST_PREFIX} to 64 digits of its SHA-256"
        raise InputError(Problem("--yes", "this names no hash", repr(prefix[:80]), allowed))
    if not row.source.sha256.startswith(wanted):
        told = f"{row.key} is not what was to be enabled: its files have another hash"
        raise InputError(Problem("--yes", told, row.source.sha256, "look at it with `myriorama plugin info`"))


def _agreed(row: PluginRow, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        allowed = f"--yes {row.source.sha256[:16]}, after `myriorama plugin info`"
        raise InputError(Problem("--yes", "nobody can be asked here, so the hash has to be named", "", allowed))
    typer.echo("")
    return typer.confirm("Is this code that you trust? Enable it", default=False)


def _approve(listing: Listing, row: PluginRow) -> None:
    from myriorama.plugins.discovery import rehashed
    from myriorama.plugins.found import manifest_problem
    from myriorama.plugins.hosting.hosts import PluginHosts

    source = rehashed(row.source)
    if source.sha256 != row.source.sha256:
        raise InputError(Problem("SOURCE", "its files changed while it was shown; look again", file=source.root))
    manifest = row.manifest
    if manifest is None:
        with contextlib.closing(PluginHosts()) as hosts:
            manifest = hosts.describe(source)
    problem = manifest_problem(manifest, source)
    if problem:
        raise InputError(Problem("SOURCE", problem, file=source.root))
    approved_at = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - told to a person, in no dataset
    listing.approvals.approve(source, manifest, approved_at)


def _told(key: str, project: str | None, as_json: bool) -> int:
    from myriorama.app.extensions.listing import look_around

    row = look_around(beside(project)).row(key)
    if as_json:
        print_json(row_json(row))
    else:
        typer.echo(f"\n{row.key} is {row.status}" + (f": {row.problem}" if row.problem else ""))
    return ExitCode.OK
