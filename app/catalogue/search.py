"""Finds entries by a few letters: the start of a name first, then the start of a word, then letters in order.

It ranks what it is given; it knows no entry by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from myriorama.app.catalogue.entries import SHELVES, Entry

_EXACT, _PREFIX, _WORD, _INSIDE, _LETTERS, _HELP = range(6)


def search(entries: Iterable[Entry], text: str) -> tuple[Entry, ...]:
    """Return the entries that fit, the best first; all of them, as they came, where nothing is asked for.

    Parameters
    ----------
    text : str
        Words in any order: each must fit. "wood ta" finds what "ta" and "wood" find both.
    """
    words = text.lower().replace("_", " ").split()
    if not words:
        return tuple(entries)
    ranked = []
    for place, entry in enumerate(entries):
        ranks = [_rank(entry, word) for word in words]
        found = [rank for rank in ranks if rank is not None]
        if len(found) == len(words):
            ranked.append((max(found), sum(found), len(entry.label), place, entry))
    return tuple(row[-1] for row in sorted(ranked, key=lambda row: row[:-1]))


def _rank(entry: Entry, word: str) -> int | None:
    label, name = entry.label.lower(), entry.name.lower().replace("_", " ")
    ranks = [r for r in (_of_name(label, word), _of_name(name, word)) if r is not None]
    if any(part.startswith(word) for part in f"{SHELVES.get(entry.shelf, '')} {entry.group}".lower().split()):
        ranks.append(_WORD)
    if entry.source and entry.source.lower().startswith(word):
        ranks.append(_WORD)
    if any(part.startswith(word) for part in entry.help.lower().replace(",", " ").split()):
        ranks.append(_HELP)
    return min(ranks, default=None)


def _of_name(name: str, word: str) -> int | None:
    if name == word:
        return _EXACT
    if name.startswith(word):
        return _PREFIX
    if any(part.startswith(word) for part in name.split()):
        return _WORD
    if word in name:
        return _INSIDE
    return _LETTERS if len(word) > 1 and is_subsequence(word, name) else None


def is_subsequence(letters: str, text: str) -> bool:
    """Say whether the letters stand in the text in this order; the first one must start a word."""
    starts = [i for i, c in enumerate(text) if c == letters[0] and (i == 0 or not text[i - 1].isalnum())]
    for start in starts:
        rest = iter(text[start:])
        if all(letter in rest for letter in letters):
            return True
    return False
