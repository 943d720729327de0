"""Puts together what an author is told of a failure. It decides nothing: causes come from where they were seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast, get_args

from myriorama.plugins.faults import Cause, Fault
from myriorama.plugins.hosting.watching import Lost
from myriorama.plugins.manifest import ManifestEntry
from myriorama.plugins.sources import PluginSource
from myriorama.scenes.assets.store import OpenAsset

About = tuple[PluginSource, ManifestEntry | None, Mapping[str, Any]]
"""Whose code, which of its plugins, and the values it was called with."""

_CAUSES: Final[frozenset[str]] = frozenset(get_args(Cause))
_LONGEST_VALUE: Final = 2_000
_DUMPED: Final = re.compile(r'^  File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<name>.+)$', re.MULTILINE)
"""A row of a dump that Python writes of itself when it is ended by a signal, innermost first."""


def told_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return drawn values as JSON: what a project would write to have them again."""
    return {str(name): _told(value) for name, value in values.items()}


def _told(value: Any) -> Any:
    if isinstance(value, OpenAsset):
        return {"file": value.asset.reference, "sha256": value.asset.sha256}
    if isinstance(value, Mapping):
        return told_values(value)
    if isinstance(value, tuple | list):
        return [_told(v) for v in value]
    if isinstance(value, str):
        return value[:_LONGEST_VALUE]
    if value is None or isinstance(value, bool | int | float):
        return value
    return type(value).__name__


def shown(text: str) -> str:
    """Return text of a plugin's as it may be shown: no control codes, which could write over what a person reads."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\n" if c == "\r" else "\ufffd" for c in text)


def fault_of_facts(about: About, facts: Mapping[str, Any], output: str) -> Fault:
    """Return the fault of what a host process told. It may lie: what it told is taken as text."""
    source, entry, values = about
    cause = str(facts.get("cause"))

    def text(name: str, most: int = 4_000) -> str:
        return shown(str(facts.get(name) or "")[:most])

    line = facts.get("line")
    file, number = text("file"), line if type(line) is int and line > 0 else 0
    code = text("code", 500)
    if not number and entry is not None and cause in ("result", "tampered", "file_size"):
        file, number, code = class_line(source, entry) or (file, number, code)
    return Fault(
        source=source.id,
        kind=entry.kind if entry else "",
        name=entry.name if entry else "",
        cause=cast("Cause", cause) if cause in _CAUSES else "raised",
        message=text("message") or "it failed without a word",
        file=file,
        line=number,
        code=code,
        values=values,
        trace=text("trace", 20_000),
        output=shown(output),
        way_out=text("way_out"),
    )


def fault_of_loss(about: About, lost: Lost, output: str) -> Fault:
    """Return the fault of a process that gave no answer; its last words tell the line."""
    source, entry, values = about
    file, line, trace = _last_place(source, output)
    code = _line_of(file, line)
    return Fault(
        source=source.id,
        kind=entry.kind if entry else "",
        name=entry.name if entry else "",
        cause=lost.cause,
        message=str(lost),
        file=file,
        line=line,
        code=code,
        values=values,
        trace=trace,
        output=shown(output),
        way_out=lost.way_out,
    )


def fault_of_answer(about: About, method: str, error: ValueError) -> Fault:
    """Return the fault of an answer that was refused; the line is that of the method."""
    source, entry, values = about
    assert entry is not None
    file, line, code = class_line(source, entry, method) or (source.root, 0, "")
    message = f"{entry.class_name}.{method} returned what cannot be used: {error}"
    return Fault(source.id, entry.kind, entry.name, "result", message, file, line, code, values)


def class_line(source: PluginSource, entry: ManifestEntry, method: str = "") -> tuple[str, int, str] | None:
    """Return file, line and code where a class, or its method, begins; found by reading, never by running."""
    root = Path(source.root)
    inner = entry.module.split(".")[1:]
    module = root.joinpath(*inner)
    places = [root] if source.is_single_file else [module.with_suffix(".py"), module / "__init__.py"]
    wanted = re.compile(rf"\s*class\s+{re.escape(entry.class_name)}\b")
    for place in places:
        try:
            lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        begin = next((i for i, row in enumerate(lines) if wanted.match(row)), None)
        if begin is None:
            continue
        found = begin
        if method:
            defines = re.compile(rf"\s+def\s+{re.escape(method)}\b")
            found = next((i for i in range(begin, len(lines)) if defines.match(lines[i])), begin)
        return str(place), found + 1, lines[found].strip()[:500]
    return None


def _last_place(source: PluginSource, output: str) -> tuple[str, int, str]:
    """Return the innermost line of the plugin's own in the last dump, and the dump's rows that are its own."""
    start = max(output.rfind("Current thread 0x"), output.rfind("(most recent call first)") - 200, 0)
    root = source.root if source.is_single_file else source.root.rstrip("/") + "/"
    own = [m for m in _DUMPED.finditer(output, start) if m["file"] == root or m["file"].startswith(root)]
    if not own:
        return "", 0, ""
    rows = [f'  File "{m["file"]}", line {m["line"]}, in {m["name"]}' for m in reversed(own)]
    return own[0]["file"], int(own[0]["line"]), "\n".join(rows)


def _line_of(file: str, number: int) -> str:
    if not file or number < 1:
        return ""
    try:
        lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[number - 1].strip()[:500] if number <= len(lines) else ""
