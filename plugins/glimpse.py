"""What a plugin's text says of itself, read without running it: for a dialog that asks before anything runs.

It parses to a tree and never to code; what is no literal is not told. Nothing that it tells is believed: once the
plugin may run, its classes are asked.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from myriorama.plugins.fingerprint import read_bounded
from myriorama.plugins.manifest import NAME
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.registry import PluginKind

LONGEST_SOURCE_BYTES: Final = 64 * 1024
"""A longer text is not parsed, for parsing keeps every thread of the program waiting; it is searched for a word."""
LONGEST_FILE_BYTES: Final = 16 * 2**20
MOST_CLASSES: Final = 64
_LONGEST_TEXT: Final = 400
_BASES: Final[Mapping[str, PluginKind]] = MappingProxyType(
    {
        "Generator": "generator",
        "Placement": "placement",
        "Environment": "environment",
        "Effect": "effect",
        "Annotator": "annotator",
        "Writer": "writer",
    }
)


@dataclass(frozen=True)
class Glimpse:
    """One class as its text declares it: literal attributes alone, empty where there is none."""

    kind: PluginKind
    class_name: str
    name: str = ""
    label: str = ""
    help: str = ""


@dataclass(frozen=True)
class SourceText:
    """What was read of one file.

    Attributes
    ----------
    concerns_us : bool
        Whether it imports from ``myriorama.plugins``; a file that does not is no plugin.
    plugins : tuple of Glimpse
        In the order of the file, ``MOST_CLASSES`` at most.
    description : str
        The first line of the module's docstring.
    version, publisher : str
        Of ``__version__`` and ``__author__``, where these are literals.
    """

    concerns_us: bool
    plugins: tuple[Glimpse, ...]
    description: str = ""
    version: str = ""
    publisher: str = ""


def look_at(file: Path) -> SourceText:
    """Return what a Python file declares.

    Raises
    ------
    InputError
        It cannot be read, or it is no Python. (Of a text longer than `LONGEST_SOURCE_BYTES` nothing is told.)
    """
    content = read_bounded(file, LONGEST_FILE_BYTES)
    if len(content) > LONGEST_SOURCE_BYTES:
        return SourceText(b"myriorama.plugins" in content, ())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an author's invalid escape is not the reader's concern
            tree = ast.parse(content, filename=str(file))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
        told = error.msg if isinstance(error, SyntaxError) else (str(error) or type(error).__name__)
        raise InputError(Problem("", f"this is no Python: {line}{told}", file=str(file))) from error
    words = dict(_literals(tree.body))
    return SourceText(
        concerns_us=any(_imports_us(node) for node in tree.body),
        plugins=tuple(_glimpses(tree))[:MOST_CLASSES],
        description=_first_line(ast.get_docstring(tree, clean=True) or ""),
        version=words.get("__version__", ""),
        publisher=words.get("__author__", ""),
    )


def _glimpses(tree: ast.Module) -> Iterator[Glimpse]:
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        kind = next((_BASES[base] for base in map(_last_name, node.bases) if base in _BASES), None)
        if kind is None:
            continue
        words = dict(_literals(node.body))
        name = words.get("name", "")
        yield Glimpse(
            kind=kind,
            class_name=node.name[:_LONGEST_TEXT],
            name=name if NAME.fullmatch(name) else "",
            label=words.get("label", ""),
            help=words.get("help", ""),
        )


def _literals(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield name and text of ``name = "text"`` and ``name: ClassVar[str] = "text"``."""
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if targets and isinstance(value, ast.Constant) and isinstance(value.value, str):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, _first_line(value.value)


def _imports_us(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").split(".")[:2] == ["myriorama", "plugins"]
    return isinstance(node, ast.Import) and any(a.name.split(".")[:2] == ["myriorama", "plugins"] for a in node.names)


def _last_name(base: ast.expr) -> str:
    return base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""


def _first_line(text: str) -> str:
    """Return the first line, printable, of bounded length."""
    lines = text.strip().splitlines()
    return "".join(c if c.isprintable() else " " for c in lines[0][:_LONGEST_TEXT]) if lines else ""
