"""Goes through one large JSON object and hands out the items of its arrays one at a time.

What is held is the text; an item can be decoded again from its place in it. Nothing is repaired.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from myriorama.app.reading.neutral import ReadingRefused, refused

Item = Callable[[Any, int, int], None]
"""Takes an item, and where its text begins and ends."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


def walk(text: str, arrays: Mapping[str, Item], file: str) -> frozenset[str]:
    """Go through the top object of `text`; return its keys.

    Parameters
    ----------
    arrays : mapping
        Key of an array -> what takes its items. Other values are passed over.

    Raises
    ------
    ReadingRefused
        It is no JSON object, or one of the arrays is something else.
    """
    try:
        return frozenset(_walk(text, arrays, file))
    except json.JSONDecodeError as error:
        raise refused(file, f"this is not JSON: {error.msg}", f"line {error.lineno}, column {error.colno}") from error
    except ValueError as error:
        if isinstance(error, ReadingRefused):
            raise
        raise refused(file, f"this is not JSON that can be read: {error}") from error
    except RecursionError as error:
        raise refused(file, "this JSON is nested too deeply") from error


def _walk(text: str, arrays: Mapping[str, Item], file: str) -> set[str]:
    keys: set[str] = set()
    at = _expect(text, _skip(text, 0), "{")
    if text[at : at + 1] == "}":
        return keys
    while True:
        key, at = _DECODER.raw_decode(text, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("a key that is no text", text, at)
        keys.add(key)
        at = _expect(text, _skip(text, at), ":")
        if key in arrays:
            if text[at : at + 1] != "[":
                raise refused(f"{file}: {key}", "this is no list")
            at = _items(text, _skip(text, at + 1), arrays[key])
        else:
            _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return keys
        at = _expect(text, at, ",")


def _items(text: str, at: int, take: Item) -> int:
    if text[at : at + 1] == "]":
        return at + 1
    while True:
        item, end = _DECODER.raw_decode(text, at)
        take(item, at, end)
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            return at + 1
        at = _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"{mark!r} is expected", text, at)
    return _skip(text, at + 1)
