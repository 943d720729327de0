"""Loads Mitsuba in this process, in the variant that the probe found, with the threads that the process was given.

It refuses, with a sentence, where Mitsuba would end the process or never answer.
"""

from __future__ import annotations

import os
from typing import Any, Final

from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.pathtraced.probe import SCALAR, Tracer, find_tracer


def load_mitsuba() -> tuple[Any, Tracer]:
    """Return the module `mitsuba`, its variant set, and what the probe found.

    Raises
    ------
    DeviceError
        It cannot run here; the text says what is missing and how to get it.
    """
    refuse_after_fork()
    tracer = find_tracer()
    if not tracer.variant:
        raise DeviceError(f"{tracer.sentence}. The raster engine works without it (--engine raster).")
    threads = _threads()
    # Workers share the cores: none may tie its threads to the first ones.
    os.environ.setdefault("OIDN_SET_AFFINITY", "0")
    if threads:
        os.environ.setdefault("OIDN_NUM_THREADS", str(threads))
    import mitsuba as mi

    if mi.variant() != tracer.variant:
        mi.set_variant(tracer.variant)
    if threads and tracer.variant != SCALAR:
        import drjit as dr

        dr.set_thread_count(threads)
    _loaded_in.append(os.getpid())
    return mi, tracer


_loaded_in: Final[list[int]] = []
"""The processes that loaded Mitsuba, a forked one after its parent."""


def refuse_after_fork() -> None:
    """Refuse to work in a process that was forked after Mitsuba was loaded: its threads and its card stayed behind.

    Raises
    ------
    DeviceError
        With the way out.
    """
    if _loaded_in and _loaded_in[-1] != os.getpid():
        raise DeviceError(
            "the path tracer was loaded before this process was forked, and cannot work in both: start processes with "
            "multiprocessing's method spawn, or open the renderer in them alone"
        )


def _threads() -> int:
    """Return how many threads this process may use; 0 leaves it to the libraries."""
    text = os.environ.get("OMP_NUM_THREADS", "")
    return int(text) if text.isdigit() else 0
