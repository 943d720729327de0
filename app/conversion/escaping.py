"""Foreign words made harmless in Markdown, YAML, a shell and a URL: names of projects and classes are anybody's.

It loses no letter that can be shown: what it escapes reads as it was written.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

_UNSEEN: Final = "\N{REPLACEMENT CHARACTER}"
_INLINE: Final = re.compile(r"([\\`*_\[\]|~#$!@])")
_BEGINS_BLOCK: Final = re.compile(r"^([-+=])|^(\d+)([.)])")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINK: Final = re.compile(r"(?i)://|www\.")


def seen(text: str) -> str:
    """Return text on one line, every character that shows nothing or turns the writing round replaced."""
    return "".join(c if c.isprintable() else " " if c in "\t\r\n\v\f" else _UNSEEN for c in text).strip()


def markdown(text: str) -> str:
    """Return text as it reads in a paragraph, a heading or a table's cell of Markdown."""
    plain = "".join(_ENTITIES.get(c, c) for c in _INLINE.sub(r"\\\1", seen(text)))
    plain = _LINK.sub(lambda m: m.group().replace(":", "&#58;").replace(".", "&#46;"), plain)
    return _BEGINS_BLOCK.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", plain)


def paragraphs(text: str) -> str:
    """Return a longer text, its paragraphs kept."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(" ".join(markdown(line) for line in block.split("\n")).strip() for block in blocks)


def code(text: str) -> str:
    """Return text as inline code of Markdown, also within a table's cell."""
    plain = seen(text)
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") or not plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}".replace("|", "\\|")


def fenced(text: str, language: str) -> str:
    """Return a block of code of Markdown."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def yaml(text: str) -> str:
    """Return text as a YAML scalar in double quotes."""
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{"".join(plain)}"'


def shell(word: str) -> str:
    """Return a word of a command line of sh or bash; what cannot be shown is written by number."""
    if all(c.isprintable() for c in word):
        return shlex.quote(word)
    told = "".join(
        c if c.isprintable() and c not in "\\'" else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in word
    )
    return f"$'{told}'"
