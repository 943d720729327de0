"""``export``: a finished dataset in another format, without rendering anything again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import DatasetArgument, JsonOption, near_names
from myriorama.app.cli.output import print_json
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.selection import ClassUse
    from myriorama.plugins.splitting import Split

_T = TypeVar("_T")
_DIGITS: Final = 9
_USUAL: Final = (0.8, 0.1, 0.1)


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
        list[str] | None,
        typer.Option(
            "--classes",
            metavar="A,B",
            help="Only these classes, by their names in the dataset; may be repeated. A comma in a name is written "
            "with a backslash before it.",
        ),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option("--rename", metavar="A=C", help="Show class A as C; classes of one name are merged; repeatable."),
    ] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--ids", metavar="A=N,B=M", help="Ids of classes, by their names in the dataset; repeatable."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="A,B", help="Make regions to ignore of these classes; repeatable."),
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="F,F,F", help="Shares of train, val and test, such as 0.8,0.1,0.1.")
    ] = None,
    split_by: Annotated[
        str | None,
        typer.Option("--split-by", metavar="PATH", help="Samples that share this drawn value share a part."),
    ] = None,
    salt: Annotated[
        str | None, typer.Option("--salt", metavar="TEXT", help="Another text, another division into the same shares.")
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
        manifest = read_manifest(folder)
    except ManifestError as error:
        raise InputError(Problem("DIR", str(error), repr(str(folder)), "a finished dataset")) from error
    stored, known_classes = manifest.selection, [row.name for row in manifest.info.classes]
    only = tuple(_names("--classes", classes))
    uses = {**stored.classes, **_uses(rename or (), ignore)}
    selection = Selection(
        _with_ids(uses, ids, only or known_classes, known_classes),
        only,
        Filter(min_visible, min_size, min_area, "ignore" if keep_as_ignore else "drop"),
        _split(stored.split, split, split_by, salt),
    )
    with closing(user_registry(hosted=True)) as registry:
        known = registry.names("writer")
        if format_name not in known:
            allowed = near_names(format_name, known) or ", ".join(known)
            raise InputError(Problem("--format", "there is no such format", repr(format_name), allowed))
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


def _uses(renames: Sequence[str], ignored: Sequence[str] | None) -> dict[str, ClassUse]:
    from myriorama.app.conversion.command_words import pair_in
    from myriorama.plugins.selection import ClassUse

    uses = {name: ClassUse(use="ignore") for name in _names("--ignore", ignored)}
    for text in renames:
        name, shown = pair_in(text)
        if not (name and shown):
            raise InputError(Problem("--rename", "this renames no class", repr(text[:80]), "A=C"))
        if name in uses:
            raise InputError(Problem("--rename", "this class has a use already", repr(name), "one use for each class"))
        uses[name] = ClassUse(shown)
    return uses


def _with_ids(
    uses: Mapping[str, ClassUse], texts: Sequence[str] | None, kept: Sequence[str], known: Sequence[str]
) -> dict[str, ClassUse]:
    """Return the class map with the ids that were asked for; whether two classes clash is the view's to say."""
    from myriorama.app.conversion.class_map import MAX_ID
    from myriorama.app.conversion.command_words import pairs_in
    from myriorama.plugins.selection import ClassUse

    out = dict(uses)
    given: dict[str, int] = {}
    for name, number, part in _listed("--ids", texts, pairs_in):
        if not name:
            raise InputError(Problem("--ids", "this gives no class an id", repr(part[:80]), "A=3,B=7"))
        if name not in known:
            raise InputError(Problem("--ids", "there is no class of this name", repr(name), ", ".join(known)))
        if name in given:
            raise InputError(
                Problem("--ids", f"class {name!r} is given an id twice", repr(part[:80]), "one id for each")
            )
        if not (number.isascii() and number.isdecimal() and len(number) <= _DIGITS and 1 <= int(number) <= MAX_ID):
            told = f"class {name!r} cannot have this id"
            raise InputError(Problem("--ids", told, repr(number[:80]), f"a whole number from 1 to {MAX_ID}"))
        use = out.get(name, ClassUse())
        if name not in kept or use.use != "label":
            told = f"class {name!r} is not labelled in this export, so it has no id"
            raise InputError(Problem("--ids", told, repr(part[:80]), "ids of classes that are labelled"))
        given[name] = int(number)
        out[name] = replace(use, id=int(number))
    # classes that are merged with one whose id was asked for are that class: an earlier id of theirs gives way
    asked = {out[name].name or name: number for name, number in given.items()}
    return {
        name: use if name in given or use.id == asked.get(use.name or name, use.id) else replace(use, id=None)
        for name, use in out.items()
    }


def _names(option: str, texts: Sequence[str] | None) -> list[str]:
    from myriorama.app.conversion.command_words import names_in

    return _listed(option, texts, names_in)


def _listed(option: str, texts: Sequence[str] | None, read: Callable[[str], Iterable[_T]]) -> list[_T]:
    """Return what an option lists, all the times that it was given."""
    found = [listed for text in texts or () for listed in read(text)]
    if texts and not found:
        told = repr(",".join(texts)[:80])
        raise InputError(Problem(option, "the list is empty", told, "names with commas between"))
    return found


def _split(stored: Split, text: str | None, by: str | None, salt: str | None) -> Split:
    """Return the split: what no option speaks of stays as the dataset has it."""
    from myriorama.plugins.splitting import MAX_SALT, Split

    if text is None and by is None and salt is None:
        return stored
    if salt is not None and len(salt) > MAX_SALT:
        told = f"a text of {len(salt)} characters"
        raise InputError(Problem("--salt", "this is too long", told, f"up to {MAX_SALT} characters"))
    usual = stored.shares if len(stored.parts) > 1 or by is None else _USUAL
    made = Split(usual if text is None else _shares(text), stored.by if by is None else by, stored.salt)
    if salt and len(made.parts) == 1:
        told = "the dataset is not divided, so a salt changes nothing"
        raise InputError(Problem("--salt", told, repr(salt), "with `--split 0.8,0.1,0.1`"))
    return made if salt is None else replace(made, salt=salt)


def _shares(text: str) -> tuple[float, float, float]:
    try:
        shares = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(Problem("--split", "three shares whose sum is 1", repr(text), "0.8,0.1,0.1")) from error
    if len(shares) == 2:
        shares = (*shares, 0.0)
    if len(shares) != 3:
        raise InputError(Problem("--split", "three shares whose sum is 1", repr(text), "0.8,0.1,0.1"))
    return shares[0], shares[1], shares[2]
