"""Acceptance rules: what a project demands of a sample before it counts.

A rule reads labels; it never changes them.
"""

from __future__ import annotations

from myriorama.scenes.labels.record import Record
from myriorama.scenes.project.model import AcceptanceRule, Project


def refusals(project: Project, record: Record) -> tuple[str, ...]:
    """Return the names of the rules that this record fails, in the project's order."""
    return tuple(rule.name for rule in project.acceptance if not _holds(rule, record))


def _holds(rule: AcceptanceRule, record: Record) -> bool:
    count = sum(
        1
        for a in record.annotations
        if (rule.class_ is None or a.class_name == rule.class_)
        and a.visible >= rule.min_visible
        and a.area_px >= rule.min_pixels
    )
    if rule.at_least is not None and count < rule.at_least:
        return False
    return rule.at_most is None or count <= rule.at_most
