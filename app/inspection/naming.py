"""What a parameter is called in front of people. The names of the file stay what they are."""

from __future__ import annotations

from typing import Final

from myriorama.app.inspection.quantities import shown_unit
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.schema import Parameter

_UPPER: Final = {"uv": "UV", "iso": "ISO", "id": "ID", "ev": "EV", "hdri": "HDRI"}
_AXES: Final = {"direction": "XYZ", "rotation": "WXYZ", "color": "RGB"}


def readable(name: str, unit: str = "") -> str:
    """Return a snake_case name as words, without the unit at its end: ``height_m`` is Height."""
    suffix = "_" + unit.replace("/", "_").lower()
    if unit and name.endswith(suffix) and len(name) > len(suffix):
        name = name[: -len(suffix)]
    words = [_UPPER.get(word, word.upper() if len(word) == 1 else word) for word in name.split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def axis_name(declaration: Parameter, component: int) -> str:
    """Return what one number of a list is called: X, W, R."""
    names = _AXES.get(declaration.kind, "XYZW")
    return names[component] if component < len(names) else str(component + 1)


def described_limits(declaration: Parameter) -> str:
    """Say the hard limits of a number; empty where there are none."""
    if declaration.kind not in ("float", "int", "vector"):
        return ""
    low, high = limits(declaration)
    unit = shown_unit(declaration.unit)
    space = "" if unit in ("", "°") else " "
    ends = [
        f"{word} {end:.6g}{space}{unit}"
        for word, end in (("from", low), ("to", high))
        if abs(end) < 1e99 and abs(end) != 2.0**31 and abs(end) != 2.0**31 - 1
    ]
    return " ".join(ends)
