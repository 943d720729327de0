"""Says in words, and as JSON, what a declared parameter accepts. It reads declarations and no project."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from myriorama.scenes.parameters.schema import (
    Bool,
    Choice,
    Color,
    Direction,
    File,
    Float,
    Int,
    Parameter,
    Rotation,
    Text,
    Vector,
)

_INT_BOUND = 2**31


def allowed_values(parameter: Parameter) -> str:
    """Return the hard limits of a parameter for people: ``0.01 to 1``, ``one of: left, right``."""
    match parameter:
        case Float():
            return _range(parameter.minimum, parameter.maximum, "any number")
        case Int():
            low = -math.inf if parameter.minimum <= -_INT_BOUND else parameter.minimum
            high = math.inf if parameter.maximum >= _INT_BOUND - 1 else parameter.maximum
            return "whole, " + _range(low, high, "any")
        case Vector():
            return f"{parameter.size} numbers, each {_range(parameter.minimum, parameter.maximum, 'any')}"
        case Choice():
            return "one of: " + ", ".join(parameter.options)
        case Text():
            return f"text, up to {parameter.max_length} characters"
        case Bool():
            return "true or false"
        case Color():
            return '"#rrggbb" or 3 numbers, each 0 to 1'
        case Direction():
            return "3 numbers, not all 0"
        case Rotation():
            return "a quaternion w, x, y, z"
        case File():
            kind = parameter.role.replace("_", " ")
            return f"a file ({kind})" if parameter.required else f"a file ({kind}), or empty for none"
        case _:
            return parameter.kind


def default_text(parameter: Parameter) -> str:
    """Return the default as it would be written in a project file."""
    return json.dumps(parameter.default, ensure_ascii=False)


def parameter_json(parameter: Parameter) -> dict[str, Any]:
    """Return a declaration as a JSON-able object; a limit that is not there is null."""
    fields = {f.name: getattr(parameter, f.name) for f in dataclasses.fields(parameter)}
    for name, value in fields.items():
        if isinstance(value, float) and not math.isfinite(value):
            fields[name] = None
        elif isinstance(value, tuple):
            fields[name] = list(value)
    return {"name": fields.pop("name"), "kind": parameter.kind, **fields, "allowed": allowed_values(parameter)}


def _range(low: float, high: float, otherwise: str) -> str:
    if math.isinf(low) and math.isinf(high):
        return otherwise
    if math.isinf(high):
        return f"at least {_number(low)}"
    if math.isinf(low):
        return f"at most {_number(high)}"
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 and value == float(f"{value:g}") else repr(value)
