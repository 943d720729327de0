"""The little of YAML that a data.yaml of YOLO needs: words, numbers, lists and maps, without anchors and tags.

Whatever else stands in the file is passed over, never interpreted: no alias is expanded and no type is built.
"""

from __future__ import annotations

import re
from typing import Any, Final

_LINE: Final = re.compile(r"(?P<indent> *)(?P<text>.*)")
_KEY: Final = re.compile(r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s\-"'\[\]{},#&*!|>%@`][^:#]*?)\s*:(?:\s+|$)""")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "a": "\a", "b": "\b", "v": "\v", "f": "\f"}
_DEPTH: Final = 8

Tree = dict[str, Any]


class NotYamlError(ValueError):
    """The text cannot be understood; the words say where."""


def read_words(text: str) -> Tree:
    """Return the top map: values are str, list of values, or map; of nested maps two levels are kept.

    Raises
    ------
    NotYamlError
        It is no map, or a list or map in brackets is broken.
    """
    lines = [line for raw in text.splitlines() for line in (_stripped(raw),) if line.strip() and line.strip() != "---"]
    out, at = {}, 0
    while at < len(lines):
        found = _KEY.match(lines[at])
        if found is None:
            raise NotYamlError(f"this line is no `name: value`: {lines[at].strip()[:60]!r}")
        key, rest = scalar(found["key"]), lines[at][found.end() :].strip()
        at += 1
        if rest[:1] in "|>" and rest:
            while at < len(lines) and lines[at][:1] == " ":
                at += 1  # a text of several lines: none of ours, and often the program that would fetch the pictures
        elif rest:
            pieces, depth = [rest], _brackets(rest) if rest[:1] in "[{" else 0
            while depth > 0 and at < len(lines):
                pieces.append(lines[at].strip())
                depth += _brackets(pieces[-1])
                at += 1
            out[key] = value(" ".join(pieces))
        else:
            block, at = _block(lines, at)
            out[key] = block
    return out


def value(text: str) -> Any:
    """Return a value that stands on one line."""
    if text[:1] not in "[{":
        return scalar(text)
    found, end = _flow(text, 0, 0)
    if text[end:].strip():
        raise NotYamlError(f"something stands behind a bracket: {text[end:].strip()[:40]!r}")
    return found


def scalar(text: str) -> str:
    """Return a word, with or without quotes."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return _ESCAPE.sub(_unescaped, text[1:-1])
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is None:
        return _PLAIN.get(found[4], found[4])
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\N{REPLACEMENT CHARACTER}"


def _block(lines: list[str], at: int) -> tuple[Any, int]:
    """Return a list or map below a key, and the line behind it."""
    items: list[Any] = []
    named: Tree = {}
    level = -1
    while at < len(lines):
        line = lines[at]
        indent = len(line) - len(line.lstrip(" "))
        body = line.strip()
        is_item = body.startswith("- ") or body == "-"
        if indent == 0 and not is_item:
            break
        level = indent if level < 0 else level
        if indent < level:
            break
        at += 1
        if indent > level:
            continue  # deeper than a data.yaml goes
        if is_item:
            items.append(value(body[1:].strip()) if body[1:].strip() else "")
            continue
        found = _KEY.match(body)
        if found is None:
            raise NotYamlError(f"this line is no `name: value`: {body[:60]!r}")
        named[scalar(found["key"])] = value(body[found.end() :].strip() or '""')
    return (items or named), at


def _flow(text: str, at: int, depth: int) -> tuple[Any, int]:
    """Return a list or map in brackets that begins at `at`, and where it ends."""
    if depth > _DEPTH:
        raise NotYamlError("brackets in brackets, too many of them")
    is_map = text[at] == "{"
    close = "}" if is_map else "]"
    items: list[Any] = []
    named: Tree = {}
    at += 1
    while True:
        while at < len(text) and text[at] in " ,\t":
            at += 1
        if at >= len(text):
            raise NotYamlError(f"a bracket is not closed: {text[:40]!r}")
        if text[at] == close:
            return (named if is_map else items), at + 1
        key = ""
        if is_map:
            word, at = _word(text, at, ":,}")
            if text[at : at + 1] != ":":
                raise NotYamlError(f"a name without a value: {word[:40]!r}")
            key, at = scalar(word), at + 1
            while text[at : at + 1] == " ":
                at += 1
        found: Any
        if text[at : at + 1] in ("[", "{"):
            found, at = _flow(text, at, depth + 1)
        else:
            word, at = _word(text, at, "," + close)
            found = scalar(word)
        if is_map:
            named[key] = found
        else:
            items.append(found)


def _word(text: str, at: int, ends: str) -> tuple[str, int]:
    start = at
    if text[at : at + 1] in ('"', "'"):
        quote = text[at]
        at += 1
        while at < len(text) and text[at] != quote:
            at += 2 if text[at] == "\\" and quote == '"' else 1
        at += 1
    while at < len(text) and text[at] not in ends:
        at += 1
    return text[start:at], at


def _brackets(text: str) -> int:
    """Return how many brackets are opened and not closed in a line."""
    return text.count("[") + text.count("{") - text.count("]") - text.count("}")


def _stripped(line: str) -> str:
    """Return a line without its comment."""
    quote = ""
    for at, mark in enumerate(line):
        if quote:
            if mark == quote and (quote == "'" or line[at - 1] != "\\"):
                quote = ""
        elif mark in "\"'" and (at == 0 or line[at - 1] in " [{,:-"):
            quote = mark
        elif mark == "#" and (at == 0 or line[at - 1] in " \t"):
            return line[:at].rstrip()
    return line.rstrip().expandtabs(2)
