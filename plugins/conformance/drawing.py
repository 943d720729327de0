"""Values inside the limits for every kind of parameter; the limits themselves come up often.

Keyed like everything that is drawn: seed, number and parameter name decide, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from myriorama.plugins.api import (
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
    Values,
    Vector,
)
from myriorama.plugins.conformance.sample_files import sample_asset
from myriorama.scenes.assets.store import OpenAsset
from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.fit import fit_literal, normalised
from myriorama.scenes.parameters.streams import KeyedDraws

_UID: Final = "conformance"
_OVERSHOOT: Final = 0.2
"""A share drawn from [-0.2, 1.2) and cut to [0, 1]: each limit comes up once in seven draws."""
_WORDS: Final = ("", "A", "two words", "Gr\u00fc\u00dfe \u4f60\u597d", "0123456789")


@dataclass(frozen=True)
class Draw:
    """One set of values.

    Attributes
    ----------
    number : int
        0 is the defaults, 1 all lower limits, 2 all upper limits, then random.
    values : mapping
        As the plugin receives them.
    per_object : tuple of mapping
        Only for a placement: the values of each item.
    """

    number: int
    values: Values
    draws: KeyedDraws
    per_object: tuple[Values, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return the values as JSON, to be typed in again."""
        out = {name: _told(value) for name, value in self.values.items()}
        if self.per_object and self.per_object[0]:
            out["per_object"] = [{name: _told(value) for name, value in row.items()} for row in self.per_object]
        return out


def make_draw(
    parameters: Sequence[Parameter], number: int, seed: int, per_object: Sequence[Parameter] = (), items: int = 0
) -> Draw:
    """Return set `number` of values for these declarations."""
    draws = KeyedDraws(seed, number, 0, _UID)
    values = {p.name: _value(p, number, draws, "") for p in parameters}
    rows = tuple({p.name: _value(p, number, draws, f"/{item}") for p in per_object} for item in range(items))
    return Draw(number, values, draws, rows)


def default_value(parameter: Parameter) -> Any:
    """Return what a plugin receives where a project says nothing.

    Raises
    ------
    ValueError
        The default does not fit its own declaration.
    """
    if isinstance(parameter, File):
        return sample_asset(parameter.role) if parameter.required else None
    value, problem = fit_literal(parameter.default, parameter, parameter.name)
    if problem is not None:
        raise ValueError(f"the default of {parameter.name} does not fit its declaration: {problem}")
    return value


def _value(p: Parameter, number: int, draws: KeyedDraws, suffix: str) -> Any:
    if number == 0:
        return default_value(p)
    u = draws.uniforms(p.name + suffix, 0, 8)
    if isinstance(p, Float | Int):
        value = _between(p.minimum, p.maximum, _share(float(u[0]), number), p.default)
        return round(value) if isinstance(p, Int) else value
    if isinstance(p, Bool):
        return bool(u[0] < 0.5)
    if isinstance(p, Choice):
        return p.options[min(int(u[0] * len(p.options)), len(p.options) - 1)]
    if isinstance(p, Color):
        return tuple(_share(float(v), number) for v in u[:3])
    if isinstance(p, Vector):
        more = draws.uniforms(p.name + suffix, 1, p.size)
        default = p.default if isinstance(p.default, list | tuple) else [0.0] * p.size
        rows = zip(more, default, strict=False)
        return tuple(_between(p.minimum, p.maximum, _share(float(v), number), d) for v, d in rows)
    if isinstance(p, Direction | Rotation):
        return _unit(u, 3 if isinstance(p, Direction) else 4)
    if isinstance(p, File):
        return sample_asset(p.role) if p.required or u[0] < 0.7 else None
    if isinstance(p, Text):
        words = (*_WORDS, str(p.default), "x" * p.max_length)
        return words[min(int(u[0] * len(words)), len(words) - 1)][: p.max_length]
    raise TypeError(f"{type(p).__name__} is no kind of parameter")


def _share(u: float, number: int) -> float:
    if number <= 2:
        return float(number - 1)
    return min(max(u * (1 + 2 * _OVERSHOOT) - _OVERSHOOT, 0.0), 1.0)


def _between(low: float, high: float, share: float, default: Any) -> float:
    centre = float(default) if isinstance(default, int | float) else 0.0
    reach = max(1.0, abs(centre))
    low = centre - reach if math.isinf(low) else low
    high = centre + reach if math.isinf(high) else high
    return min(max(low + share * (high - low), low), high)


def _unit(u: F64, size: int) -> tuple[float, ...]:
    numbers = tuple(float(v) * 2 - 1 for v in u[:size])
    return normalised(numbers) or (1.0, *(0.0,) * (size - 1))


def _told(value: Any) -> Any:
    if isinstance(value, OpenAsset):
        return value.asset.reference
    if isinstance(value, tuple):
        return [_told(v) for v in value]
    if isinstance(value, Mapping):
        return {k: _told(v) for k, v in value.items()}
    return value
