"""How messages write a value, a place in a file, and a near match. For people alone; nothing reads it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from myriorama.scenes.errors import Problem

_LONGEST: Final = 80
MAX_UNKNOWN: Final = 20
"""Unknown keys of one object that are named one by one."""


def shown(value: Any) -> str:
    """Return a value as a file would write it, cut to 80 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def near_matches(word: str, known: Sequence[str]) -> list[str]:
    """Return at most two known words that look like this one."""
    import difflib  # only once something is wrong

    return difflib.get_close_matches(word[:_LONGEST], known, n=2)


def suggestion(word: str, known: Sequence[str]) -> str:
    """Return "did you mean x?", or the list of what is known where nothing is near."""
    near = near_matches(word, known)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not known:
        return "nothing"
    listed = ", ".join(sorted(set(known))[:40])
    return f"one of {listed}" + (" ..." if len(set(known)) > 40 else "")


def place_of(parts: Sequence[str | int]) -> str:
    """Return a path as messages write it: ``objects[0].parameters.height_m``."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and part.isprintable() and len(part) <= _LONGEST and not set(part) & set(' .[]"'):
            text += f".{part}" if text else part
        else:
            text += f"[{shown(part)}]"
    return text


def child_place(place: str, *parts: str | int) -> str:
    """Return the place of something inside a place."""
    return place + place_of(("", *parts))[4:]


def unknown_keys(unknown: Sequence[str], known: Sequence[str], place: str, message: str) -> list[Problem]:
    """Return a problem for each unknown key of an object; of very many, the first and how many more there are."""
    told = [
        Problem(child_place(place, key), message, shown(key), suggestion(key, known)) for key in unknown[:MAX_UNKNOWN]
    ]
    if len(unknown) > MAX_UNKNOWN:
        told.append(Problem(place, f"{len(unknown) - MAX_UNKNOWN} more unknown keys"))
    return told
