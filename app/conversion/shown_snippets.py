"""The pieces of code in a card, read back for a window that offers them. It makes none and runs none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from myriorama.app.conversion.snippet import Snippet

_SECTION: Final = "\n## Load it, train with it\n"
_PIECE: Final = re.compile(
    r"^### (?P<title>[^\n]+)\n+```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_NEEDS: Final = re.compile(r" \(`pip install (?P<needs>[^`]+)`\)$")


def snippets_in(folder: Path) -> tuple[Snippet, ...]:
    """Return what the card of a dataset or an export offers to copy; nothing where it has no card."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    _, found, rest = text.partition(_SECTION)
    if not found:
        return ()
    out = []
    for piece in _PIECE.finditer(rest.partition("\n## ")[0]):
        needs = _NEEDS.search(piece["title"])
        title = piece["title"][: needs.start()] if needs else piece["title"]
        out.append(Snippet(title.replace("\\", ""), needs["needs"] if needs else "", piece["code"], piece["language"]))
    return tuple(out)
