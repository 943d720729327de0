"""``sheet``: one picture of many samples of a dataset, with their labels drawn over them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json


def sheet(
    folder: Annotated[Path, typer.Argument(metavar="DATASET", help="A dataset's folder, or a file of its labels.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The picture to write (.png, .jpg, .webp).")],
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", min=1, max=400, help="At most how many samples.")
    ] = 16,
    columns: Annotated[int, typer.Option("--columns", metavar="N", min=1, max=20, help="Pictures in a row.")] = 4,
    as_json: JsonOption = False,
) -> int:
    """Draw a contact sheet of a dataset: its pictures with masks, boxes and keypoints from its label files.

    The dataset may be a foreign one in COCO, YOLO or Pascal VOC.
    """
    from myriorama.app.cli.pictures import check_picture, save_picture
    from myriorama.app.pictures.dataset_sheet import is_ours, sheet_of_dataset
    from myriorama.app.reading.sheet import sheet_of_foreign

    check_picture("--out", out)
    make = sheet_of_dataset if is_ours(folder) else sheet_of_foreign
    page, shown = make(folder, count=count, columns=columns)
    save_picture(page, out)
    if as_json:
        print_json({"sheet": str(out), "samples": shown})
    else:
        typer.echo(f"contact sheet of {shown} samples: {out}")
    return ExitCode.OK
