"""Whether a value is what a field's annotation says, told by the place where it is not.

It turns lists into tuples where a tuple is wanted, and changes no number.
"""

from __future__ import annotations

import collections
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

Coercer = Callable[[Any], Any]


class WrongShape(ValueError):
    """A value does not fit; `place` leads to it from the outermost value."""

    def __init__(self, wanted: str, found: str, place: str = "") -> None:
        self.wanted, self.found, self.place = wanted, found, place
        super().__init__(f"{place or 'the answer'} must be {wanted}, not {found}")

    def below(self, name: str) -> WrongShape:
        """Return the same, told from one level higher."""
        joint = "" if not self.place or self.place.startswith("[") else "."
        return WrongShape(self.wanted, self.found, f"{name}{joint}{self.place}")


def wrong(wanted: str, value: Any, place: str = "") -> WrongShape:
    """Return the refusal of a value."""
    return WrongShape(wanted, named(value), place)


def named(value: Any) -> str:
    """Return a value in a few words: short ones as they are, others by type and size."""
    if isinstance(value, np.ndarray):
        return f"an array {value.dtype} of shape {value.shape}"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)[:60]
    if isinstance(value, tuple | list | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return type(value).__name__


@cache
def fields_of(kind: type) -> tuple[tuple[str, Coercer], ...]:
    """Return name and coercer of each field of a dataclass, in order."""
    hints = get_type_hints(kind)
    return tuple((f.name, coercer(hints[f.name])) for f in fields(kind))


@cache
def coercer(hint: Any) -> Coercer:
    """Return a function that hands on what fits an annotation, and raises `WrongShape` otherwise."""
    if hint is Any:
        return lambda value: value
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _one_of(arguments)
    if origin in (Union, types.UnionType):
        return _either(tuple(coercer(a) for a in arguments), " or ".join(_word(a) for a in arguments))
    if origin is tuple:
        return _tuple_of(arguments)
    if origin in (Sequence, Iterable, collections.abc.Sequence, collections.abc.Iterable):
        return _tuple_of((arguments[0], ...))
    if origin in (Mapping, dict, collections.abc.Mapping, collections.Counter):
        return _mapping_of(arguments, counted=origin is collections.Counter)
    if origin is np.ndarray:
        return _array_of(get_args(arguments[1])[0])
    if hint is np.ndarray:
        return _array_of(Any)
    if hint is Path:
        return _path
    if isinstance(hint, type) and is_dataclass(hint):
        return _exactly(hint)
    return _never(_word(hint))


def _never(word: str) -> Coercer:
    """Return the coercer of what only the program sends."""

    def check(value: Any) -> Any:
        raise wrong(f"a {word} of the program's own", value)

    return check


def _word(hint: Any) -> str:
    if hint is type(None):
        return "None"
    if hint is float:
        return "a finite number"
    if get_origin(hint) is np.ndarray:
        kind = get_args(get_args(hint)[1])[0]
        return f"an array of {np.dtype(kind)}" if isinstance(kind, type) else "an array"
    return getattr(hint, "__name__", str(hint))


def _none(value: Any) -> Any:
    if value is not None:
        raise wrong("None", value)
    return value


def _bool(value: Any) -> Any:
    if type(value) is not bool:
        raise wrong("True or False", value)
    return value


def _int(value: Any) -> Any:
    if type(value) is not int:
        raise wrong("a whole number", value)
    return value


def _float(value: Any) -> Any:
    if type(value) not in (float, int) or not math.isfinite(value):
        raise wrong("a finite number", value)
    return value


def _str(value: Any) -> Any:
    if type(value) is not str:
        raise wrong("text", value)
    return value


def _bytes(value: Any) -> Any:
    if type(value) is not bytes:
        raise wrong("bytes", value)
    return value


_PLAIN: typing.Final[Mapping[Any, Coercer]] = {
    type(None): _none,
    bool: _bool,
    int: _int,
    float: _float,
    str: _str,
    bytes: _bytes,
}


def _path(value: Any) -> Any:
    if not isinstance(value, Path):
        raise wrong("a path", value)
    return value


def _one_of(words: tuple[Any, ...]) -> Coercer:
    told = "one of " + ", ".join(repr(w) for w in words)

    def check(value: Any) -> Any:
        if type(value) is not str or value not in words:
            raise wrong(told, value)
        return value

    return check


def _either(options: tuple[Coercer, ...], told: str) -> Coercer:
    def check(value: Any) -> Any:
        deepest: WrongShape | None = None
        for option in options:
            try:
                return option(value)
            except WrongShape as refused:
                if refused.place:
                    deepest = refused  # one alternative fits but for something inside it
        raise deepest or wrong(told, value)

    return check


def _tuple_of(arguments: tuple[Any, ...]) -> Coercer:
    if len(arguments) == 2 and arguments[1] is ...:
        each = coercer(arguments[0])

        def check_all(value: Any) -> Any:
            if not isinstance(value, tuple | list):
                raise wrong("a tuple", value)
            return tuple(_at(each, f"[{i}]", v) for i, v in enumerate(value))

        return check_all
    inner = tuple(coercer(a) for a in arguments)

    def check(value: Any) -> Any:
        if not isinstance(value, tuple | list) or len(value) != len(inner):
            raise wrong(f"a tuple of {len(inner)}", value)
        return tuple(_at(c, f"[{i}]", v) for i, (c, v) in enumerate(zip(inner, value, strict=True)))

    return check


def _mapping_of(arguments: tuple[Any, ...], *, counted: bool) -> Coercer:
    keys = coercer(arguments[0])
    values = coercer(int if counted else arguments[1])
    wanted = collections.Counter if counted else (dict, types.MappingProxyType)

    def check(value: Any) -> Any:
        if not isinstance(value, wanted):
            raise wrong("a Counter" if counted else "a dict", value)
        made = {_at(keys, f"key {k!r}"[:60], k): _at(values, f"[{k!r}]"[:60], v) for k, v in value.items()}
        if counted:
            return collections.Counter(made)
        return types.MappingProxyType(made) if isinstance(value, types.MappingProxyType) else made

    return check


def _array_of(kind: Any) -> Coercer:
    concrete = isinstance(kind, type) and issubclass(kind, np.generic)

    def check(value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            raise wrong("an array", value)
        if concrete and value.dtype != np.dtype(kind):
            raise wrong(f"an array of {np.dtype(kind)}", value)
        return value

    return check


def _exactly(kind: type) -> Coercer:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise wrong(f"a {kind.__name__}", value)
        return value

    return check


def _at(check: Coercer, place: str, value: Any) -> Any:
    try:
        return check(value)
    except WrongShape as refused:
        raise refused.below(place) from None
