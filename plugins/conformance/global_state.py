"""Watches the state that all code in a process shares: the global random generators, and the functions themselves.

It compares; it restores nothing.
"""

from __future__ import annotations

import hashlib
import locale
import os
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

import numpy as np

_WATCHED_MODULES: Final = ("random", "time", "os", "math", "json", "hashlib", "numpy", "numpy.random", "numpy.linalg")


class GlobalState:
    """A picture of the shared state, taken when it is made."""

    def __init__(self) -> None:
        self._functions = {name: _members(sys.modules[name]) for name in _WATCHED_MODULES if name in sys.modules}
        self._values = _values()

    def changes(self) -> tuple[str, ...]:
        """Return what differs now, one sentence each; functions too."""
        out = list(self.quick_changes())
        for name, before in self._functions.items():
            now = _members(sys.modules[name]) if name in sys.modules else {}
            patched = sorted(member for member in before if now.get(member) != before[member])
            out += [f"it replaced {name}.{member}" for member in patched]
        return tuple(out)

    def quick_changes(self) -> tuple[str, ...]:
        """Return what differs now among values: cheap enough after every call."""
        now = _values()
        return tuple(_TOLD[name] for name, before in self._values.items() if now[name] != before)


_TOLD: Final[Mapping[str, str]] = {
    "numpy": "it drew from or seeded numpy's global random generator",
    "random": "it drew from or seeded Python's global random generator",
    "folder": "it changed the working folder",
    "environment": "it changed the environment variables",
    "errors": "it changed numpy's error settings (use np.errstate in a with statement)",
    "recursion": "it changed the recursion limit",
    "locale": "it changed the locale",
    "path": "it changed sys.path",
}


def _members(module: ModuleType) -> dict[str, int]:
    # By identity: a patched function is another object. The module keeps the originals alive as long as they are its.
    return {name: id(member) for name, member in vars(module).items() if callable(member)}


def _values() -> dict[str, Any]:
    library = np.random
    python = sys.modules.get("random")
    return {
        "numpy": _mark(library.get_state(legacy=False)),
        "random": None if python is None else _mark(python.getstate()),
        "folder": os.getcwd(),
        "environment": _mark(sorted(os.environ.items())),
        "errors": tuple(sorted(np.geterr().items())),
        "recursion": sys.getrecursionlimit(),
        "locale": locale.setlocale(locale.LC_ALL, None),
        "path": tuple(sys.path),
    }


def _mark(value: Any) -> bytes:
    if isinstance(value, dict) and isinstance(value.get("state"), dict):
        inner = value["state"]
        rest = {k: v for k, v in value.items() if k != "state"}
        return hashlib.blake2b(inner["key"].tobytes() + repr((inner["pos"], sorted(rest.items()))).encode()).digest()
    return hashlib.blake2b(repr(value).encode()).digest()
