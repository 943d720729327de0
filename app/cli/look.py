"""``look``: what a dataset of any known format holds, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_facts, print_json, print_rows

if TYPE_CHECKING:
    from myriorama.app.reading.neutral import Fault
    from myriorama.app.reading.reader import ForeignInfo

_SHOWN_FAULTS = 20


def look(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="A dataset's folder, or a file of its labels.")],
    images: Annotated[
        Path | None, typer.Option("--images", metavar="DIR", help="Where the pictures are, if not in the dataset.")
    ] = None,
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            help="coco, yolo, pascal_voc, myriorama or pictures; left out, what is there.",
        ),
    ] = "",
    decode: Annotated[
        bool, typer.Option("--decode", help="Decode every picture too, and tell which cannot be.")
    ] = False,
    all_faults: Annotated[bool, typer.Option("--all-faults", help=f"List more than {_SHOWN_FAULTS} faults.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Look at a dataset: its format, pictures, classes, objects per class and faults.

    COCO, YOLO, Pascal VOC and datasets of this program are read, in a process of their own: foreign files are not
    trusted. Nothing outside the dataset's folder and --images is opened.
    """
    from myriorama.app.reading.neutral import Fault
    from myriorama.app.reading.reader import ForeignReader
    from myriorama.scenes.errors import InputError, Problem

    if images is not None and not images.is_dir():
        raise InputError(Problem("--images", "there is no such folder", repr(str(images))))
    with ForeignReader(dataset, images, format_name) as reader:
        info = reader.open()
        faults, kinds = list(info.faults), dict(info.kinds)
        known = {f.place for f in faults if f.message.startswith("the picture")}
        for place, name in enumerate(info.names if decode else ()):
            problem = reader.check(place).replace("its picture", "the picture", 1)
            if problem and name not in known:
                faults.append(Fault(name, problem))
                kinds[problem] = kinds.get(problem, 0) + 1
    if as_json:
        print_json(_as_json(info, faults, kinds))
    else:
        _tell(info, faults, kinds, all_faults)
    return ExitCode.OK


def _as_json(info: ForeignInfo, faults: Sequence[Fault], kinds: dict[str, int]) -> dict[str, Any]:
    sizes = sorted({(int(row[0]), int(row[1])) for row in info.sizes if row[0]}, key=_area)
    return {
        "folder": str(info.folder),
        "format": info.format,
        "pictures": len(info),
        "pictures_not_shown": info.unseen,
        "objects": info.objects,
        "regions_to_ignore": info.ignored,
        "shapes": dict(info.shapes),
        "parts": {name: count for name, count in info.parts.items() if name},
        "smallest_picture": list(sizes[0]) if sizes else None,
        "largest_picture": list(sizes[-1]) if sizes else None,
        "classes": [{"name": c.name, "objects": c.objects, "pictures": c.pictures} for c in info.classes],
        "notes": list(info.notes),
        "faults": [{"place": f.place, "message": f.message, "value": f.value} for f in faults],
        "faults_by_kind": kinds,
    }


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _tell(info: ForeignInfo, faults: Sequence[Fault], kinds: dict[str, int], all_faults: bool) -> None:
    told = _as_json(info, faults, kinds)
    facts = {"dataset": told["folder"], "format": info.format, "pictures": f"{len(info):,}"}
    if told["parts"]:
        facts["parts"] = ", ".join(f"{name} {count:,}" for name, count in told["parts"].items())
    if told["smallest_picture"]:
        (w, h), (wide, high) = told["smallest_picture"], told["largest_picture"]
        facts["sizes"] = f"{w} x {h}" if (w, h) == (wide, high) else f"{w} x {h} to {wide} x {high}"
    shapes = ", ".join(f"{name} {count:,}" for name, count in info.shapes.items())
    facts["objects"] = f"{info.objects:,}" + (f" ({shapes})" if shapes else "")
    if info.ignored:
        facts["to ignore"] = f"{info.ignored:,} regions"
    print_facts(facts)
    if info.classes:
        typer.echo()
        rows = [[c.name, f"{c.objects:,}", f"{c.pictures:,}"] for c in info.classes]
        print_rows(("class", "objects", "pictures"), rows)
    for note in info.notes:
        typer.echo(f"note: {note}")
    total = sum(kinds.values())
    typer.echo()
    if not total:
        typer.echo("no faults")
        return
    typer.echo(f"{total:,} fault{'' if total == 1 else 's'}; the rest was read:")
    for message, count in sorted(kinds.items(), key=lambda kind: -kind[1]):
        typer.echo(f"  {count:,} x  {message}")
    typer.echo()
    shown = faults if all_faults else faults[:_SHOWN_FAULTS]
    for fault in shown:
        typer.echo(f"{fault.place}: {fault.message}" + (f" ({fault.value})" if fault.value else ""))
    if len(shown) < total:
        typer.echo(f"... and {total - len(shown):,} more" + ("" if all_faults else "; --all-faults lists them"))
