"""The command that makes a failure of a plugin happen again, as a person can copy it. It runs nothing."""

from __future__ import annotations

import json
import shlex
from typing import Any

from myriorama.plugins.faults import Fault
from myriorama.plugins.sources import PluginSource

RUNNABLE = ("generator", "environment")
"""The kinds that can be called with values alone, without a scene."""


def command_for(
    fault: Fault, seed: int | None = None, index: int | None = None, source: PluginSource | None = None
) -> str:
    """Return the command, quoted for a POSIX shell.

    A generator or an environment is run again with the very values of the fault; seed and index are named so that they
    are not lost. Other kinds need a scene: theirs is the command that checks the source.

    Parameters
    ----------
    source : PluginSource or None
        Where it lies; without it the command names the source's id.
    """
    where = fault.source
    if source is not None:
        where = source.root if source.origin in ("path", "project") else source.key
    if fault.kind not in RUNNABLE or not fault.name:
        return shlex.join(("myriorama", "plugin", "check", source.root if source is not None else where))
    words = ["myriorama", "plugin", "run", where, f"{fault.kind}/{fault.name}"]
    values = json.dumps(_plain(dict(fault.values)), ensure_ascii=True, allow_nan=False, sort_keys=True)
    words += ["--values", values]
    for option, number in (("--seed", seed), ("--index", index)):
        if number is not None:
            words += [option, str(number)]
    return shlex.join(words)


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it; what is none, such as an infinite number, becomes text."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
