"""Reads the JSON text of a project within limits, and says where in it each fault is.

Plain JSON only: no comments, no NaN, no repeated key, no byte-order mark. It does not know what a project is.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from myriorama.scenes.conventions import Json
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.parameters.wording import place_of, shown
from myriorama.scenes.project.model import MAX_DEPTH

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_VALUES: Final = 250_000
"""Values in one file; with MAX_BYTES it bounds the memory that reading can take."""
MAX_DIGITS: Final = 1000
_MAX_PROBLEMS: Final = 200
_CONTROL: Final = {chr(c) for c in range(32)} - {"\n", "\t", "\r"} | {"\x7f"}


@dataclass(frozen=True)
class _Wrong:
    """Stands in the decoded tree where the text has something that is no JSON value for us."""

    text: str
    message: str
    allowed: str


class _Object(dict[str, Any]):
    """A decoded object that remembers which keys were repeated."""

    repeated: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """Return a project file's bytes.

    Raises
    ------
    ProjectError
        It is missing, no ordinary file, unreadable, or larger than 64 MB.
    """
    name = str(path)
    try:
        if path.is_dir():
            raise ProjectError(Problem("", "this is a folder", "", "a project file, such as project.json", name))
        if path.exists() and not path.is_file():
            raise ProjectError(Problem("", "this is no ordinary file", "", "a project file", name))
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ProjectError(Problem("", "there is no such file", file=name)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProjectError(Problem("", f"the file cannot be read: {reason}", file=ascii(name))) from error
    if len(content) > MAX_BYTES:
        raise ProjectError(Problem("", "the file is too large", "", f"at most {MAX_BYTES // 2**20} MB", name))
    return content


def decode_text(content: bytes, file: str = "") -> str:
    """Return UTF-8 bytes as text.

    Raises
    ------
    ProjectError
        They are not UTF-8, or start with a byte-order mark.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if content.startswith(mark):
            message = f"the file starts with a byte-order mark ({encoding})"
            raise ProjectError(Problem("byte 0", message, "", "UTF-8 without a byte-order mark", file))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{content[error.start]:02x}"
        raise ProjectError(Problem(f"byte {error.start}", "the file is not UTF-8", found, "UTF-8", file)) from error


def read_json(text: str, file: str = "") -> tuple[Json, list[Problem]]:
    """Decode JSON and check it as a whole.

    Returns
    -------
    tree
        Plain dicts and lists; where something was wrong stands None.
    list of Problem
        Everything wrong inside it: repeated keys, NaN, control characters, numbers with too many digits.

    Raises
    ------
    ProjectError
        It is no JSON at all, too large or too deep; nothing else can be said then.
    """
    if len(text) > MAX_BYTES:
        raise ProjectError(Problem("", "the text is too large", "", f"at most {MAX_BYTES // 2**20} MB", file))
    if text.startswith("\ufeff"):
        message = "the text starts with a byte-order mark"
        raise ProjectError(Problem("line 1, column 1", message, "", "none", file))
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise ProjectError(Problem("", "the file holds too many values", "", f"at most {MAX_VALUES}", file))
    too_deep = Problem("", f"lists and objects are nested deeper than {MAX_DEPTH}", "", f"at most {MAX_DEPTH}", file)
    try:
        tree = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_real
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        found = shown(text[error.pos : error.pos + 20]) if error.pos < len(text) else "the end of the file"
        allowed = "JSON: double quotes, no comments, no comma behind the last entry"
        raise ProjectError(Problem(place, f"this is not JSON: {error.msg}", found, allowed, file)) from error
    except RecursionError as error:
        raise ProjectError(too_deep) from error
    problems: list[Problem] = []
    try:
        return _plain(tree, [], file, problems), problems
    except _TooDeepError as error:
        raise ProjectError(too_deep) from error


class _TooDeepError(Exception):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        repeated: dict[str, None] = {}
        for key, _ in pairs:
            if key in seen:
                repeated[key] = None
            seen.add(key)
        found.repeated = tuple(repeated)
    return found


def _constant(text: str) -> _Wrong:
    return _Wrong(text, f"{text} is no JSON number", "a finite number")


def _integer(text: str) -> int | _Wrong:
    if len(text) > MAX_DIGITS:
        return _Wrong(text[:60] + "...", f"a number of {len(text)} digits", f"at most {MAX_DIGITS} digits")
    return int(text)


def _real(text: str) -> float | _Wrong:
    value = float(text)
    if not math.isfinite(value):
        return _Wrong(text[:60], "this number is too large", "a finite number up to 1.8e308")
    return value


def _plain(value: Any, parts: list[str | int], file: str, problems: list[Problem]) -> Json:
    def report(message: str, found: str = "", allowed: str = "") -> None:
        if len(problems) < _MAX_PROBLEMS:
            problems.append(Problem(place_of(parts), message, found, allowed, file))

    if isinstance(value, _Wrong):
        report(value.message, value.text, value.allowed)
        return None
    if isinstance(value, str):
        fault = _text_fault(value)
        if fault:
            report(fault, shown(value), "printable text")
            return None
        return value
    if not isinstance(value, list | dict):
        return value if isinstance(value, bool | int | float) else None
    if len(parts) >= MAX_DEPTH:
        raise _TooDeepError
    if isinstance(value, list):
        out = []
        for i, item in enumerate(value):
            parts.append(i)
            out.append(_plain(item, parts, file, problems))
            parts.pop()
        return out
    found: dict[str, Any] = {}
    for key, item in value.items():
        parts.append(key)
        fault = _text_fault(key)
        if fault:
            report(f"this key is no good: {fault}", shown(key), "printable text")
        if key in getattr(value, "repeated", ()):
            report("this key is there twice", shown(key), "every key once")
        found[key] = _plain(item, parts, file, problems)
        parts.pop()
    return found


def _text_fault(text: str) -> str:
    if text.isprintable():
        return ""
    if not _CONTROL.isdisjoint(text):
        return "a text holds a control character"
    if any("\ud800" <= c <= "\udfff" for c in text):
        return "a text holds half of a character (a lone surrogate)"
    return ""
