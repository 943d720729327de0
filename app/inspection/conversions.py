"""From one kind of value to another, keeping what both can say: 0.1 becomes uniform [0.09, 0.11].

What is made is a proposal within the limits; what a person typed is never changed here.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from myriorama.app.document.addresses import MISSING
from myriorama.app.inspection.candidates import refusal
from myriorama.app.inspection.spread import Spread, around, spread_of, tidy
from myriorama.scenes.parameters.colors import hex_color
from myriorama.scenes.parameters.dialect import MODIFIERS
from myriorama.scenes.parameters.fit import component, component_count, limits
from myriorama.scenes.parameters.readers import READERS, is_number
from myriorama.scenes.parameters.schema import Choice, Int, Parameter, Text

FIXED: Final = "fixed"
EACH: Final = "each"
"""Every number of a list varies on its own."""

KIND_TITLES: Final[Mapping[str, str]] = {
    FIXED: "Fixed",
    "uniform": "Uniform",
    "integers": "Integers",
    "log_uniform": "Log-uniform",
    "normal": "Normal",
    "beta": "Beta",
    "curve": "Curve",
    "choice": "One of",
    "palette": "Palette",
    "hsv": "Hue range",
    "sphere": "Any direction",
    "hemisphere": "Cone",
    "rotation": "Any rotation",
    "folder": "Folder",
    "even": "Even",
    "even_group": "Even together",
    "linked": "Linked",
    "chance": "Chance",
    EACH: "Each number",
}
KIND_HELP: Final[Mapping[str, str]] = {
    FIXED: "The same value in every sample.",
    "uniform": "Every number of the range alike.",
    "integers": "Every whole number of the range alike.",
    "log_uniform": "Every order of magnitude alike: small numbers as often as large ones.",
    "normal": "Mostly near a mean, cut off at both ends.",
    "beta": "Between two ends, leaning as its two shape numbers say.",
    "curve": "As often as the height of a curve that you draw.",
    "choice": "One of some values, each as often as its weight says.",
    "palette": "One of some colours, each as often as its weight says.",
    "hsv": "A colour whose hue, saturation and value lie in ranges.",
    "sphere": "Every direction alike.",
    "hemisphere": "Every direction within an angle of an axis alike.",
    "rotation": "Every rotation alike.",
    "folder": "One of the files of a folder.",
    "even": "Every number alike, spread evenly over consecutive samples.",
    "even_group": "Spread evenly together with the other parameters of the group.",
    "linked": "Computed from other parameters.",
    "chance": "Yes with this probability.",
    EACH: "Every number of it has a range of its own.",
}
_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "float": (
        "uniform",
        "normal",
        "log_uniform",
        "beta",
        "curve",
        "choice",
        "integers",
        "even",
        "even_group",
        "linked",
    ),
    "int": ("integers", "choice", "even", "even_group", "linked"),
    "bool": ("chance", "choice"),
    "choice": ("choice",),
    "text": ("choice",),
    "color": ("palette", "hsv", "choice", EACH),
    "vector": (EACH, "choice"),
    "direction": ("sphere", "hemisphere", "choice", EACH),
    "rotation": ("rotation", "choice", EACH),
    "file": ("choice", "folder"),
}


def kinds_for(declaration: Parameter, component_of: int | None = None) -> tuple[str, ...]:
    """Return the kinds of value that a declaration, or one number of it, may have; fixed first."""
    kind = "float" if component_of is not None else declaration.kind
    low, high = limits(declaration)
    # Between limits without a whole number none can be drawn.
    none_whole = kind == "float" and math.isfinite(low) and math.isfinite(high) and math.ceil(low) > math.floor(high)
    return (FIXED, *(word for word in _ORDER[kind] if not (none_whole and word == "integers")))


def kind_of(value: Any) -> str:
    """Return the kind of a written value: a word of the dialect, `EACH` or `FIXED`."""
    if isinstance(value, Mapping):
        return next((word for word in READERS if word in value), "chance")
    if isinstance(value, list) and any(isinstance(v, Mapping) for v in value):
        return EACH
    return FIXED


def varied(value: Any, declaration: Parameter, component_of: int | None = None) -> Any:
    """Return what a plain value becomes when it starts to vary: what the plugin suggests where that holds the value."""
    kinds = kinds_for(declaration, component_of)
    suggested = declaration.suggested
    if component_of is None and suggested is not None and not refusal(suggested, declaration, per_object=True):
        if not is_number(value):
            return dict(suggested)
        spread = spread_of(suggested, declaration)
        if spread.low <= value <= spread.high and kind_of(suggested) not in ("linked",):
            return dict(suggested)
    return converted(value, declaration, kinds[1], component_of)


def converted(value: Any, declaration: Parameter, kind: str, component_of: int | None = None) -> Any:
    """Return a value of another kind that keeps what both can say, the chance and the scope included."""
    if value is MISSING or value is None:
        value = declaration.default
    if kind_of(value) == kind:
        return value
    if kind == FIXED:
        return fixed(value, declaration, component_of)
    part = declaration if component_of is None else component(declaration)
    if kind == EACH:
        whole = fixed(value, declaration)
        numbers = list(hex_color(whole) or (0.5,) * 3) if isinstance(whole, str) else list(whole)
        return [converted(n, declaration, "uniform", i) for i, n in enumerate(numbers)]
    made = _numbers(value, part, kind) if part.kind in ("float", "int") else _others(value, part, kind)
    if isinstance(value, Mapping):
        made.update({key: value[key] for key in MODIFIERS if key in value and kind_of(value) != "chance"})
        if kind == "chance":
            made = {"chance": made["chance"]}
    return made


def fixed(value: Any, declaration: Parameter, component_of: int | None = None) -> Any:
    """Return the plain value that stands best for a distribution."""
    if isinstance(value, list) and component_of is None and component_count(declaration):
        return [fixed(v, declaration, i) if isinstance(v, Mapping) else v for i, v in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    kind = kind_of(value)
    if kind in ("choice", "palette"):
        options, weights = value[kind], value.get("weights")
        return options[weights.index(max(weights))] if weights else options[0]
    if kind == "chance":
        return bool(value["chance"] >= 0.5)
    if kind == "hsv":
        body = value["hsv"]
        hue, saturation, light = (0.5 * sum(body[k]) for k in "hsv")
        rgb = colorsys.hsv_to_rgb((hue % 360.0) / 360.0, saturation, light)
        return "#" + "".join(f"{round(c * 255):02x}" for c in rgb)
    if kind == "hemisphere":
        return list(value["hemisphere"].get("axis", [0.0, 0.0, 1.0]))
    if kind in ("sphere", "rotation", "folder") or (kind == "linked" and component_of is None):
        return declaration.default
    part = declaration if component_of is None else component(declaration)
    spread = spread_of(value, part)
    mean = tidy(spread.mean, spread.high - spread.low or abs(spread.mean))
    return round(mean) if isinstance(declaration, Int) else mean


def _numbers(value: Any, declaration: Parameter, kind: str) -> dict[str, Any]:
    spread = spread_of(value, declaration)
    if spread.low == spread.high and kind not in ("choice", "linked"):
        spread = around(spread.low, declaration)
    low, high = spread.low, spread.high
    if isinstance(declaration, Int):
        low, high = math.ceil(low), math.floor(high)
    if kind in ("uniform", "even"):
        return {kind: [low, high]}
    if kind == "integers":
        bottom, top = limits(declaration)
        start, end = math.ceil(low), math.floor(high)
        if start > end:  # no whole number lies in the range: the nearest that the limits allow
            start = end = round(min(max(spread.mean, _next_whole(bottom)), -_next_whole(-top)))
        return {kind: [start, end]}
    if kind == "even_group":
        return {kind: {"group": "together", "range": [low, high]}}
    if kind == "log_uniform":
        return {kind: list(_positive(spread, declaration))}
    if kind == "normal":
        std = tidy(spread.std, spread.std) if spread.std > 0.0 else max(abs(spread.mean) * 0.05, 1e-3)
        return {kind: {"mean": tidy(spread.mean, high - low), "std": std, "low": low, "high": high}}
    if kind == "beta":
        a, b = _shape(spread)
        return {kind: {"a": a, "b": b, "low": low, "high": high}}
    if kind == "curve":
        middle = tidy(min(max(spread.mean, low), high), high - low)
        return {kind: [[low, 0.0], [middle, 1.0], [high, 0.0]] if high > low else [[low, 1.0], [low + 1.0, 1.0]]}
    if kind == "linked":
        return {kind: _number_text(fixed(value, declaration))}
    middle = fixed(value, declaration)
    return {"choice": list(dict.fromkeys([low, middle, high])) if isinstance(value, Mapping) else [middle]}


def _next_whole(limit: float) -> float:
    return float(math.ceil(limit)) if math.isfinite(limit) else limit


def _positive(spread: Spread, declaration: Parameter) -> tuple[float, float]:
    """Return a range above 0 for a logarithm."""
    top = limits(declaration)[1]
    high = spread.high if spread.high > 0.0 else min(1.0, top)
    if high <= 0.0:
        return 0.1, 1.0
    return (spread.low if spread.low > 0.0 else high / 10.0), high


def _shape(spread: Spread) -> tuple[float, float]:
    """Return a and b of the beta distribution of this mean and std; (2, 2) where all numbers were alike."""
    width = spread.high - spread.low
    if width <= 0.0:
        return 2.0, 2.0
    mean, variance = (spread.mean - spread.low) / width, (spread.std / width) ** 2
    if not 0.0 < mean < 1.0 or variance <= 0.0:
        return 2.0, 2.0
    strength = mean * (1.0 - mean) / variance - 1.0
    a, b = (min(max(round(x * strength, 3), 0.05), 100.0) for x in (mean, 1.0 - mean))
    return (2.0, 2.0) if abs(a - 1.0) < 0.01 and abs(b - 1.0) < 0.01 else (a, b)


def _number_text(value: Any) -> str:
    return repr(value) if is_number(value) else "0"


def _others(value: Any, declaration: Parameter, kind: str) -> dict[str, Any]:
    if kind == "chance":
        return {"chance": 0.5}
    if kind == "palette":
        return {kind: _colors(value, declaration)}
    if kind == "hsv":
        return {kind: _hsv(_colors(value, declaration))}
    if kind == "sphere":
        return {kind: {}}
    if kind == "hemisphere":
        axis = fixed(value, declaration)
        return {kind: {"axis": axis if isinstance(axis, list) else [0.0, 0.0, 1.0], "max_angle_deg": 30.0}}
    if kind == "rotation":
        return {kind: "uniform"}
    if kind == "folder":
        text = fixed(value, declaration)
        folder = text.rpartition("/")[0] if isinstance(text, str) else ""
        return {kind: folder or "assets", "pattern": "*"}
    if isinstance(declaration, Choice):
        return {"choice": list(declaration.options)}
    if declaration.kind == "bool":
        return {"choice": [True, False]}
    if isinstance(value, Mapping) and kind_of(value) == "palette":
        return {"choice": list(value["palette"]), **({"weights": value["weights"]} if "weights" in value else {})}
    plain = fixed(value, declaration)
    return {"choice": [plain if plain is not None else "" if isinstance(declaration, Text) else declaration.default]}


def _colors(value: Any, declaration: Parameter) -> list[str]:
    if isinstance(value, Mapping):
        kind = kind_of(value)
        if kind in ("choice", "palette"):
            return [_hex(c) for c in value[kind]]
        if kind == "hsv":
            body = value["hsv"]
            hues = [body["h"][0] + (body["h"][1] - body["h"][0]) * share for share in (0.1, 0.3, 0.5, 0.7, 0.9)]
            saturation, light = (0.5 * sum(body[k]) for k in "sv")
            return [
                "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hsv_to_rgb(h % 360 / 360, saturation, light))
                for h in hues
            ]
    return [_hex(fixed(value, declaration))]


def _hex(color: Any) -> str:
    if isinstance(color, str):
        return color
    return "#" + "".join(f"{round(min(max(c, 0.0), 1.0) * 255):02x}" for c in color)


def _hsv(colors: Sequence[str]) -> dict[str, list[float]]:
    parts = [colorsys.rgb_to_hsv(*(hex_color(c) or (0.5, 0.5, 0.5))) for c in colors]
    hues, saturations, lights = ([p[i] for p in parts] for i in range(3))
    if len(colors) == 1:
        hue = round(hues[0] * 360)
        start = hue - 15 if hue >= 15 else hue + 345
        wide = [(max(0.0, round(v[0] - 0.1, 3)), min(1.0, round(v[0] + 0.1, 3))) for v in (saturations, lights)]
        return {"h": [start, start + 30], "s": list(wide[0]), "v": list(wide[1])}
    return {
        "h": [math.floor(min(hues) * 360), math.ceil(max(hues) * 360)],
        "s": [round(min(saturations), 3), round(max(saturations), 3)],
        "v": [round(min(lights), 3), round(max(lights), 3)],
    }
