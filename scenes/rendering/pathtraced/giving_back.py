"""Gives memory that is free back to the system, so that a long job does not look larger with every scene.

Dr.Jit keeps freed arrays for arrays of the same size, and the C library keeps holes between arrays that live longer;
scenes differ in size, so both collect what the next scene cannot use. It frees nothing that is in use.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any, Final

SCENES: Final = 4
"""After so many scenes it is worth the few milliseconds."""


def give_back() -> None:
    """Return free memory of Dr.Jit, and of the C library where that can be asked for."""
    import drjit as dr  # here: it looks for LLVM when it is imported, which `variant` prepares

    dr.flush_malloc_cache()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    """Return glibc's `malloc_trim`; None where another C library, which has none, is in this process."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
