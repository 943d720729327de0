"""Whose work is in a dataset: the licences and credits of the shipped assets that its samples used.

It reads the table of credits that is shipped with them and knows nothing of a user's own files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from myriorama.resources import resource_path

SHIPPED: Final = "resource:"
_CREDITS: Final = "CREDITS.md"
_ROOTS: Final = ("hdri/", "textures/", "models/")
_QUOTED: Final = re.compile(r"`([^`]+)`")

_LOWERED: Final = (
    *("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
    *("CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "Unlicense"),
)
HUGGING_FACE: Final = {name: name.lower() for name in _LOWERED} | {
    "ODbL-1.0": "odbl",
    "PDDL-1.0": "pddl",
    "ODC-By-1.0": "odc-by",
}
"""SPDX identifier of a licence -> its name in the front matter of a card on Hugging Face."""


@dataclass(frozen=True)
class Credit:
    """A row of the table of credits.

    Attributes
    ----------
    stems : tuple of str
        Beginnings of the paths that it speaks of.
    """

    stems: tuple[str, ...]
    made_by: str
    source: str
    licence: str


@cache
def credits_table() -> tuple[Credit, ...]:
    """Return the credits of everything that is shipped."""
    found = []
    for line in resource_path(_CREDITS).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            stems = tuple(_stems(_QUOTED.findall(cells[0])))
            found.append(Credit(stems, cells[1], cells[2].replace("`", ""), cells[3]))
    return tuple(found)


def _stems(names: Iterable[str]) -> Iterator[str]:
    """Yield the paths that a row names: those that do not begin at a shipped folder lie where the one before lies."""
    folder = ""
    for name in names:
        path = name if name.startswith(_ROOTS) else folder + name
        if path.endswith("/"):
            folder = path
        elif name.startswith(_ROOTS):
            folder = path[: path.rindex("/") + 1]
        yield path


def credit_of(reference: str) -> Credit | None:
    """Return the credit of a shipped asset; None for a file that is not shipped or not told."""
    if not reference.startswith(SHIPPED):
        return None
    path = reference.removeprefix(SHIPPED)
    return next((c for c in credits_table() if any(path.startswith(stem) for stem in c.stems)), None)


def spdx_url(licence: str) -> str:
    """Return where a licence of the SPDX list is told; the words themselves for any other."""
    return f"https://spdx.org/licenses/{licence}.html" if licence in HUGGING_FACE else licence
