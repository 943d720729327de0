"""Reads a plugin's source for hidden randomness, clocks and machine-dependent answers. It runs nothing.

It sees what is written in the open; what hides behind `getattr` is left to the checks that run the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

_KEYED: Final = "take a seed as an Int parameter and call uniforms(name, seed, count) of myriorama.plugins.shapes"
_CLOCK: Final = "a result must not depend on when it was made"
BANNED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "random": _KEYED,
        "numpy.random": _KEYED,
        "scipy.stats.qmc": _KEYED,
        "secrets": _KEYED,
        "os.urandom": _KEYED,
        "os.getrandom": _KEYED,
        "uuid.uuid1": _KEYED,
        "uuid.uuid4": _KEYED,
        "time": _CLOCK,
        "datetime.datetime.now": _CLOCK,
        "datetime.datetime.utcnow": _CLOCK,
        "datetime.datetime.today": _CLOCK,
        "datetime.date.today": _CLOCK,
        "os.getpid": "a result must not depend on the process",
        "os.environ": "a result must not depend on the machine's settings: declare a parameter",
        "os.getenv": "a result must not depend on the machine's settings: declare a parameter",
        "builtins.hash": "it differs from process to process: use a dict, or hashlib.blake2b over the text",
    }
)
"""Dotted name -> why, and the way out. A name stands for everything below it."""


@dataclass(frozen=True)
class Sighting:
    """A use of a banned name."""

    file: Path
    line: int
    name: str
    code: str
    way_out: str


def scan(files: Sequence[Path]) -> tuple[Sighting, ...]:
    """Return every use of a banned name in these files, in order.

    Raises
    ------
    SyntaxError
        A file is not Python; it names file and line.
    """
    return tuple(sighting for file in files for sighting in _scan_file(file))


def _scan_file(file: Path) -> Iterator[Sighting]:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(file))
    names = _bindings(tree)
    lines = text.splitlines()
    seen: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        for name in _named(node, names):
            banned = _banned(name)
            line = int(getattr(node, "lineno", 0))
            if banned and (line, banned) not in seen:
                seen.add((line, banned))
                yield Sighting(file, line, name, lines[line - 1].strip(), BANNED[banned])


def _bindings(tree: ast.AST) -> dict[str, str]:
    """Return what each imported name stands for, by its name in the file; ``hash`` unless redefined."""
    out = {"hash": "builtins.hash"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                out[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                out[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ):
            own = node.id if isinstance(node, ast.Name) else node.name
            if own == "hash":
                out.pop(own, None)
    return out


def _named(node: ast.AST, names: Mapping[str, str]) -> Iterator[str]:
    """Return the full dotted names that a node uses; importing from a banned module is a use."""
    if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
        dotted = _dotted(node)
        if dotted:
            root, _, rest = dotted.partition(".")
            if root in names:
                yield names[root] + (f".{rest}" if rest else "")
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield f"{node.module}.{alias.name}"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _banned(name: str) -> str:
    pieces = name.split(".")
    for count in range(len(pieces), 0, -1):
        head = ".".join(pieces[:count])
        if head in BANNED:
            return head
    return ""
