"""``export``: a finished dataset in another format, without rendering anything again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import DatasetArgument, JsonOption
from myriorama.app.cli.output import print_json
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.selection import ClassUse
    from myriorama.plugins.splitting import Split


def export(
    folder: DatasetArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the export will lie; must not exist.")],
    format_name: Annotated[
        str, typer.Option("--format", "-f", metavar="NAME", help="A writer, as `list writers` shows.")
    ],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="An option of the format; may be repeated."),
    ] = None,
    min_visible: Annotated[
        float, typer.Option("--min-visible", metavar="F", min=0, max=1, help="Least visible fraction of an object.")
    ] = 0.0,
    min_size: Annotated[
        int, typer.Option("--min-size", metavar="PX", min=0, help="Least shorter side of an object's box, pixels.")
    ] = 0,
    min_area: Annotated[
        int, typer.Option("--min-area", metavar="PX", min=0, help="Least number of an object's visible pixels.")
    ] = 0,
    keep_as_ignore: Annotated[
        bool, typer.Option("--keep-as-ignore", help="Make regions to ignore of what these limits remove.")
    ] = False,
    classes: Annotated[
        str | None, typer.Option("--classes", metavar="A,B", help="Only these classes, by their names in the dataset.")
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option("--rename", metavar="A=C", help="Show class A as C; classes of one name are merged; repeatable."),
    ] = None,
    ignore: Annotated[
        str | None, typer.Option("--ignore", metavar="A,B", help="Make regions to ignore of these classes.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="F,F,F", help="Shares of train, val and test, such as 0.8,0.1,0.1.")
    ] = None,
    split_by: Annotated[
        str | None,
        typer.Option("--split-by", metavar="PATH", help="Samples that share this drawn value share a part."),
    ] = None,
    link: Annotated[bool, typer.Option("--link", help="Hard links instead of copies of the pictures.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Export a finished dataset DIR in another format; the dataset stays as it is."""
    from myriorama.app.cli.selecting import read_writer_options
    from myriorama.app.conversion.exporting import ExportWanted, export_dataset
    from myriorama.app.dataset.manifest import ManifestError, read_manifest
    from myriorama.app.extensions.registries import user_registry
    from myriorama.plugins.selection import Filter, Selection

    if not folder.is_dir():
        raise InputError(Problem("DIR", "there is no such folder", repr(str(folder)), "a dataset's folder"))
    try:
        stored = read_manifest(folder).selection
    except ManifestError as error:
        raise InputError(Problem("DIR", str(error), repr(str(folder)), "a finished dataset")) from error
    limits = Filter(min_visible, min_size, min_area, "ignore" if keep_as_ignore else "drop")
    selection = Selection(
        {**stored.classes, **_uses(rename or (), ignore)},
        tuple(_names("--classes", classes)),
        limits,
        stored.split if split is None and split_by is None else _split(split, split_by),
    )
    with closing(user_registry(hosted=True)) as registry:
        known = registry.names("writer")
        if format_name not in known:
            raise InputError(Problem("--format", "there is no such format", repr(format_name), ", ".join(known)))
        given = [f"{format_name}.{text}" for text in option or ()]
        options = read_writer_options("--option", given, registry).get(format_name, {})
        wanted = ExportWanted(folder, out, format_name, options, selection, link)
        exported = export_dataset(wanted, registry)
    if as_json:
        print_json({**asdict(exported), "folder": str(exported.folder)})
        return ExitCode.OK
    told = f"{exported.samples} samples, {exported.annotations} objects, {exported.files} files"
    typer.echo(f"{exported.folder}: {told}")
    if len(exported.parts) > 1:
        typer.echo("parts: " + ", ".join(f"{part} {count}" for part, count in sorted(exported.parts.items())))
    for reason, count in sorted(exported.removed.items()):
        typer.echo(f"{count} objects are not labelled: {_REASONS[reason]}")
    for loss in exported.losses:
        typer.echo(f"not held by this format: {loss}")
    return ExitCode.OK


_REASONS = {
    "class": "their class is not among those that are shown",
    "visible": "too little of them is visible",
    "size": "their box is too small",
    "area": "they cover too few pixels",
}


def _uses(renames: Sequence[str], ignored: str | None) -> dict[str, ClassUse]:
    from myriorama.plugins.selection import ClassUse

    uses = {name: ClassUse(use="ignore") for name in _names("--ignore", ignored)}
    for text in renames:
        name, equals, shown = (part.strip() for part in text.partition("="))
        if not (name and equals and shown):
            raise InputError(Problem("--rename", "this renames no class", repr(text[:80]), "A=C"))
        if name in uses:
            raise InputError(Problem("--rename", "this class has a use already", repr(name), "one use for each class"))
        uses[name] = ClassUse(shown)
    return uses


def _names(option: str, text: str | None) -> list[str]:
    if text is None:
        return []
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise InputError(Problem(option, "the list is empty", repr(text[:80]), "names with commas between"))
    return names


def _split(text: str | None, by: str | None) -> Split:
    from myriorama.plugins.splitting import Split

    try:
        shares = tuple(float(part) for part in (text or "0.8,0.1,0.1").split(","))
    except ValueError as error:
        raise InputError(Problem("--split", "three shares whose sum is 1", repr(text), "0.8,0.1,0.1")) from error
    if len(shares) == 2:
        shares = (*shares, 0.0)
    if len(shares) != 3:
        raise InputError(Problem("--split", "three shares whose sum is 1", repr(text), "0.8,0.1,0.1"))
    return Split((shares[0], shares[1], shares[2]), by or "")
