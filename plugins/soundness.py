"""Says whether what a manifest declares can be used: defaults inside their limits, traits of their kind.

A manifest comes from a stranger; what passes here may be shown, drawn from, and set on a class. It runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final, get_args

from myriorama.plugins.manifest import Manifest, ManifestEntry
from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters.dialect import read_distribution
from myriorama.scenes.parameters.fit import fit_distribution, fit_literal
from myriorama.scenes.parameters.schema import Choice, File, FileRole, Float, Int, Parameter, Vector

_FILE_ROLES: Final = get_args(FileRole)
_MOST_BITS: Final = 1000
"""Of a whole number; a larger one is no number of this machine's."""
_LONGEST_LIST: Final = 1000


def declaration_problems(manifest: Manifest) -> tuple[Problem, ...]:
    """Return everything that a manifest declares and that cannot be used, with its place."""
    problems: list[Problem] = []
    for entry in manifest.entries:
        place = f"{entry.kind} {entry.name}"
        problems += _trait_problems(entry, place)
        for parameter in (*entry.parameters, *entry.per_object):
            problems += _parameter_problems(parameter, f"{place}: {parameter.name}")
    return tuple(problems)


def _parameter_problems(parameter: Parameter, place: str) -> Iterator[Problem]:
    if any(_is_too_large(getattr(parameter, f.name)) for f in fields(parameter)):
        yield Problem(place, "there is a number in it that is too large")
        return
    if isinstance(parameter, Float | Int | Vector) and not _ordered(parameter.minimum, parameter.maximum):
        yield Problem(place, "its limits are no range", f"{parameter.minimum} to {parameter.maximum}")
        return
    if isinstance(parameter, Vector) and not 1 <= parameter.size <= _LONGEST_LIST:
        yield Problem(place, "a vector has at least one number", str(parameter.size), f"1 to {_LONGEST_LIST}")
        return
    if isinstance(parameter, Choice) and len(parameter.options) > _LONGEST_LIST:
        yield Problem(place, "there are too many options", str(len(parameter.options)), str(_LONGEST_LIST))
        return
    if isinstance(parameter, File):
        if not isinstance(parameter.default, str):
            yield Problem(place, "its default is the name of a file, or empty", repr(parameter.default)[:80])
        if parameter.role not in _FILE_ROLES:
            yield Problem(place, "there is no such kind of file", repr(parameter.role)[:80], ", ".join(_FILE_ROLES))
        return
    _, problem = fit_literal(parameter.default, parameter, f"{place}: default")
    if problem is not None:
        yield problem
    yield from _suggestion_problems(parameter, f"{place}: suggested")


def _suggestion_problems(parameter: Parameter, place: str) -> list[Problem]:
    if parameter.suggested is None:
        return []
    written, problems = read_distribution(parameter.suggested, place)
    if written is None:
        return problems
    return fit_distribution(written.distribution, parameter, place)[1]


def _trait_problems(entry: ManifestEntry, place: str) -> Iterator[Problem]:
    for name, value in entry.traits.items():
        if name not in _TRAITS:
            continue  # one of a later version; nothing reads it
        fits, allowed = _TRAITS[name]
        if not fits(value) or (name == "home" and value not in _HOMES.get(entry.kind, ())):
            yield Problem(f"{place}: {name}", "this is of the wrong kind", repr(value)[:80], allowed)


def _ordered(low: Any, high: Any) -> bool:
    return bool(low <= high)  # false where one is not a number


def _is_too_large(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_too_large(v) for v in value.values())
    if isinstance(value, list | tuple):
        return any(_is_too_large(v) for v in value)
    return isinstance(value, int) and value.bit_length() > _MOST_BITS


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_word(value: Any) -> bool:
    return isinstance(value, str)


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _LONGEST_LIST and all(isinstance(v, str) for v in value)


def _is_extent(value: Any) -> bool:
    numbers = isinstance(value, list) and len(value) == 2 and all(isinstance(v, int | float) for v in value)
    if _is_too_large(value):
        return False
    return numbers and not any(isinstance(v, bool) for v in value) and 0 <= value[0] <= value[1] < math.inf


_HOMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"generator": ("objects", "stage"), "environment": ("environment", "lights")}
)
_TRAITS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = MappingProxyType(
    {
        "home": (_is_word, "objects, stage; environment, lights"),
        "watertight": (_is_bool, "true or false"),
        "observes": (_is_bool, "true or false"),
        "extent_m": (_is_extent, "two numbers, the smaller first"),
        "fills": (_are_words, "a list of words"),
        "passes": (_are_words, "a list of words"),
    }
)
