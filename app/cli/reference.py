"""Writes docs/reference.md: every plugin and rig with every parameter, from the declarations themselves.

``make reference`` runs it; a test compares the page with the declarations, so it cannot fall behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from myriorama.app.cli.catalogue import WITHOUT_PARAMETERS, Entry, Shelf, entries, parts_of_a_project
from myriorama.app.cli.limits import allowed_values, default_text
from myriorama.scenes.parameters.schema import Parameter

_HEAD = """# Reference

Everything that a project can name, with every parameter. This page is made from the declarations by `make reference`;
`myriorama describe NAME` shows the same. A value may be a literal or a distribution
([project-format.md](project-format.md)); limits hold for every value that is drawn.
"""


def main() -> int:
    """Print the page."""
    sys.stdout.write(reference_page())
    return 0


def reference_page() -> str:
    """Return the whole page as Markdown."""
    lines = [_HEAD]
    for shelf in Shelf:
        if shelf in WITHOUT_PARAMETERS:
            continue
        lines.append(f"## {shelf.value.capitalize()}\n")
        for entry in entries(shelf):
            lines += _entry(entry)
    lines.append("## Parts of a project\n")
    for entry in parts_of_a_project():
        lines += _entry(entry)
    return "\n".join(lines).rstrip() + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {entry.name}\n"
    yield f"{entry.help or entry.label}\n"
    if entry.parameters:
        yield from _table(entry.parameters)
    else:
        yield "No parameters.\n"
    if entry.per_object:
        yield "Drawn for each object:\n"
        yield from _table(entry.per_object)


def _table(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    yield "| parameter | unit | allowed | default | help |"
    yield "| --- | --- | --- | --- | --- |"
    for p in parameters:
        cells = (f"`{p.name}`", p.unit, allowed_values(p), f"`{default_text(p)}`", p.help)
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
