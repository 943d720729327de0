"""Holds a written value against its declaration: literals and options become canonical values.

A value outside the hard limits is a problem here, never moved inside them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.colors import hex_color
from myriorama.scenes.parameters.readers import LARGEST, LARGEST_WHOLE, is_number
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
from myriorama.scenes.parameters.wording import shown, suggestion

WHOLE_TOLERANCE: Final = 1e-9
"""How far a computed number may lie from a whole one and still be meant as it; relative beyond 1."""


def limits(declaration: Parameter) -> tuple[float, float]:
    """Return the hard limits of one number of a declaration."""
    if isinstance(declaration, Float | Int | Vector):
        return declaration.minimum, declaration.maximum
    if isinstance(declaration, Color):
        return 0.0, 1.0
    return -LARGEST, LARGEST


def allowed(declaration: Parameter) -> str:
    """Say in words what a declaration accepts."""
    unit = f" {declaration.unit}" if declaration.unit else ""
    low, high = limits(declaration)
    if isinstance(declaration, Float | Int | Vector):
        number = "a whole number" if isinstance(declaration, Int) else "a number"
        if isinstance(declaration, Vector):
            number = f"{declaration.size} numbers"
        ends = (f" from {low:.12g}" if low > -math.inf else "") + (f" to {high:.12g}" if high < math.inf else "")
        return number + ends + unit
    if isinstance(declaration, Choice):
        return f"one of {', '.join(declaration.options)}"
    if isinstance(declaration, Text):
        return f"a text of at most {declaration.max_length} characters"
    if isinstance(declaration, File) and declaration.required:
        return "a file reference: a path relative to the project's folder, or resource:..."
    words: dict[type[Parameter], str] = {
        Bool: "true or false",
        Color: '"#rrggbb" or three numbers from 0 to 1',
        Direction: "[x, y, z], not all 0",
        Rotation: "[w, x, y, z], not all 0",
        File: "a file reference, or an empty text for none",
    }
    return next((text for kind, text in words.items() if isinstance(declaration, kind)), "")


def component_count(declaration: Parameter) -> int:
    """Return how many numbers a list literal of this declaration has; 0 where it is no list."""
    if isinstance(declaration, Vector):
        return declaration.size
    if isinstance(declaration, Color | Direction):
        return 3
    return 4 if isinstance(declaration, Rotation) else 0


def component(declaration: Parameter) -> Float:
    """Return the declaration of one number of a list literal."""
    low, high = limits(declaration)
    return Float(declaration.name, 0.0, help=declaration.help, unit=declaration.unit, minimum=low, maximum=high)


def normalised(values: tuple[float, ...]) -> tuple[float, ...] | None:
    """Return the vector at unit length, or None where it has no length."""
    largest = max(abs(v) for v in values)
    if largest == 0.0:
        return None
    scaled = [v / largest for v in values]
    length = math.sqrt(sum(v * v for v in scaled))
    return tuple(v / length for v in scaled)


def fit_literal(value: Any, declaration: Parameter, place: str) -> tuple[Any, Problem | None]:
    """Return a literal as the canonical value that a sample holds: float, int, bool, str, or a tuple of floats.

    A file stays the reference as written.
    """
    canonical = _canonical(value, declaration)
    if canonical is None:
        message = f"this is no value for {declaration.name}"
        hint = allowed(declaration)
        if isinstance(declaration, Choice) and isinstance(value, str):
            hint = suggestion(value, declaration.options)
        elif isinstance(declaration, Float | Int) and is_number(value):
            low, high = limits(declaration)
            message = f"{declaration.name} is outside its limits" if not low <= value <= high else message
        return None, Problem(place, message, shown(value), hint)
    return canonical, None


def _canonical(value: Any, declaration: Parameter) -> Any:
    low, high = limits(declaration)
    if isinstance(declaration, Float):
        return float(value) if is_number(value) and low <= value <= high else None
    if isinstance(declaration, Int):
        whole = is_number(value) and low <= value <= high and abs(value) <= LARGEST_WHOLE and value == int(value)
        return int(value) if whole else None
    if isinstance(declaration, Bool):
        return value if isinstance(value, bool) else None
    if isinstance(declaration, Choice):
        return value if isinstance(value, str) and value in declaration.options else None
    if isinstance(declaration, Text):
        return value if isinstance(value, str) and len(value) <= declaration.max_length else None
    if isinstance(declaration, File):
        return value if isinstance(value, str) and len(value) <= 1000 else None
    if isinstance(declaration, Color) and isinstance(value, str):
        return hex_color(value)
    if not isinstance(value, list | tuple) or len(value) != component_count(declaration):
        return None
    if not all(is_number(v) and low <= v <= high for v in value):
        return None
    numbers = tuple(float(v) for v in value)
    return normalised(numbers) if isinstance(declaration, Direction | Rotation) else numbers


def fit_distribution(
    distribution: d.Distribution, declaration: Parameter, place: str
) -> tuple[d.Distribution | None, list[Problem]]:
    """Return the distribution with its options canonical, or the reasons why it cannot stand for the declaration."""
    if declaration.kind not in distribution.kinds:
        usable = sorted(k.word for k in _every(d.Distribution) if k.word and declaration.kind in k.kinds)
        message = f"{distribution.word} cannot stand for {declaration.name}, a {declaration.kind} parameter"
        return None, [Problem(place, message, "", f"a plain value, or {', '.join(usable)}")]
    if isinstance(distribution, d.OneOf):
        return _fit_options(distribution, declaration, f"{place}.{distribution.word}")
    support = distribution.support()
    if support is not None:
        low, high = limits(declaration)
        if support[0] < low or support[1] > high:
            message = f"{distribution.word} reaches outside the limits of {declaration.name}"
            return None, [Problem(place, message, shown(list(support)), allowed(declaration))]
    if isinstance(distribution, d.Integers):
        return replace(distribution, real=not isinstance(declaration, Int)), []
    if isinstance(distribution, d.Even) and isinstance(declaration, Int):
        if not all(v.is_integer() and abs(v) <= LARGEST_WHOLE for v in (distribution.low, distribution.high)):
            message = f"{declaration.name} is a whole number"
            return None, [Problem(place, message, shown([distribution.low, distribution.high]), "whole ends")]
        return replace(distribution, whole=True), []
    return distribution, []


def _fit_options(
    distribution: d.OneOf, declaration: Parameter, place: str
) -> tuple[d.Distribution | None, list[Problem]]:
    options: list[Any] = []
    problems: list[Problem] = []
    for i, option in enumerate(distribution.options):
        value, problem = fit_literal(option, declaration, f"{place}[{i}]")
        options.append(value)
        if problem is not None:
            problems.append(problem)
    return (None, problems) if problems else (d.OneOf(tuple(options), distribution.weights), [])


def _every(base: type[d.Distribution]) -> list[type[d.Distribution]]:
    return [k for child in base.__subclasses__() for k in (child, *_every(child))]


def check_computed(value: float, declaration: Parameter, place: str, where: str) -> float | int:
    """Return a computed (linked) number as its declaration wants it.

    Parameters
    ----------
    where : str
        Added to the message: ``in sample 12, object 3``.

    Raises
    ------
    ComputedValueError
        It is outside the hard limits, or not whole where it must be.
    """
    low, high = limits(declaration)
    number: float | int = value
    if isinstance(declaration, Int):
        number = round(value)
        if abs(value - number) > WHOLE_TOLERANCE * max(1.0, abs(value)):
            message = f"the linked value of {declaration.name} is not whole {where}"
            raise ComputedValueError(Problem(place, message, repr(value), allowed(declaration)))
    if not low <= number <= high:
        message = f"the linked value of {declaration.name} is outside its limits {where}"
        raise ComputedValueError(Problem(place, message, repr(value), allowed(declaration)))
    return number


class ComputedValueError(ValueError):
    """Carries the problem of a computed value to whoever knows the file."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))
