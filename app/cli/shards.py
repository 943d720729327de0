"""``merge``, and how ``--shard i/n`` is read: one dataset made by several jobs, on one machine or many."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json
from myriorama.scenes.errors import InputError, Problem

_SHARD: Final = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


def read_shard(text: str) -> tuple[int, int]:
    """Return (i, n) of a text such as ``2/8``.

    Raises
    ------
    InputError
        It is not two whole numbers with 1 <= i <= n.
    """
    match = _SHARD.fullmatch(text.strip())
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= of:
        raise InputError(Problem("--shard", "this is not a part of a job", repr(text[:80]), "i/n with 1 <= i <= n"))
    return number, of


def merge(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="The dataset, as the shards' --out named it.")],
    as_json: JsonOption = False,
) -> int:
    """Make one dataset of shards that were all rendered into DIR."""
    from myriorama.app.render_queue.merging import merge as merge_shards

    digest = merge_shards(out)
    if as_json:
        print_json({"folder": str(out), "digest": digest})
    else:
        typer.echo(f"{out}: complete, digest {digest}")
    return ExitCode.OK
