"""A value in words, short: for tooltips and for rows that have no room for an editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from myriorama.app.inspection.conversions import KIND_TITLES, kind_of
from myriorama.app.inspection.quantities import shown_number, with_unit
from myriorama.scenes.parameters.readers import is_number
from myriorama.scenes.parameters.schema import Parameter
from myriorama.scenes.parameters.wording import shown


def value_in_words(value: Any, declaration: Parameter) -> str:
    """Return a literal with its unit, or the kind of a distribution; empty for no value."""
    if value is None or value == "":
        return "none" if declaration.kind == "file" else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_number(value):
        return with_unit(value, declaration.unit)
    if isinstance(value, Mapping):
        return KIND_TITLES[kind_of(value)].lower()
    if isinstance(value, list | tuple) and all(is_number(v) for v in value):
        return ", ".join(shown_number(v) for v in value) + (f" {declaration.unit}" if declaration.unit else "")
    return str(value) if isinstance(value, str) else shown(value)
