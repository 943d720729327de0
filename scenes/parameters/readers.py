"""How each kind of distribution is read from JSON: one function for each word of the dialect.

A reader raises the first fault it meets as a `Fault`; `dialect` collects them. It knows no declaration.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeGuard

from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.colors import hex_color
from myriorama.scenes.parameters.evenness import MAX_DIMENSIONS
from myriorama.scenes.parameters.expressions import ExpressionError, parse_expression
from myriorama.scenes.parameters.wording import child_place, shown, suggestion

LARGEST: Final = 1e100
"""Largest magnitude of a real number in a distribution: its square and the sum of a million still are finite."""
LARGEST_WHOLE: Final = 2**53
MAX_ENTRIES: Final = 10_000
"""Options of a choice, colours of a palette, points of a curve."""
MAX_STDS: Final = 30.0


class Fault(Exception):
    """Carries one problem out of a nested reading step."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def is_number(value: Any) -> TypeGuard[float]:
    """Say whether a JSON value is a finite number that a distribution or literal may hold."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (isinstance(value, int) or math.isfinite(value))
        and abs(value) <= LARGEST
    )


def _number(value: Any, place: str) -> float:
    if not is_number(value):
        raise Fault(Problem(place, "this must be a number", shown(value), f"a finite number up to {LARGEST:g}"))
    return float(value)


def _whole(value: Any, place: str) -> int:
    number = _number(value, place)
    if not number.is_integer() or abs(value) > LARGEST_WHOLE:
        raise Fault(Problem(place, "this must be a whole number", shown(value), "a whole number up to 2**53"))
    return int(value)


def _list(value: Any, place: str, *, size: int | None = None, what: str = "a list") -> list[Any]:
    if not isinstance(value, list):  # lists alone: a project turns tuples into lists when it is made
        raise Fault(Problem(place, f"this must be {what}", shown(value)))
    if size is not None and len(value) != size:
        raise Fault(Problem(place, f"this must be {what}", shown(value), f"{size} entries, not {len(value)}"))
    if size is None and not 1 <= len(value) <= MAX_ENTRIES:
        raise Fault(Problem(place, f"this list has {len(value)} entries", "", f"1 to {MAX_ENTRIES} entries"))
    return value


def _keys(value: Any, place: str, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fault(Problem(place, "this must be an object", shown(value), f"with {', '.join((*required, *optional))}"))
    for key in value:
        if key not in required and key not in optional:
            known = (*required, *optional)
            raise Fault(Problem(child_place(place, key), "unknown key", shown(key), suggestion(key, known)))
    missing = [key for key in required if key not in value]
    if missing:
        raise Fault(Problem(place, f"{' and '.join(missing)} missing", shown(value), ", ".join(required)))
    return value


def _ordered(low: float, high: float, place: str, written: Any) -> None:
    if low > high:
        raise Fault(Problem(place, "the range is reversed", shown(written), "the lower end first"))


def _range(value: Any, place: str) -> d.Range:
    low, high = (_number(v, f"{place}[{i}]") for i, v in enumerate(_list(value, place, size=2, what="[low, high]")))
    _ordered(low, high, place, value)
    return low, high


def _uniform(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    return d.Uniform(*_range(body, place))


def _integers(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    pair = _list(body, place, size=2, what="[low, high]")
    low, high = (_whole(v, f"{place}[{i}]") for i, v in enumerate(pair))
    _ordered(low, high, place, body)
    return d.Integers(low, high)


def _log_uniform(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    low, high = _range(body, place)
    if low <= 1.0 / LARGEST:
        raise Fault(Problem(place, "a logarithm needs a range above 0", shown(body), f"above {1.0 / LARGEST:g}"))
    return d.LogUniform(low, high)


def _normal(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    keys = _keys(body, place, ("mean", "std", "low", "high"))
    mean, std, low, high = (_number(keys[k], f"{place}.{k}") for k in ("mean", "std", "low", "high"))
    if std <= 0.0 or std < 1.0 / LARGEST:
        raise Fault(Problem(f"{place}.std", "a standard deviation is above 0", shown(keys["std"]), "above 0"))
    if low >= high:
        raise Fault(Problem(place, "the range is empty or reversed", shown(body), "low below high"))
    a, b = (low - mean) / std, (high - mean) / std
    if a > MAX_STDS or b < -MAX_STDS or normal_mass(a, b) <= 0.0:
        allowed = f"low and high that reach within {MAX_STDS:g} std of the mean"
        raise Fault(Problem(place, "low and high cut everything off", shown(body), allowed))
    return d.Normal(mean, std, low, high)


def normal_mass(a: float, b: float) -> float:
    """Return the standard normal's probability of [a, b], taken in the tail that keeps its digits."""
    if a > 0.0:
        a, b = -b, -a
    return 0.5 * (math.erfc(-b / math.sqrt(2.0)) - math.erfc(-a / math.sqrt(2.0)))


def _beta(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    keys = _keys(body, place, ("a", "b", "low", "high"))
    a, b, low, high = (_number(keys[k], f"{place}.{k}") for k in ("a", "b", "low", "high"))
    for name, shape in (("a", a), ("b", b)):
        if not 0.01 <= shape <= 10_000.0:
            message = "this shape of a beta distribution is out of range"
            raise Fault(Problem(f"{place}.{name}", message, shown(keys[name]), "0.01 to 10000"))
    _ordered(low, high, place, body)
    return d.Beta(a, b, low, high)


def _curve(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    points: list[tuple[float, float]] = []
    for i, point in enumerate(_list(body, place, what="a list of [x, density]")):
        x, density = _list(point, f"{place}[{i}]", size=2, what="[x, density]")
        points.append((_number(x, f"{place}[{i}][0]"), _number(density, f"{place}[{i}][1]")))
        if points[-1][1] < 0.0:
            raise Fault(Problem(f"{place}[{i}][1]", "a density is not negative", shown(density), "0 or more"))
        if i and points[i][0] < points[i - 1][0]:
            raise Fault(Problem(f"{place}[{i}][0]", "the points run backwards", shown(x), "x in rising order"))
    area = sum(0.5 * (p[1] + q[1]) * (q[0] - p[0]) for p, q in pairwise(points))
    if not 0.0 < area < math.inf:
        message = "the area under the curve is 0" if area == 0.0 else "the area under the curve is too large"
        raise Fault(Problem(place, message, shown(body), "at least two points with a density above 0 between them"))
    return d.Curve(tuple(points))


def _weights(entries: int, place: str, written: Mapping[str, Any]) -> tuple[float, ...]:
    if "weights" not in written:
        return ()
    place = f"{place}.weights"
    listed = _list(written["weights"], place, what="a list of weights")
    if len(listed) != entries:
        raise Fault(Problem(place, f"{len(listed)} weights for {entries} options", "", "one weight for each option"))
    weights = tuple(_number(w, f"{place}[{i}]") for i, w in enumerate(listed))
    for i, weight in enumerate(weights):
        if weight < 0.0:
            raise Fault(Problem(f"{place}[{i}]", "a weight is not negative", shown(listed[i]), "0 or more"))
    if sum(weights) <= 0.0:
        raise Fault(Problem(place, "the weights sum to 0", shown(listed), "at least one weight above 0"))
    return weights


def _choice(body: Any, place: str, written: Mapping[str, Any]) -> d.Distribution:
    options = _list(body, place, what="a list of options")
    for i, option in enumerate(options):
        if isinstance(option, dict):
            raise Fault(Problem(f"{place}[{i}]", "an option is a plain value", shown(option), "no distribution"))
    return d.OneOf(tuple(options), _weights(len(options), place.rpartition(".")[0], written))


def _palette(body: Any, place: str, written: Mapping[str, Any]) -> d.Distribution:
    colors = _list(body, place, what="a list of colours")
    for i, color in enumerate(colors):
        if not isinstance(color, str) or hex_color(color) is None:
            raise Fault(Problem(f"{place}[{i}]", "this is not a colour", shown(color), '"#rrggbb"'))
    return d.Palette(tuple(colors), _weights(len(colors), place.rpartition(".")[0], written))


def _hsv(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    keys = _keys(body, place, ("h", "s", "v"))
    hue, saturation, value = (_range(keys[k], f"{place}.{k}") for k in ("h", "s", "v"))
    if hue[0] < 0.0 or hue[1] > 720.0 or hue[1] - hue[0] > 360.0:
        allowed = "0 to 720 degrees, at most 360 wide; beyond 360 wraps round"
        raise Fault(Problem(f"{place}.h", "the hue is out of range", shown(keys["h"]), allowed))
    for name, (low, high) in (("s", saturation), ("v", value)):
        if low < 0.0 or high > 1.0:
            raise Fault(Problem(f"{place}.{name}", "out of range", shown(keys[name]), "0 to 1"))
    return d.Hsv(hue, saturation, value)


def _sphere(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    _keys(body, place, ())
    return d.Sphere()


def _hemisphere(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    keys = _keys(body, place, (), ("axis", "max_angle_deg"))
    listed = _list(keys.get("axis", [0, 0, 1]), f"{place}.axis", size=3, what="[x, y, z]")
    x, y, z = (_number(v, f"{place}.axis[{i}]") for i, v in enumerate(listed))
    largest = max(abs(x), abs(y), abs(z))
    if largest == 0.0:
        raise Fault(Problem(f"{place}.axis", "an axis has a length", shown(listed), "not 0, 0, 0"))
    x, y, z = x / largest, y / largest, z / largest
    length = math.sqrt(x * x + y * y + z * z)
    angle = _number(keys.get("max_angle_deg", 90), f"{place}.max_angle_deg")
    if not 0.0 <= angle <= 180.0:
        raise Fault(Problem(f"{place}.max_angle_deg", "out of range", shown(angle), "0 to 180 degrees"))
    return d.Hemisphere((x / length, y / length, z / length), angle)


def _rotation(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    if body != "uniform":
        raise Fault(Problem(place, "unknown kind of rotation", shown(body), '"uniform"'))
    return d.UniformRotation()


def _folder(body: Any, place: str, written: Mapping[str, Any]) -> d.Distribution:
    pattern = written.get("pattern", "*")
    for name, text in ((place, body), (f"{place.rpartition('.')[0]}.pattern", pattern)):
        if not isinstance(text, str) or not 1 <= len(text) <= 1000:
            raise Fault(Problem(name, "this must be a text", shown(text), "1 to 1000 characters"))
    return d.Folder(body, pattern)


def _even(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    return d.Even(*_range(body, place))


def _even_group(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    keys = _keys(body, place, ("group", "range"), ("dimension",))
    group = keys["group"]
    if not isinstance(group, str) or not 1 <= len(group) <= 64:
        raise Fault(Problem(f"{place}.group", "this must be a name", shown(group), "1 to 64 characters"))
    dimension = None
    if "dimension" in keys:
        dimension = _whole(keys["dimension"], f"{place}.dimension")
        if not 0 <= dimension < MAX_DIMENSIONS:
            raise Fault(Problem(f"{place}.dimension", "out of range", shown(dimension), f"0 to {MAX_DIMENSIONS - 1}"))
    return d.EvenGroup(*_range(keys["range"], f"{place}.range"), group=group, dimension=dimension)


def _linked(body: Any, place: str, _: Mapping[str, Any]) -> d.Distribution:
    if not isinstance(body, str):
        raise Fault(Problem(place, "this must be a text", shown(body), "an expression such as 'height_m / 2'"))
    try:
        return d.Linked(parse_expression(body))
    except ExpressionError as error:
        raise Fault(Problem(place, str(error), shown(body), "numbers, names, + - * / ( ), min, max")) from error


READERS: Final[Mapping[str, Callable[[Any, str, Mapping[str, Any]], d.Distribution]]] = {
    "uniform": _uniform,
    "integers": _integers,
    "log_uniform": _log_uniform,
    "normal": _normal,
    "beta": _beta,
    "choice": _choice,
    "palette": _palette,
    "hsv": _hsv,
    "curve": _curve,
    "sphere": _sphere,
    "hemisphere": _hemisphere,
    "rotation": _rotation,
    "folder": _folder,
    "even": _even,
    "even_group": _even_group,
    "linked": _linked,
}
