"""Words of strangers, made fit to be shown: what a plugin or a dataset calls itself steers no reader and no terminal.

It translates nothing and looks nothing up.
"""

from __future__ import annotations


def printable(text: str, longest: int = 400) -> str:
    """Return third-party text on one line, without control characters and marks that turn the reading direction."""
    shown = "".join(c if c.isprintable() else " " for c in text[: longest + 1])
    return shown if len(shown) <= longest else shown[:longest] + "…"
