"""How a value, plain or drawn, is spread: a few numbers that any kind of distribution can be made from.

They describe; nothing is drawn here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.readers import LARGEST, is_number
from myriorama.scenes.parameters.schema import Int, Parameter

_SHARE: Final = 0.1
"""How far a plain value is spread to each side when it starts to vary."""


@dataclass(frozen=True)
class Spread:
    """Lowest, highest, mean and standard deviation of a number."""

    low: float
    high: float
    mean: float
    std: float


def spread_of(value: Any, declaration: Parameter) -> Spread:
    """Return the spread of a literal or written distribution of one number.

    A literal, and what has no spread of its own (a link), is spread by a tenth to each side, within the limits.
    """
    found = _written(value) if isinstance(value, Mapping) else None
    if found is not None:
        return found
    number = float(value) if is_number(value) else _usual(declaration)
    return around(number, declaration)


def _usual(declaration: Parameter) -> float:
    default = declaration.default
    if isinstance(default, list) and default and is_number(default[0]):
        default = default[0]
    return float(default) if is_number(default) else 0.0


def around(number: float, declaration: Parameter) -> Spread:
    """Return the spread that a plain number gets when it starts to vary."""
    low, high = limits(declaration)
    half = abs(number) * _SHARE
    if half == 0.0:
        span = high - low
        half = span * _SHARE if 0.0 < span <= 20.0 else 0.1 if declaration.unit in ("", "m") else 1.0
    if isinstance(declaration, Int):
        half = max(1.0, round(half))
    # A wish that reaches over a limit is shifted, so that it keeps its width where there is room for it.
    start, end = number - half, number + half
    if start < low:
        start, end = low, min(high, low + 2.0 * half)
    elif end > high:
        start, end = max(low, high - 2.0 * half), high
    return uniform_spread(tidy(start, 2.0 * half), tidy(end, 2.0 * half))


def uniform_spread(low: float, high: float) -> Spread:
    """Return the spread of all numbers alike."""
    return Spread(low, high, 0.5 * (low + high), (high - low) / math.sqrt(12.0))


def tidy(value: float, scale: float) -> float:
    """Take away the digits of a proposed number that lie far below its scale."""
    if scale <= 0.0 or not math.isfinite(value):
        return value
    digits = 3 - math.floor(math.log10(scale))
    return round(value, digits) if digits < 300 else value


def _pair(body: Any) -> Spread | None:
    if isinstance(body, list) and len(body) == 2 and all(is_number(v) for v in body) and body[0] <= body[1]:
        return uniform_spread(float(body[0]), float(body[1]))
    return None


def _written(value: Mapping[str, Any]) -> Spread | None:
    for word in ("uniform", "integers", "even"):
        if word in value:
            return _pair(value[word])
    if "even_group" in value and isinstance(value["even_group"], Mapping):
        return _pair(value["even_group"].get("range"))
    if "log_uniform" in value:
        found = _pair(value["log_uniform"])
        if found is None or found.low <= 0.0 or found.low == found.high:
            return found
        width = math.log(found.high / found.low)
        mean = (found.high - found.low) / width
        square = (found.high**2 - found.low**2) / (2.0 * width)
        return Spread(found.low, found.high, mean, math.sqrt(max(0.0, square - mean * mean)))
    if "normal" in value:
        body = value["normal"]
        return Spread(*(float(body[k]) for k in ("low", "high", "mean", "std")))
    if "beta" in value:
        return _beta(value["beta"])
    if "curve" in value:
        return _curve(value["curve"])
    if "choice" in value:
        return _options(value["choice"], value.get("weights"))
    return None


def _beta(body: Mapping[str, Any]) -> Spread:
    a, b, low, high = (float(body[k]) for k in ("a", "b", "low", "high"))
    std = math.sqrt(a * b / (a + b + 1.0)) / (a + b)
    return Spread(low, high, low + (high - low) * a / (a + b), (high - low) * std)


def _curve(points: Sequence[Sequence[float]]) -> Spread:
    area = first = second = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        # Simpson's rule is exact here: a line times x squared is a cubic.
        width, middle, height = x1 - x0, 0.5 * (x0 + x1), 0.5 * (y0 + y1)
        area += width * height
        first += width * (x0 * y0 + 4.0 * middle * height + x1 * y1) / 6.0
        second += width * (x0 * x0 * y0 + 4.0 * middle * middle * height + x1 * x1 * y1) / 6.0
    mean = first / area
    return Spread(float(points[0][0]), float(points[-1][0]), mean, math.sqrt(max(0.0, second / area - mean * mean)))


def _options(options: Any, weights: Any) -> Spread | None:
    if not isinstance(options, list) or not options or not all(is_number(v) for v in options):
        return None
    shares = weights if isinstance(weights, list) and len(weights) == len(options) else [1.0] * len(options)
    total = sum(shares)
    mean = sum(v * w for v, w in zip(options, shares, strict=True)) / total
    square = sum((v - mean) ** 2 * w for v, w in zip(options, shares, strict=True)) / total
    return Spread(float(min(options)), float(max(options)), mean, math.sqrt(square))


def shown_range(spread: Spread, declaration: Parameter, value: Any = None) -> tuple[float, float]:
    """Return the range that a slider spans: the limits where they are near, else room around the spread."""
    low, high = limits(declaration)
    width = spread.high - spread.low
    if width <= 0.0:
        width = max(abs(spread.low) * 2.0 * _SHARE, 1e-6 if not isinstance(declaration, Int) else 2.0)
    near = 3.0 * width
    start = low if low > -LARGEST and spread.low - low <= near else spread.low - width
    end = high if high < LARGEST and high - spread.high <= near else spread.high + width
    suggested = declaration.suggested
    if isinstance(suggested, Mapping):
        usual = _written(suggested)
        if usual is not None:
            start = min(start, usual.low)
            end = max(end, usual.high)
    start, end = max(start, low), min(end, high)
    if isinstance(value, Mapping) and "log_uniform" in value and start <= 0.0:
        start = spread.low / 10.0
    return start, end
