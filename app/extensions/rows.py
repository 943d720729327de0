"""The list of plugins as a person sees it: what lies there, held against what was approved.

It runs nothing and approves nothing; it only says where each source stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from myriorama.app.extensions.approvals import PRECEDENCE, Approval
from myriorama.app.extensions.changes import Change, change_between
from myriorama.plugins.discovery import Found
from myriorama.plugins.faults import Fault
from myriorama.plugins.glimpse import Glimpse
from myriorama.plugins.manifest import Manifest
from myriorama.plugins.registry import shadowed
from myriorama.plugins.sources import Grant, PluginSource

Status = Literal["enabled", "disabled", "new", "changed", "broken", "missing", "development"]
"""enabled: approved, and its bytes are those; disabled: approved once and switched off; new: never approved; changed:
approved with other bytes; broken: it cannot be used, `problem` says why; missing: approved and not here any more;
development: it is being worked on and runs until the program ends."""

WAYS_OUT: Final[Mapping[Status, str]] = {
    "enabled": "",
    "disabled": "Enable it to use its plugins.",
    "new": "Look at what it is, then enable it to use its plugins.",
    "changed": "Look at what changed, then enable it again.",
    "broken": "Its author has to mend it.",
    "missing": "Install it again. Projects keep the values that they have for it.",
    "development": "",
}


@dataclass(frozen=True)
class PluginRow:
    """One source.

    Attributes
    ----------
    manifest : Manifest or None
        What its classes declare: its own manifest, or what was learned when these bytes were approved.
    problem : str
        What is wrong: why it is broken, or which of its plugins are left out because their name is taken.
    change : Change or None
        Since the last approval; None where there was none, or nothing changed.
    glimpses : tuple of Glimpse
        What its text says, where there is no manifest; nothing of it has run.
    description : str
    approved_at : str
        When it was approved last (ISO 8601, UTC); empty where never.
    fault : Fault or None
        How its code failed when it was asked what it declares.
    """

    source: PluginSource
    manifest: Manifest | None
    status: Status
    problem: str = ""
    change: Change | None = None
    glimpses: tuple[Glimpse, ...] = ()
    description: str = ""
    approved_at: str = ""
    fault: Fault | None = None

    @property
    def key(self) -> str:
        return self.source.key


def rows_of(
    found: Iterable[Found], held: Mapping[str, Approval], project_folder: Path | None = None
) -> tuple[PluginRow, ...]:
    """Return a row for everything found, and for what was approved and is gone.

    Parameters
    ----------
    project_folder : Path or None
        The folder beside the open project: what was approved beside another project is not missed here.
    """
    rows = [_row(one, held.get(one.source.key)) for one in found]
    seen = {row.key for row in rows}
    for key, approval in held.items():
        source = approval.source
        beside = source.origin != "project" or (
            project_folder is not None and Path(source.root).is_relative_to(project_folder)
        )
        if key not in seen and approval.enabled and beside:
            told = f"it was approved and is not at {source.root} any more"
            rows.append(PluginRow(source, approval.manifest, "missing", told, None, (), "", approval.approved_at))
    return tuple(sorted(rows, key=lambda r: (PRECEDENCE.index(r.source.origin), r.source.id.lower(), r.source.root)))


def with_collisions(rows: Iterable[PluginRow], grants: Iterable[Grant]) -> tuple[PluginRow, ...]:
    """Return rows that tell which of their plugins are left out because a built-in or another has the name."""
    told: dict[str, list[str]] = {}
    for grant, entry, holder in shadowed(tuple(grants)):
        who = "one that is built in" if holder == "built-in" else f"one of {holder}"
        told.setdefault(grant.source.key, []).append(f"{entry.kind} {entry.name} is left out: {who} has this name")
    return tuple(
        replace(row, problem="; ".join((*filter(None, [row.problem]), *told[row.key]))) if row.key in told else row
        for row in rows
    )


def _row(one: Found, approval: Approval | None) -> PluginRow:
    row = PluginRow(
        one.source,
        one.manifest,
        "new",
        one.problem,
        glimpses=one.glimpses,
        description=one.description,
        approved_at=approval.approved_at if approval else "",
    )
    same = approval is not None and approval.source.sha256 == one.source.sha256
    if approval is not None and not same and one.source.sha256:
        row = replace(
            row,
            change=change_between(
                approval.source.files,
                one.source.files,
                approval.manifest,
                one.manifest,
                approval.source.version,
                one.source.version,
            ),
        )
    if one.problem:
        return replace(row, status="broken")
    if approval is None:
        return row
    if not same:
        return replace(row, status="changed" if approval.enabled else "disabled")
    manifest = one.manifest or approval.manifest
    return replace(row, manifest=manifest, status="enabled" if approval.enabled else "disabled")
