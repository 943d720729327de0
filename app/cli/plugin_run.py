"""``plugin run``: one call of one generator or environment, with values that are written down. It keeps nothing."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json
from myriorama.app.cli.plugin_words import BesideOption, beside, failed
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.hosting.hosts import PluginHosts
    from myriorama.plugins.sources import Grant

LONGEST_VALUES = 2**20


def run(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="The path of a plugin's file or folder, which has it run; or one that is enabled, as `plugin list` "
            "names it.",
        ),
    ],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A generator or environment in it: apple, generator/apple.")
    ],
    values: Annotated[
        str,
        typer.Option("--values", metavar="JSON", help="Values by parameter name; the others are at their defaults."),
    ] = "{}",
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="S", min=0, help="Draw what is not written from what the plugin suggests."),
    ] = None,
    index: Annotated[
        int, typer.Option("--index", metavar="I", min=0, help="Which draw of the seed; 0 unless said.")
    ] = 0,
    project: BesideOption = None,
    as_json: JsonOption = False,
) -> int:
    """Call a plugin once and print what it made, or how it failed (exit code 1)."""
    from myriorama.app.extensions.single_run import entry_named, run_once, values_of
    from myriorama.plugins.faults import PluginFault
    from myriorama.plugins.hosting.hosts import PluginHosts

    written = _read_values(values)
    with contextlib.closing(PluginHosts()) as hosts:
        try:
            grant = _grant(source, project, hosts)
            entry = entry_named(grant, name)
            given = values_of(grant, entry, written, seed, index)
            ran = run_once(grant, entry, given, hosts, Path.cwd())
        except PluginFault as error:
            return failed(error.fault, as_json, seed, index if seed is not None else None)
    named = {"source": grant.source.key, "kind": entry.kind, "name": entry.name, "version": entry.version}
    print_json({**named, "values": dict(ran.values), **ran.facts})
    return ExitCode.OK


def _read_values(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text) if len(text) <= LONGEST_VALUES else None
    except (ValueError, RecursionError) as error:
        raise InputError(Problem("--values", f"this is not JSON: {error}", repr(text[:80]))) from error
    if not isinstance(tree, dict):
        raise InputError(Problem("--values", "this is no object of JSON", repr(text[:80]), '{"size_m": 0.1}'))
    return tree


def _grant(source: str, project: str | None, hosts: PluginHosts) -> Grant:
    """Return what may run: a path that the person named has it run, anything else must be enabled."""
    from myriorama.app.extensions.listing import look_around
    from myriorama.plugins.discovery import source_at
    from myriorama.plugins.sources import Grant

    path = Path(source)
    if path.suffix == ".py" or path.is_dir():
        found = source_at(path)
        return Grant(found, hosts.describe(found), development=True)
    listing = look_around(beside(project))
    row = listing.row(source)
    grant = listing.grant(row.key)
    if grant is None:
        told, allowed = f"{row.key} is not enabled ({row.status})", f"`myriorama plugin enable {row.key}`"
        raise InputError(Problem("SOURCE", told, row.problem, allowed))
    return grant
