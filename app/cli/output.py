"""How commands print: one JSON document, or text for people. It prints nothing to stderr.

rich is imported only when a table is drawn on a terminal; a pipe gets plain, stable columns.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import typer


def print_json(value: Any) -> None:
    """Print `value` as one JSON document. NaN and infinity are refused with ValueError: JSON has none."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def print_rows(headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table: boxed on a terminal, tab-free aligned columns elsewhere.

    Parameters
    ----------
    headings : sequence of str
        One per column. The last column takes what width is left and wraps.
    rows : sequence of sequences of str
        As many cells as headings.
    """
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        table = Table(*map(escape, headings), box=box.SIMPLE_HEAD, title=escape(title) or None, title_justify="left")
        for row in rows:
            table.add_row(*map(escape, row))
        table.columns[0].style = "bold"
        table.columns[0].no_wrap = True
        Console().print(table)
        return
    if title:
        typer.echo(title)
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings) - 1)]
    for row in [headings, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)]
        typer.echo("  ".join([*cells, row[-1]]).rstrip())


def print_facts(facts: Mapping[str, str]) -> None:
    """Print ``name  value`` lines, names padded to one width."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        typer.echo(f"{name.ljust(width)}  {value}".rstrip())


def wrapped(text: str, indent: str = "") -> str:
    """Return `text` wrapped to the terminal's width (at most 100 columns)."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)
