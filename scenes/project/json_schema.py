"""The JSON Schema of a project file, for editors that complete and check while one types.

It says what a single file can say of itself. Whether a range fits a plugin's limits, a link has a target, or a file
exists, is for `check_project`; a schema never stands in for it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from myriorama.scenes.drawing.owners import MAX_COUNT
from myriorama.scenes.parameters.evenness import MAX_DIMENSIONS
from myriorama.scenes.parameters.expressions import MAX_LENGTH
from myriorama.scenes.parameters.json_schema import parameters_schema
from myriorama.scenes.parameters.readers import LARGEST, LARGEST_WHOLE, MAX_ENTRIES
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import PluginKind, Registry

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NUMBER: Final = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
_WHOLE: Final = {"type": "integer", "minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE}
_WEIGHTS: Final = {
    "type": "array",
    "items": {"type": "number", "minimum": 0, "maximum": LARGEST},
    "minItems": 1,
    "maxItems": MAX_ENTRIES,
}
_HEX: Final = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}


def _list_of(items: dict[str, Any], size: int | None = None) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": size or 1, "maxItems": size or MAX_ENTRIES}


def _object(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _within(low: float, high: float, *, above: bool = False) -> dict[str, Any]:
    return {"type": "number", "exclusiveMinimum" if above else "minimum": low, "maximum": high}


_PAIR: Final = _list_of(_NUMBER, 2)
_SHARE: Final = _list_of(_within(0, 1), 2)
_ENDS: Final = {"low": _NUMBER, "high": _NUMBER}
_BODIES: Final[dict[str, tuple[str, dict[str, Any], dict[str, Any]]]] = {
    # word: (what it means, its body, keys beside it)
    "uniform": ("Every number of [low, high] alike.", _PAIR, {}),
    "integers": ("Every whole number from low to high alike, both included.", _list_of(_WHOLE, 2), {}),
    "log_uniform": ("A number whose logarithm is uniform.", _list_of(_within(0, LARGEST, above=True), 2), {}),
    "normal": (
        "A normal distribution, cut to [low, high].",
        _object({"mean": _NUMBER, "std": _within(0, LARGEST, above=True), **_ENDS}, ("mean", "std", "low", "high")),
        {},
    ),
    "beta": (
        "Beta(a, b), stretched to [low, high].",
        _object({"a": _within(0.01, 10000), "b": _within(0.01, 10000), **_ENDS}, ("a", "b", "low", "high")),
        {},
    ),
    "choice": (
        "One of the options.",
        _list_of({"not": {"type": "object"}}),
        {"weights": _WEIGHTS},
    ),
    "palette": ("One of some colours.", _list_of(_HEX), {"weights": _WEIGHTS}),
    "hsv": (
        "A colour with hue (degrees), saturation and value each uniform in a range.",
        _object({"h": _list_of(_within(0, 720), 2), "s": _SHARE, "v": _SHARE}, ("h", "s", "v")),
        {},
    ),
    "curve": (
        "A density drawn as straight lines between [x, density] points.",
        {
            **_list_of({"type": "array", "prefixItems": [_NUMBER, _within(0, LARGEST)], "minItems": 2, "maxItems": 2}),
            "minItems": 2,
        },
        {},
    ),
    "sphere": ("A direction, uniform on the sphere.", _object({}), {}),
    "hemisphere": (
        "A direction, uniform within an angle of an axis.",
        _object({"axis": _list_of(_NUMBER, 3), "max_angle_deg": _within(0, 180)}),
        {},
    ),
    "rotation": ("A uniform random rotation.", {"const": "uniform"}, {}),
    "folder": (
        "A file of a folder.",
        {"type": "string", "minLength": 1, "maxLength": 1000},
        {"pattern": {"type": "string", "minLength": 1, "maxLength": 1000, "default": "*"}},
    ),
    "even": ("Uniform, spread evenly over consecutive samples.", _PAIR, {}),
    "even_group": (
        "As even, and jointly even with all parameters that name the same group.",
        _object(
            {
                "group": {"type": "string", "minLength": 1, "maxLength": 64},
                "range": _PAIR,
                "dimension": {"type": "integer", "minimum": 0, "maximum": MAX_DIMENSIONS - 1},
            },
            ("group", "range"),
        ),
        {},
    ),
    "linked": (
        "Computed from other parameters: numbers, names, + - * / ( ), min, max.",
        {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
        {},
    ),
}
_CHANCE: Final = {**_within(0, 1), "description": "Probability that this is used; else otherwise, or the default."}
_SCOPE: Final = {"enum": ["object", "sample", "dataset"], "description": "How often a new value is drawn."}
_OTHERWISE: Final = {"not": {"type": "object"}, "description": "The value where the chance fails."}


def _distributions() -> dict[str, Any]:
    out: dict[str, Any] = {}
    for word, (meaning, body, beside) in _BODIES.items():
        properties = {word: body, **beside, "chance": _CHANCE, "otherwise": _OTHERWISE, "scope": _SCOPE}
        out[f"distribution_{word}"] = {
            "description": meaning,
            **_object(properties, (word,)),
            "dependentRequired": {"otherwise": ["chance"]},
        }
    out["distribution_chance"] = {
        "description": "True with this probability.",
        **_object({"chance": _CHANCE, "scope": _SCOPE}, ("chance",)),
    }
    return out


def project_schema(registry: Registry | None = None) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a project file: the model's own, and the distributions in place of values.

    Parameters
    ----------
    registry : Registry or None
        Whose plugins' parameters are told too, so that an editor completes and checks them. A type that it does not
        know stays open.
    """
    schema = Project.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    words = _distributions()
    value = {"$ref": "#/$defs/Value"}
    definitions.update(words)
    definitions["Distribution"] = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in words]}
    definitions["Value"] = {
        "description": "A plain value, a distribution, or a list whose entries each are one of these.",
        "if": {"type": "object"},
        "then": {"$ref": "#/$defs/Distribution"},
        "else": {"if": {"type": "array"}, "then": {"items": value}},
    }
    table = {"type": "object", "additionalProperties": value}
    having = ("Node", "ObjectGroup", "MountedView")
    for properties in (schema["properties"], *(definitions[n]["properties"] for n in having)):
        properties["parameters"] = {**properties["parameters"], **table}
    definitions["CameraNode"]["properties"]["lens"] = {**definitions["CameraNode"]["properties"]["lens"], **table}
    group = definitions["ObjectGroup"]["properties"]
    group["motion"] = {**group["motion"], **table}
    group["materials"] = {**group["materials"], "additionalProperties": table}
    group["count"] = {
        "description": f"How many objects: 0 to {MAX_COUNT}, or a distribution of whole numbers.",
        "default": 1,
        "if": {"type": "object"},
        "then": {"$ref": "#/$defs/Distribution"},
        "else": {"type": "integer", "minimum": 0, "maximum": MAX_COUNT},
    }
    if registry is not None:
        _tell_plugins(schema, registry)
    schema["required"] = ["format", "version", *schema["required"]]
    return {"$schema": DIALECT, "title": "Myriorama project", **{k: v for k, v in schema.items() if k != "title"}}


_WHERE: Final[tuple[tuple[PluginKind, str, str, bool], ...]] = (
    # kind, definition or list of the schema that holds its type and parameters, a list of its own?
    ("generator", "ObjectGroup", "", False),
    ("environment", "environment", "Node", True),
    ("environment", "lights", "Node", True),
    ("effect", "effects", "Node", True),
)


def _tell_plugins(schema: dict[str, Any], registry: Registry) -> None:
    """Add every plugin's parameters, to be used where a node is of its type."""
    definitions = schema["$defs"]
    for kind in ("generator", "placement", "environment", "effect"):
        for name in registry.names(kind):
            declared = registry.parameters(kind, name)
            if kind == "placement":
                declared = (*declared, *registry.per_object_parameters(name))
            definitions[f"{kind}_{name}"] = parameters_schema(declared)
    for kind, place, base, is_list in _WHERE:
        if is_list:
            schema["properties"][place]["items"] = {"$ref": f"#/$defs/{base}", "allOf": _by_type(kind, registry)}
        else:
            definitions[place]["allOf"] = _by_type(kind, registry)
    placement = definitions["ObjectGroup"]["properties"]["placement"]
    placement["allOf"] = _by_type("placement", registry)


def _by_type(kind: PluginKind, registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": {"properties": {"parameters": {"$ref": f"#/$defs/{kind}_{name}"}}},
        }
        for name in registry.names(kind)
    ]


def schema_text(registry: Registry | None = None) -> str:
    """Return the text of the schema file that is shipped."""
    return json.dumps(project_schema(registry), indent=2, ensure_ascii=False) + "\n"
