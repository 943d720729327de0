"""From where to where a slider goes for a parameter: its hard limits where they are near, else what is usual for it.

A span limits nothing: a number beyond it can be typed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from myriorama.app.inspection.spread import spread_of
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.schema import Float, Int, Parameter

_LOG_FROM: Final = 20.0
"""Limits that lie so many times apart are spread evenly in the logarithm."""
_WIDEST: Final = 2000.0
"""Limits further apart than so many times the usual spread would leave it a pixel."""
_USUAL_SHARE: Final = 3.0
_TURN_DEG: Final = 180.0


@dataclass(frozen=True)
class Span:
    """The numbers of a slider.

    Attributes
    ----------
    usual : (float, float) or None
        The part that the generator suggests.
    """

    low: float
    high: float
    whole: bool
    logarithmic: bool
    usual: tuple[float, float] | None

    def place_of(self, value: float) -> float:
        """Return where a number lies, 0 to 1; at an end where it lies beyond."""
        if self.logarithmic:
            place = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            place = (value - self.low) / (self.high - self.low)
        return min(max(place, 0.0), 1.0)

    def value_at(self, place: float) -> float:
        """Return the number at a place, with no more digits than a hand can mean."""
        place = min(max(place, 0.0), 1.0)
        if self.logarithmic:
            value = self.low * math.exp(place * math.log(self.high / self.low))
            digits = 2 - math.floor(math.log10(value))
        else:
            value = self.low + place * (self.high - self.low)
            digits = 3 - math.floor(math.log10(self.high - self.low))
        return min(max(round(value) if self.whole else round(value, digits), self.low), self.high)


def span_of(parameter: Parameter) -> Span | None:
    """Return the span of a number; None of what is no number, or can have one value only."""
    if not isinstance(parameter, Float | Int):
        return None
    whole = isinstance(parameter, Int)
    low, high = limits(parameter)
    usual = spread_of(parameter.suggested if parameter.suggested is not None else parameter.default, parameter)
    wide = max(usual.high - usual.low, 1.0 if whole else 1e-9)
    near = math.isfinite(low) and math.isfinite(high)
    logarithmic = near and low > 0.0 and high / low >= _LOG_FROM
    if parameter.unit == "deg" and (not near or high - low > 2.0 * _TURN_DEG):
        low, high = max(low, -_TURN_DEG), min(high, _TURN_DEG)
    elif not near or (not logarithmic and high - low > _WIDEST * wide) or (logarithmic and high / low > 1e6):
        logarithmic = False
        middle = 0.5 * (usual.low + usual.high)
        low = max(low, 0.0 if usual.low >= 0.0 else middle - _USUAL_SHARE * wide)
        high = min(high, middle + _USUAL_SHARE * wide)
    if whole:
        low, high = float(round(low)), float(round(high))
    if not low < high:
        return None
    suggested = (usual.low, usual.high) if parameter.suggested is not None and usual.high > usual.low else None
    return Span(low, high, whole, logarithmic, suggested)
