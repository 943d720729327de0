"""A plugin's failure in words: what happened, where, with what, and as text to send to its author.

It shows nothing and decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from myriorama.plugins.faults import Cause, Fault
from myriorama.plugins.sources import PluginSource

HAPPENED: Final[Mapping[Cause, str]] = {
    "raised": "raised an error",
    "import": "cannot be imported",
    "exited": "ended its own process",
    "killed": "crashed its process",
    "timeout": "did not answer in time",
    "cpu": "used more processor time than it may",
    "memory": "asked for more memory than it may",
    "file_size": "wrote a larger file than it may",
    "forbidden": "tried what plugins may not do",
    "tampered": "changed what all plugins share",
    "output": "printed more than it may",
    "result": "returned what cannot be used",
    "changed": "is not what was approved",
    "missing": "is not there any more",
}
"""What a cause means, after the name of the plugin."""


def title_of(fault: Fault) -> str:
    """Return who failed and how, as one short sentence without its full stop."""
    who = f"{fault.kind.capitalize()} {fault.name}" if fault.name else f"Plugin {fault.source}"
    return f"{who} {HAPPENED[fault.cause]}"


def place_of(fault: Fault) -> str:
    """Return file and line as compilers tell them, ``apple.py:12``; empty where none is known."""
    return f"{Path(fault.file).name}:{fault.line}" if fault.file and fault.line else Path(fault.file).name


def value_words(value: Any) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(value_words(v) for v in value)
    return json.dumps(value, default=str, ensure_ascii=False)


def told(fault: Fault, seed: int | None = None, index: int | None = None, command: str = "") -> str:
    """Return everything that is known, as plain text to paste into a message."""
    lines = [f"{title_of(fault)} ({fault.source})", f"  {fault.message}"]
    if fault.file:
        lines.append(f"  at {fault.file}" + (f":{fault.line}" if fault.line else ""))
    if fault.code:
        lines.append(f"    {fault.code.strip()}")
    if fault.way_out:
        lines.append(f"  way out: {fault.way_out}")
    if seed is not None or index is not None:
        known = [f"{word} {value}" for word, value in (("seed", seed), ("sample", index)) if value is not None]
        lines.append(f"  {', '.join(known)}")
    if fault.values:
        lines.append("  values: " + json.dumps(dict(fault.values), default=str, ensure_ascii=False))
    if command:
        lines.append(f"  again: {command}")
    for heading, text in (("traceback", fault.trace), ("output", fault.output)):
        if text.strip():
            lines += [f"  {heading}:", *(f"    {line}" for line in text.rstrip().splitlines())]
    return "\n".join(lines) + "\n"


def file_of(fault: Fault, source: PluginSource) -> Path | None:
    """Return the file of a fault where it is one of the source's own, as hashed; None for anything else.

    The name comes from a process that runs third-party code: it is looked up, never trusted.
    """
    if not fault.file:
        return None
    root = Path(source.root)
    if source.is_single_file:
        return root if Path(fault.file).name == root.name and root.is_file() else None
    asked = Path(fault.file)
    for name in source.files:
        own = root / name
        if own == asked or Path(name) == asked or Path(root.name) / name == asked:
            return own if own.is_file() else None
    return None
