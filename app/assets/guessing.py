"""How large a model would be in each unit, and which unit is likely: formats other than glTF state none.

A guess is offered, never taken in silence.
"""

from __future__ import annotations

from typing import Final

from myriorama.app.assets.looks import Look

METRES: Final = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "feet": 0.3048}
UNITS: Final = tuple(METRES)
"""As `mesh_file` calls them."""
_WITH_STANDARD: Final = ("GLB", "GLTF")
_TALLEST_M: Final = 20.0


def upright(extent: tuple[float, float, float], up_axis: str) -> tuple[float, float, float]:
    """Return width, depth, height of a model whose axis `up_axis` is brought to Z."""
    x, y, z = extent
    return {"x": (z, y, x), "y": (x, z, y), "z": (x, y, z)}[up_axis]


def size_in_words(extent: tuple[float, float, float], up_axis: str, unit: str) -> str:
    """Return "0.32 × 0.18 × 0.24 m": width, depth, height."""
    sizes = [METRES[unit] * v for v in upright(extent, up_axis)]
    if max(sizes) < 0.1:
        return " × ".join(_short(v * 1000) for v in sizes) + " mm"
    if max(sizes) >= 1000:
        return " × ".join(_short(v / 1000) for v in sizes) + " km"
    return " × ".join(_short(v) for v in sizes) + " m"


def likely_unit(look: Look) -> str:
    """Return the unit that a model is likely to be in."""
    source = dict(look.facts).get("Format", "")
    if look.extent is None or source in _WITH_STANDARD:
        return "metres"
    largest = max(look.extent)
    if largest <= (3.0 if source == "STL" else 5.0):
        return "metres"
    if source == "STL":  # by custom of those who print
        return "millimetres" if largest * METRES["millimetres"] <= _TALLEST_M else "metres"
    return "centimetres" if largest <= 300.0 else "millimetres"


def why_this_unit(look: Look) -> str:
    """Return the reason for the guess, as a sentence."""
    source = dict(look.facts).get("Format", "")
    if source in _WITH_STANDARD:
        return "glTF files are in metres, Y up, by their standard."
    if look.extent is None:
        return ""
    guess = likely_unit(look)
    if guess == "metres":
        return f"{source} files state no unit; metres give a likely size."
    return (
        f"{source} files state no unit; as metres it would be {_short(max(look.extent))} m long, so {guess} are likely."
    )


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
