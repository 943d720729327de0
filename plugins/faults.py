"""What goes wrong in third-party code, told so that its author finds the line: cause, place, values.

It mends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from myriorama.scenes.errors import PluginError
from myriorama.scenes.registry import PluginKind

Cause = Literal[
    "raised",
    "import",
    "exited",
    "killed",
    "timeout",
    "cpu",
    "memory",
    "file_size",
    "forbidden",
    "tampered",
    "output",
    "result",
    "changed",
    "missing",
]
"""raised: an exception of its own; import: its module cannot be imported; exited: it ended its process; killed: a
signal (a segmentation fault); timeout: no answer in time; cpu, memory, file_size: a limit; forbidden: it tried what
is not allowed (network, files, processes); tampered: it changed shared state (numpy's random); output: it printed too
much; result: it returned something else than it must; changed: its files differ from what was approved; missing: its
files are gone."""


@dataclass(frozen=True)
class Fault:
    """A failure of a plugin.

    Attributes
    ----------
    source : str
        Id of the distribution or file.
    message : str
        One sentence for people.
    file, line, code : str, int, str
        The innermost line of the plugin's own; empty, 0, empty where there is none.
    values : mapping
        What it was called with, JSON-able.
    trace : str
        The plugin's own part of the traceback.
    output : str
        The last it printed.
    way_out : str
    """

    source: str
    kind: PluginKind | Literal[""]
    name: str
    cause: Cause
    message: str
    file: str = ""
    line: int = 0
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    trace: str = ""
    output: str = ""
    way_out: str = ""

    def to_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"values": dict(self.values)}


def fault_from_json(tree: Mapping[str, Any]) -> Fault:
    """Return a fault that `Fault.to_json` told."""
    return Fault(**tree)


class PluginFault(PluginError):
    """A plugin failed; `fault` says how."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        where = f" ({fault.file}, line {fault.line})" if fault.file and fault.line else ""
        named = f"{fault.kind} {fault.name!r} of {fault.source}" if fault.name else f"plugin {fault.source}"
        super().__init__(f"{named}: {fault.message}{where}" + (f"; {fault.way_out}" if fault.way_out else ""))

    def __reduce__(self) -> tuple[type[PluginFault], tuple[Fault]]:
        return (type(self), (self.fault,))
