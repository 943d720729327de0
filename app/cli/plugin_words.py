"""How commands tell of a plugin: the same facts as the window's dialog. A stranger's text steers no terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myriorama.app.amounts import size_text
from myriorama.app.cli.output import print_facts, print_json, print_rows

if TYPE_CHECKING:
    from myriorama.app.extensions.rows import PluginRow
    from myriorama.plugins.faults import Fault

SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="A plugin as `plugin list` names it, its id, or the path of its files.")
]
BesideOption = Annotated[
    str | None,
    typer.Option("--project", metavar="PROJECT", help="Look into the folder `plugins` beside this project as well."),
]


def beside(project: str | None) -> Path | None:
    """Return the file of the project whose neighbours are looked at; see `find_project` for errors."""
    from myriorama.app.finding import find_project

    return None if project is None else find_project(project)


def say(row: PluginRow) -> None:
    """Print what a person has to know before saying yes: who, what, which files, what changed, what is enforced."""
    from myriorama.app.extensions.counting import ORIGINS, held_in, sizes_of
    from myriorama.app.extensions.rows import WAYS_OUT
    from myriorama.app.printable import printable
    from myriorama.plugins.hosting.enforcement import enforced

    source, manifest, held = row.source, row.manifest, held_in(row)
    publisher = source.publisher or (manifest.publisher if manifest else "")
    facts = {
        "source": row.key,
        "state": row.status + (f", approved {row.approved_at}" if row.approved_at else ""),
        "problem": row.problem,
        "way out": WAYS_OUT[row.status],
        "what it is": held.description,
        "version": source.version or (manifest.version if manifest else "") or "unknown",
        "publisher": f"{printable(publisher, 120)} (says the plugin; not verified)" if publisher else "unknown",
        "licence": manifest.licence if manifest else "",
        "from": ORIGINS[source.origin],
        "lies at": source.root,
        "sha256": source.sha256,
    }
    print_facts({name: printable(text, 1000) for name, text in facts.items() if text})
    if row.change is not None:
        _say_lines("changed since it was approved", [printable(told) for told in row.change.sentences()])
    known = [
        (f"{p.kind}/{p.name}", "?" if p.parameters is None else str(p.parameters), p.help or p.label)
        for p in held.plugins
    ]
    if known:
        typer.echo("")
        print_rows(("in it", "parameters", "what it is"), known)
    sizes = sizes_of(source)
    files = [
        (printable(name, 200), "gone" if (size := sizes.get(name)) is None else size_text(size), digest)
        for name, digest in source.files.items()
    ]
    if files:
        typer.echo("")
        print_rows(("file", "size", "sha256"), files)
    guards = [f"{'yes' if e.kept else 'NO '}  {e.name}: {e.how}" for e in enforced()]
    _say_lines("what this system holds a plugin to", guards)


def _say_lines(title: str, lines: list[str]) -> None:
    typer.echo(f"\n{title}:")
    for line in lines:
        typer.echo(f"  {line}")


def failed(fault: Fault, as_json: bool, seed: int | None = None, index: int | None = None) -> int:
    """Print how a plugin failed and return the exit code."""
    from myriorama.app.cli.exits import ExitCode
    from myriorama.app.extensions.telling import told
    from myriorama.app.printable import printable

    if as_json:
        print_json({"fault": fault.to_json()})
    else:
        for line in told(fault, seed, index).splitlines():
            typer.echo(line[: len(line) - len(line.lstrip())] + printable(line.strip(), 2000))
    return ExitCode.CHECK_FAILED


def row_json(row: PluginRow) -> dict[str, Any]:
    """Return a row as a JSON-able object, without its files."""
    from myriorama.app.extensions.counting import held_in

    source, held = row.source, held_in(row)
    return {
        "key": row.key,
        "id": source.id,
        "origin": source.origin,
        "path": source.root,
        "version": source.version,
        "publisher": source.publisher,
        "description": held.description,
        "sha256": source.sha256,
        "state": row.status,
        "problem": row.problem,
        "approved_at": row.approved_at,
        "changed": list(row.change.sentences()) if row.change else [],
        "plugins": [
            {"kind": p.kind, "name": p.name, "label": p.label, "help": p.help, "parameters": p.parameters}
            for p in held.plugins
        ],
    }
