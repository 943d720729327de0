"""How well typed letters fit a title, as a person would say: whole words first, then beginnings, then letters in order.

It ranks; it knows nothing of what the titles stand for.
"""

from __future__ import annotations

from typing import Final

_PREFIX: Final = 1000.0
_WORD: Final = 700.0
_INSIDE: Final = 500.0
_LETTERS: Final = 100.0
_START_OF_WORD: Final = 12.0
_NEXT_TO: Final = 6.0


def score(typed: str, title: str) -> float:
    """Return how well `typed` fits, higher is better; 0 where its letters do not come in order in `title`.

    Blanks in `typed` part it: every part must fit, and the parts may come in any order.
    """
    parts, text = _plain(typed).split(), _plain(title)
    total = 0.0
    for part in parts:
        found = _part(part, text)
        if found == 0:
            return 0.0
        total += found
    return total / max(1, len(parts)) - len(text) * 0.1 + 50.0 if parts else 1.0


def _plain(text: str) -> str:
    """Return a text without what nobody types as it stands: capitals, and three dots for the one sign of a title."""
    return text.casefold().replace("...", "…")


def _part(part: str, text: str) -> float:
    at = text.find(part)
    if at == 0:
        return _PREFIX
    if at > 0:
        return _WORD - at if not text[at - 1].isalnum() else _INSIDE - at
    points, position, before = 0.0, 0, -2
    for letter in part:
        position = text.find(letter, position)
        if position < 0:
            return 0.0
        if position == 0 or not text[position - 1].isalnum():
            points += _START_OF_WORD
        if position == before + 1:
            points += _NEXT_TO
        before = position
        position += 1
    return _LETTERS + points
