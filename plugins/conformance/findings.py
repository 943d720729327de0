"""What a check found, told so that it can be seen again: values, line, and a message for people.

It judges nothing; checks do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from myriorama.scenes.registry import PluginKind


@dataclass(frozen=True)
class Finding:
    """The outcome of one check of one plugin.

    Attributes
    ----------
    check : str
        The check's name, as `myriorama.plugins.conformance.table` lists it.
    ok : bool
    message : str
        One sentence: what was seen, or what is wrong and the way out.
    values : mapping
        The values that show the failure, JSON-able; empty where it does not depend on values.
    ms : float
        Wall milliseconds that the check took.
    kind, name : str
        The plugin's; empty for what concerns the whole source.
    file, line, code : str, int, str
        The author's own line at fault; empty, 0, empty where there is none.
    skipped : bool
        It was left out on purpose; the message says why.
    """

    check: str
    ok: bool
    message: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    ms: float = 0.0
    kind: PluginKind | Literal[""] = ""
    name: str = ""
    file: str = ""
    line: int = 0
    code: str = ""
    skipped: bool = False

    @property
    def plugin(self) -> str:
        """``kind:name``, or ``source``."""
        return f"{self.kind}:{self.name}" if self.name else "source"

    @property
    def place(self) -> str:
        """``file:line``, or nothing."""
        return f"{self.file}:{self.line}" if self.file and self.line else self.file

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"values": dict(self.values)}


@dataclass(frozen=True)
class Report:
    """All findings of one source, in the order of the checks.

    Attributes
    ----------
    source, version : str
        Id and version of the distribution or file.
    """

    source: str
    version: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(f.ok for f in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that are not ok."""
        return tuple(f for f in self.findings if not f.ok)

    def of(self, check: str, kind: str = "", name: str = "") -> Finding:
        """Return the finding of a check.

        Raises
        ------
        KeyError
            The check was not made.
        """
        for finding in self.findings:
            if (finding.check, finding.kind, finding.name) == (check, kind, name):
                return finding
        raise KeyError(f"{kind}:{name}::{check}")

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "source": self.source,
            "version": self.version,
            "ok": self.ok,
            "findings": [f.to_json() for f in self.findings],
        }


def finding_from_json(tree: Mapping[str, Any]) -> Finding:
    """Return a finding that `Finding.to_json` told."""
    return Finding(**tree)


def report_from_json(tree: Mapping[str, Any]) -> Report:
    """Return a report that `Report.to_json` told."""
    return Report(tree["source"], tree["version"], tuple(finding_from_json(f) for f in tree["findings"]))
