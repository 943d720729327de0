"""What a plugin says of itself, as data: written once by its author's tools, read without running its code.

It imports no plugin. A manifest that does not fit its own form is refused with the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final, cast, get_args

from myriorama.scenes.errors import InputError, Problem
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
from myriorama.scenes.registry import EffectStage, PluginKind

FILE_NAME: Final = "myriorama_plugin.json"
FORMAT: Final = "myriorama-plugin"
FORMAT_VERSION: Final = 1
LONGEST_MANIFEST_BYTES: Final = 4 * 2**20
KINDS: Final[tuple[PluginKind, ...]] = get_args(PluginKind)
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
IDENTITY: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")

_PARAMETER_TYPES: Final[Mapping[str, type[Parameter]]] = MappingProxyType(
    {t.kind: t for t in (Float, Int, Bool, Choice, Text, Color, Vector, Direction, Rotation, File)}
)


@dataclass(frozen=True)
class ManifestEntry:
    """One plugin: the class attributes that a host needs without importing it.

    Attributes
    ----------
    module, class_name : str
        Where the class lies, from the package on: ``apples.apple``, ``Apple``. For a single file the module is its
        stem.
    parameters, per_object : tuple of Parameter
        As the class declares them; `per_object` only for a placement.
    traits : mapping
        Further class attributes by name, JSON-able: ``home``, ``watertight``, ``extent_m``, ``fills``, ``passes``,
        ``stage``, ``redrawable``, ``rest``.
    """

    kind: PluginKind
    name: str
    label: str
    help: str
    version: str
    module: str
    class_name: str
    parameters: tuple[Parameter, ...] = ()
    per_object: tuple[Parameter, ...] = ()
    traits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Manifest:
    """A distribution, or a single file, and the plugins in it.

    Attributes
    ----------
    id : str
        Name of the distribution, or of the single file without its suffix.
    api_version : int
        The version of `myriorama.plugins` that it was written for.
    """

    id: str
    version: str
    publisher: str
    description: str
    licence: str
    api_version: int
    entries: tuple[ManifestEntry, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as the JSON tree of its file."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "id": self.id,
            "version": self.version,
            "publisher": self.publisher,
            "description": self.description,
            "licence": self.licence,
            "api_version": self.api_version,
            "plugins": [_entry_to_json(entry) for entry in self.entries],
        }

    def to_text(self) -> str:
        """Return the text of the file: the same manifest gives the same text."""
        return json.dumps(self.to_json(), indent=1, sort_keys=True, allow_nan=False) + "\n"


def parameter_to_json(parameter: Parameter) -> dict[str, Any]:
    """Return a declaration as JSON; what is at its default is left out."""
    out: dict[str, Any] = {"kind": parameter.kind, "name": parameter.name, "default": parameter.default}
    for f in fields(parameter):
        value = getattr(parameter, f.name)
        if f.name not in out and value != (None if f.default is MISSING else f.default):
            out[f.name] = list(value) if isinstance(value, tuple) else value
    return cast("dict[str, Any]", json.loads(json.dumps(out, allow_nan=False)))


def parameter_from_json(tree: Any, place: str = "") -> Parameter:
    """Return a declaration from JSON.

    Raises
    ------
    InputError
        It is none; the place is named.
    """
    if not isinstance(tree, Mapping) or tree.get("kind") not in _PARAMETER_TYPES:
        raise InputError(Problem(place, "this declares no parameter", allowed=f"kind: {', '.join(_PARAMETER_TYPES)}"))
    kind = _PARAMETER_TYPES[tree["kind"]]
    given = {k: v for k, v in tree.items() if k != "kind"}
    known = {f.name: f for f in fields(kind)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(Problem(f"{place}.{unknown[0]}", f"a parameter of kind {kind.kind} has no such field"))
    name = given.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(Problem(f"{place}.name", "a parameter's name is snake_case", repr(name)[:80]))
    for field_name, wanted in _FIELD_TYPES.items():
        if field_name in given and (
            not isinstance(given[field_name], wanted) or (isinstance(given[field_name], bool) and wanted is not bool)
        ):
            raise InputError(
                Problem(f"{place}.{field_name}", "this is of the wrong type", repr(given[field_name])[:80])
            )
    if "options" in given:
        options = given["options"]
        if not isinstance(options, list) or not options or not all(isinstance(o, str) for o in options):
            raise InputError(Problem(f"{place}.options", "options are a list of words", repr(options)[:80]))
        given["options"] = tuple(options)
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise InputError(Problem(place, f"this declares no parameter: {error}")) from error


_FIELD_TYPES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "help": str,
        "unit": str,
        "group": str,
        "suggested": (dict, type(None)),
        "minimum": (int, float),
        "maximum": (int, float),
        "max_length": int,
        "size": int,
        "role": str,
        "required": bool,
    }
)


def manifest_from_text(text: str | bytes, file: str = "") -> Manifest:
    """Return the manifest of a file's text.

    Parameters
    ----------
    file : str
        Named in messages.

    Raises
    ------
    InputError
        It is no manifest, or one of another format; the place is named.
    """
    if len(text) > LONGEST_MANIFEST_BYTES:
        raise InputError(Problem("", "the manifest is too long", f"{len(text)} bytes", "4 MiB", file))
    try:
        tree = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(Problem("", f"the manifest is not JSON: {error}", file=file)) from error
    try:
        return manifest_from_json(tree)
    except InputError as error:
        raise InputError([Problem(p.place, p.message, p.value, p.allowed, file) for p in error.problems]) from error


def manifest_from_json(tree: Any) -> Manifest:
    """Return the manifest of a JSON tree; see `manifest_from_text` for errors."""
    if not isinstance(tree, Mapping) or tree.get("format") != FORMAT or tree.get("format_version") != FORMAT_VERSION:
        raise InputError(
            Problem("format", "this is not a manifest that can be read", allowed=f"{FORMAT} {FORMAT_VERSION}")
        )
    words = {key: _word(tree, key) for key in ("id", "version", "publisher", "description", "licence")}
    if not IDENTITY.fullmatch(words["id"]):
        raise InputError(Problem("id", "an id holds letters, digits, dots, dashes and underscores", words["id"][:80]))
    api_version = tree.get("api_version")
    if not isinstance(api_version, int) or isinstance(api_version, bool):
        raise InputError(Problem("api_version", "this is a whole number", repr(api_version)[:80]))
    plugins = tree.get("plugins")
    if not isinstance(plugins, list):
        raise InputError(Problem("plugins", "this is a list", repr(plugins)[:80]))
    entries = tuple(_entry_from_json(entry, f"plugins[{i}]") for i, entry in enumerate(plugins))
    if not entries:
        raise InputError(Problem("plugins", "there is no plugin in it"))
    seen: set[tuple[str, str]] = set()
    for i, entry in enumerate(entries):
        if (entry.kind, entry.name) in seen:
            raise InputError(Problem(f"plugins[{i}].name", f"there are two {entry.kind}s of this name", entry.name))
        seen.add((entry.kind, entry.name))
    return Manifest(**words, api_version=api_version, entries=entries)


def _entry_to_json(entry: ManifestEntry) -> dict[str, Any]:
    words = ("kind", "name", "label", "help", "version", "module", "class_name")
    tree: dict[str, Any] = {word: getattr(entry, word) for word in words}
    tree["parameters"] = [parameter_to_json(p) for p in entry.parameters]
    if entry.per_object:
        tree["per_object"] = [parameter_to_json(p) for p in entry.per_object]
    tree["traits"] = dict(entry.traits)
    return tree


def _entry_from_json(tree: Any, place: str) -> ManifestEntry:
    if not isinstance(tree, Mapping) or tree.get("kind") not in KINDS:
        raise InputError(Problem(f"{place}.kind", "this is no kind of plugin", allowed=", ".join(KINDS)))
    name = _word(tree, "name", place)
    if not NAME.fullmatch(name):
        raise InputError(Problem(f"{place}.name", "a plugin's name is snake_case", name[:80]))
    words = {key: _word(tree, key, place) for key in ("label", "help", "version", "module", "class_name")}
    if not all(piece.isidentifier() for piece in (*words["module"].split("."), words["class_name"])):
        raise InputError(Problem(f"{place}.module", "module and class are names of Python", words["module"][:80]))
    declared = {}
    for key in ("parameters", "per_object"):
        rows = tree.get(key, [])
        if not isinstance(rows, list):
            raise InputError(Problem(f"{place}.{key}", "this is a list", repr(rows)[:80]))
        declared[key] = tuple(parameter_from_json(row, f"{place}.{key}[{i}]") for i, row in enumerate(rows))
        names = [p.name for p in declared[key]]
        if len(set(names)) != len(names):
            raise InputError(Problem(f"{place}.{key}", "a parameter is declared twice", str(sorted(names))[:80]))
    traits = tree.get("traits", {})
    if not isinstance(traits, Mapping):
        raise InputError(Problem(f"{place}.traits", "this is an object", repr(traits)[:80]))
    if tree["kind"] == "effect":
        _require_stage(traits, f"{place}.traits")
    return ManifestEntry(
        kind=tree["kind"],
        name=name,
        label=words["label"],
        help=words["help"],
        version=words["version"],
        module=words["module"],
        class_name=words["class_name"],
        parameters=declared["parameters"],
        per_object=declared["per_object"],
        traits=MappingProxyType(dict(traits)),
    )


def _require_stage(traits: Mapping[str, Any], place: str) -> None:
    stages = get_args(EffectStage)
    if traits.get("stage", "light") not in stages:
        message = "an effect has no such stage"
        raise InputError(Problem(f"{place}.stage", message, repr(traits["stage"])[:80], ", ".join(stages)))
    if not isinstance(traits.get("rest"), Mapping | None):
        raise InputError(Problem(f"{place}.rest", "this is an object of values", repr(traits["rest"])[:80]))


def _word(tree: Mapping[str, Any], key: str, place: str = "") -> str:
    value = tree.get(key, "")
    where = f"{place}.{key}" if place else key
    if not isinstance(value, str) or len(value) > 4000:
        raise InputError(Problem(where, "this is a text of at most 4000 characters", repr(value)[:80]))
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
