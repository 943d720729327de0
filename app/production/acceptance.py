"""Acceptance rules: what a project demands of a sample before it counts.

A rule reads labels; it never changes them.
"""

from __future__ import annotations

from typing import Final

from myriorama.scenes.errors import Problem
from myriorama.scenes.labels.record import Annotation, Record
from myriorama.scenes.project.model import AcceptanceRule, Project

RULES_READ: Final = ("fractions", "visible")
"""The annotators that acceptance rules can ask."""


def refusals(project: Project, record: Record) -> tuple[str, ...]:
    """Return the names of the rules that this record fails, in the project's order."""
    return tuple(rule.name for rule in project.acceptance if not _holds(rule, record))


def _holds(rule: AcceptanceRule, record: Record) -> bool:
    count = sum(_counts(rule, a) for a in record.annotations)
    if rule.at_least is not None and count < rule.at_least:
        return False
    return rule.at_most is None or count <= rule.at_most


def _counts(rule: AcceptanceRule, annotation: Annotation) -> bool:
    if rule.class_ is not None and annotation.class_name != rule.class_:
        return False
    if rule.min_visible > 0 and (annotation.visible is None or annotation.visible < rule.min_visible):
        return False
    return annotation.area_px >= rule.min_pixels


def missing_labels(project: Project, labels: tuple[str, ...]) -> tuple[Problem, ...]:
    """Return the rules that `labels` (empty: all) leave nothing to judge by."""
    if not labels or "fractions" in labels:
        return ()
    return tuple(
        Problem(
            f"acceptance[{i}].min_visible",
            f"rule {rule.name!r} needs the visible fraction, and the label 'fractions' is not computed",
            ", ".join(labels),
            "add 'fractions' to the labels, or leave them empty for all",
        )
        for i, rule in enumerate(project.acceptance)
        if rule.min_visible > 0
    )
