"""The JSON Schema of a parameter as its declaration tells it: limits, default, and the words for people.

It describes what may be written in a project file. Whether a distribution stays inside the limits is not for a schema.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

from myriorama.scenes.parameters.fit import component_count
from myriorama.scenes.parameters.schema import Bool, Choice, Color, File, Float, Int, Parameter, Text, Vector

DISTRIBUTION: Final = {"$ref": "#/$defs/Distribution"}
_HEX: Final = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}


def parameters_schema(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the schema of a table of parameters: every one may be left out, none may be added.

    It refers to ``#/$defs/Distribution`` of the project file's schema.
    """
    properties = {p.name: parameter_schema(p) for p in parameters}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """Return the schema of one parameter: a plain value inside the limits, or a distribution in its place."""
    unit = f" In {parameter.unit}." if parameter.unit else ""
    out: dict[str, Any] = {"description": parameter.help + unit, "default": parameter.default}
    if parameter.suggested is not None:
        out["examples"] = [parameter.suggested]
    return {**out, "if": {"type": "object"}, "then": DISTRIBUTION, "else": _plain(parameter)}


def _plain(parameter: Parameter) -> dict[str, Any]:
    if isinstance(parameter, Float | Int):
        return {"type": "integer" if isinstance(parameter, Int) else "number", **_limits(parameter)}
    if isinstance(parameter, Bool):
        return {"type": "boolean"}
    if isinstance(parameter, Choice):
        return {"enum": list(parameter.options)}
    if isinstance(parameter, Text):
        return {"type": "string", "maxLength": parameter.max_length}
    if isinstance(parameter, File):
        return {"type": "string", "minLength": 1} if parameter.required else {"type": "string"}
    size = component_count(parameter)
    number: dict[str, Any] = {"type": "number"}
    if isinstance(parameter, Vector):
        number |= _limits(parameter)
    elif isinstance(parameter, Color):
        number |= {"minimum": 0, "maximum": 1}
    entry = {"if": {"type": "object"}, "then": DISTRIBUTION, "else": number}
    numbers = {"type": "array", "items": entry, "minItems": size, "maxItems": size}
    return {"anyOf": [_HEX, numbers]} if isinstance(parameter, Color) else numbers


def _limits(parameter: Float | Int | Vector) -> dict[str, Any]:
    ends = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    return {name: value for name, value in ends.items() if math.isfinite(value)}
