"""Whether a plugin changed what all code of a process shares: random state, numpy, the clock, Python's own functions.

It only looks; a process that was changed is not used again.
"""

from __future__ import annotations

import builtins
import math
import random  # noqa: TID251 - watched, never drawn from
import time
from random import getstate as python_state  # noqa: TID251 - looked at, never drawn from
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.random

_WATCHED: Final[tuple[ModuleType, ...]] = (np, np.random, np.linalg, random, time, math, builtins)
_INTERACTIVE: Final = frozenset({"_"})


class Watch:
    """Remembers how things were when it was made."""

    def __init__(self) -> None:
        self._before: list[tuple[ModuleType, dict[str, Any]]] = [
            (m, {k: v for k, v in vars(m).items() if k not in _INTERACTIVE and not k.startswith("__")})
            for m in _WATCHED
        ]
        self._generator: Any = np.random.mtrand._rand
        self._bits: Any = self._generator._bit_generator
        self._numpy = self._numpy_state()
        self._python = python_state()
        self._errors = np.geterr()

    def _numpy_state(self) -> tuple[bytes, Any, Any]:
        state = self._bits.state
        inner = state["state"]
        return inner["key"].tobytes(), inner["pos"], state.get("has_gauss", 0)

    def changed(self) -> str:
        """Return what was changed since, as the rest of a sentence that begins with "it"; empty for nothing."""
        for module, before in self._before:
            now = vars(module)
            for name, value in before.items():
                if now.get(name) is not value:
                    return f"replaced {module.__name__}.{name}, which every other plugin uses too"
        if np.random.mtrand._rand is not self._generator:
            return "replaced numpy's global random generator"
        if self._generator._bit_generator is not self._bits or self._numpy_state() != self._numpy:
            return "drew from numpy's global random state"
        if python_state() != self._python:
            return "drew from the global random state of Python's random module"
        if np.geterr() != self._errors:
            return "changed how numpy treats floating-point errors (np.seterr)"
        return ""
