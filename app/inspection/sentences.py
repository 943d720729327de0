"""A distribution in one plain sentence: "Half of the samples: 8.6 to 10.9 cm."."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from myriorama.app.inspection.conversions import kind_of
from myriorama.app.inspection.histogram import Categories, Histogram, label
from myriorama.app.inspection.quantities import shown_number, shown_unit
from myriorama.scenes.parameters.schema import Parameter

_SMALLER: Final = (("cm", 100.0, 1.0), ("mm", 1000.0, 0.01))
_WHO: Final[Mapping[str, str]] = {"object": "objects", "sample": "samples"}


def people_unit(largest: float, unit: str) -> tuple[float, str]:
    """Return the factor and name of a unit in which a number is easy to say: 0.08 m in cm."""
    if unit == "m" and 0.0 < largest < 1.0:
        for name, factor, above in reversed(_SMALLER):
            if largest < above:
                return factor, name
    return 1.0, shown_unit(unit)


def said(low: float, high: float, unit: str, joined: str = "and") -> str:
    """Return two numbers with one unit: ``8.6 and 10.9 cm``."""
    factor, name = people_unit(max(abs(low), abs(high)), unit)
    low, high = low * factor, high * factor
    # Two digits of the width are what an eye can use.
    digits = 1 - math.floor(math.log10(high - low)) if high > low else 6
    text = f"{shown_number(round(low, digits) + 0.0)} {joined} {shown_number(round(high, digits) + 0.0)}"
    return text + ("" if name == "°" else " ") * bool(name) + name


def sentence(value: Any, declaration: Parameter, found: Histogram | Categories | None, *, per_object: bool) -> str:
    """Return what a written distribution means.

    Parameters
    ----------
    found : Histogram, Categories or None
        What the sampler gave of it.
    """
    kind = kind_of(value)
    scope = value.get("scope") or ("object" if per_object else "sample")
    who = _WHO.get(scope)
    text = _body(value, declaration, kind, found, who or "datasets")
    if scope == "dataset" and not isinstance(found, Categories):
        text = "Drawn once for the whole dataset. " + text
    elif scope == "sample" and per_object:
        text += " All objects of a sample share it."
    chance = value.get("chance")
    if chance is not None and kind != "chance":
        other = label(value["otherwise"]) if "otherwise" in value else "the default"
        text += f" With {100.0 * chance:.3g} % chance; else {other}."
    return text


def _body(
    value: Mapping[str, Any], declaration: Parameter, kind: str, found: Histogram | Categories | None, who: str
) -> str:
    unit = declaration.unit
    if kind == "linked":
        return f"Computed as {value['linked']}."
    if kind == "folder":
        return f"One of the files of {value['folder']} named {value.get('pattern', '*')}."
    if kind == "sphere":
        return "Every direction alike."
    if kind == "hemisphere":
        return f"Every direction within {shown_number(value['hemisphere'].get('max_angle_deg', 90))}° alike."
    if kind == "rotation":
        return "Every rotation alike."
    if kind == "hsv":
        hue = value["hsv"]["h"]
        return f"Hues from {shown_number(hue[0])}° to {shown_number(hue[1])}°."
    if kind == "chance":
        return f"True in {100.0 * value['chance']:.3g} % of the {who}."
    if kind == "choice" and isinstance(found, Histogram):
        count = len(value["choice"])
        return f"One of {count} numbers." if count > 1 else "Always the same number."
    if isinstance(found, Categories):
        first = found.entries[0]
        if len({round(share, 9) for _, share, _ in found.entries}) == 1:
            count = len(value.get(kind, found.entries))
            return f"One of {count}, all alike." if count > 1 else f"Always {first[0]}."
        return f"Mostly {first[0]}, in {100.0 * first[1]:.3g} % of the {who}."
    if found is None:
        return ""
    if len(found.draws) == 1:
        drawn = float(found.draws[0])
        return f"It is {said(drawn, drawn, unit).partition(' and ')[2]}."
    quarter, three = found.quantile(0.25), found.quantile(0.75)
    if kind == "integers":
        low, high = value["integers"]
        return f"{low} to {high}, all alike." if low < high else f"Always {low}."
    if quarter == three:
        return f"The {who} lie between {said(float(found.draws.min()), float(found.draws.max()), unit)}."
    return f"Half of the {who}: {said(quarter, three, unit, 'to')}."
