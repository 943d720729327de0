"""Numbers as people type them: ``12 cm``, ``3/4``, ``2 * 30 mm + 1``; and as they are shown.

A small grammar of its own, nothing else: no names, no calls, never Python's own evaluation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MAX_LENGTH: Final = 200
MAX_DEPTH: Final = 16

_LENGTH: Final = {"nm": 1e-9, "um": 1e-6, "µm": 1e-6, "mm": 1e-3, "cm": 1e-2, "dm": 0.1, "m": 1.0, "km": 1e3}
_LENGTHS: Final = {**_LENGTH, "in": 0.0254, '"': 0.0254, "ft": 0.3048}
_ANGLES: Final = {"deg": 1.0, "°": 1.0, "rad": 180.0 / math.pi, "turn": 360.0}
_TIMES: Final = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_MASSES: Final = {"mg": 1e-6, "g": 1e-3, "kg": 1.0, "t": 1e3}
_DENSITIES: Final = {"kg/m3": 1.0, "kg/m³": 1.0, "g/cm3": 1e3, "g/cm³": 1e3}
_SHARES: Final = {"%": 0.01, "": 1.0}
_FAMILIES: Final = (_LENGTHS, _ANGLES, _TIMES, _MASSES, _DENSITIES, _SHARES)

SHOWN_UNITS: Final[Mapping[str, str]] = MappingProxyType({"deg": "°", "kg/m3": "kg/m³", "e": "e⁻"})
"""How a unit is shown where that differs from how it is declared."""

_TOKEN: Final = re.compile(
    r"[ \t]*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<unit>kg/m[3³]|g/cm[3³]|[A-Za-zµ°%\"]+)"
    r"|(?P<sign>[-+*/()×÷]))"
)


class QuantityError(ValueError):
    """A text is no quantity of the wanted unit; says why."""


def units_for(unit: str) -> Mapping[str, float]:
    """Return the units that may be typed where `unit` is declared: name -> how many of `unit` one of it is."""
    for family in _FAMILIES:
        if unit in family:
            return {name: size / family[unit] for name, size in family.items() if name}
    return {unit: 1.0}


def shown_unit(unit: str) -> str:
    """Return a unit as it is shown beside a number."""
    return SHOWN_UNITS.get(unit, unit)


def parse_quantity(text: str, unit: str = "") -> float:
    """Return a typed number in the declared unit; one without a unit is in it already.

    Raises
    ------
    QuantityError
        It cannot be read, or is not finite.
    """
    if not text.strip():
        raise QuantityError("a number is needed")
    if len(text) > MAX_LENGTH:
        raise QuantityError(f"at most {MAX_LENGTH} characters")
    if re.search(r"(?i)\b(nan|inf|infinity)\b", text):
        raise QuantityError("a finite number is needed")
    reader = _Reader(text, units_for(unit))
    found = reader.sum(0)
    if reader.kind:
        raise reader.wrong()
    if not math.isfinite(found.value):
        raise QuantityError("this is not finite")
    # 30 times 0.01 is not quite 0.3 in binary; who types 30 cm means 0.3 m.
    return float(f"{found.value:.15g}") if found.measured else found.value


def shown_number(value: float) -> str:
    """Return a number to look at: at most six significant digits."""
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.6g}"


def exact_number(value: float) -> str:
    """Return a number to edit: the shortest text that reads back as the very same."""
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return str(int(value))
    return repr(float(value))


def with_unit(value: float, unit: str) -> str:
    """Return a number with its unit, as a sentence would write it."""
    shown = shown_unit(unit)
    if not shown:
        return shown_number(value)
    return shown_number(value) + ("" if shown == "°" else " ") + shown


@dataclass(frozen=True)
class _Quantity:
    value: float
    measured: bool
    """It had a unit of its own."""


class _Reader:
    """Recursive descent; `kind` and `token` are what is looked at, empty at the end."""

    def __init__(self, text: str, units: Mapping[str, float]) -> None:
        self._text = text.rstrip(" \t")
        self._units = units
        self._end = 0
        self.kind = self.token = ""
        self._advance()

    def wrong(self) -> QuantityError:
        if not self.kind:
            return QuantityError("something is missing at the end")
        if self.kind == "unit":
            listed = ", ".join(u for u in self._units if u.isascii() and u != '"') or "none"
            return QuantityError(f"{self.token} is no unit here; use {listed}")
        return QuantityError(f"{self.token} does not belong there")

    def _advance(self) -> None:
        if self._end >= len(self._text):
            self.kind = self.token = ""
            return
        match = _TOKEN.match(self._text, self._end)
        if match is None:
            rest = self._text[self._end :].lstrip()
            hint = "; write a decimal point, as in 0.5" if rest.startswith(",") else ""
            raise QuantityError(f"{rest[:1]} is no part of a number{hint}")
        self.kind = match.lastgroup or ""
        self.token = match.group(self.kind)
        self._end = match.end()

    def sum(self, depth: int) -> _Quantity:
        total = self._product(depth)
        while self.kind == "sign" and self.token in "+-":
            sign = 1.0 if self.token == "+" else -1.0
            self._advance()
            part = self._product(depth)
            total = _Quantity(total.value + sign * part.value, total.measured or part.measured)
        return total

    def _product(self, depth: int) -> _Quantity:
        total = self._factor(depth)
        while self.kind == "sign" and self.token in "*/×÷":
            divides = self.token in "/÷"
            self._advance()
            part = self._factor(depth)
            if part.measured and (total.measured or divides):
                raise QuantityError("a unit times or over a unit is another kind of quantity")
            if divides and part.value == 0.0:
                raise QuantityError("division by zero")
            value = total.value / part.value if divides else total.value * part.value
            total = _Quantity(value, total.measured or part.measured)
        return total

    def _factor(self, depth: int) -> _Quantity:
        if depth >= MAX_DEPTH:
            raise QuantityError("too many brackets")
        if self.kind == "sign" and self.token in "+-":
            sign = -1.0 if self.token == "-" else 1.0
            self._advance()
            inner = self._factor(depth + 1)
            return _Quantity(sign * inner.value, inner.measured)
        if self.kind == "sign" and self.token == "(":
            self._advance()
            inner = self.sum(depth + 1)
            if self.token != ")":
                raise QuantityError("a closing bracket is missing")
            self._advance()
            return self._measured(inner)
        if self.kind != "number":
            raise self.wrong()
        value = float(self.token)
        self._advance()
        return self._measured(_Quantity(value, False))

    def _measured(self, found: _Quantity) -> _Quantity:
        if self.kind != "unit":
            return found
        size = self._units.get(self.token)
        if size is None or found.measured:
            raise self.wrong()
        self._advance()
        return _Quantity(found.value * size, True)
