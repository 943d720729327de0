"""What is known of an object, in words for people: sizes in a unit that suits them, counts, attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from myriorama.app.object_studio.looks import Facts


def length_unit(length_m: float) -> tuple[str, float]:
    """Return the unit in which a length is read best, and how many of it are a metre."""
    if length_m >= 1.0:
        return "m", 1.0
    return ("cm", 100.0) if length_m >= 0.1 else ("mm", 1000.0)


def size_words(size_m: Sequence[float], *, largest: bool = False) -> str:
    """Return width, depth and height in one unit; of these only the largest, where that is asked for."""
    unit, factor = length_unit(max(size_m))
    wanted = (max(size_m),) if largest else size_m
    return " × ".join(_short(v * factor) for v in wanted) + f" {unit}"


def summary(facts: Facts) -> str:
    """Return a line on the object."""
    parts = f"{len(facts.parts)} part" + ("s" if len(facts.parts) != 1 else "")
    words = [size_words(facts.extent.size_m), f"{facts.triangles:,} triangles", parts]
    if facts.keypoints:
        words.append(f"{len(facts.keypoints)} keypoint" + ("s" if len(facts.keypoints) != 1 else ""))
    if facts.mass_kg is not None:
        words.append(_mass(facts.mass_kg))
    words.append(f"built in {facts.made_ms:.0f} ms" if facts.made_ms >= 1.0 else "built in under 1 ms")
    return "   ·   ".join(words)


def attribute_rows(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    """Return name, as a dataset has it, value and kind of every attribute."""
    return tuple((k, _value(v), _kind(v)) for k, v in facts.attributes.items())


def _mass(mass_kg: float) -> str:
    return f"{_short(mass_kg)} kg" if mass_kg >= 1.0 else f"{_short(mass_kg * 1000.0)} g"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _kind(value: Any) -> str:
    kinds = ((bool, "yes or no"), (int, "whole number"), (float, "number"))
    return next((word for kind, word in kinds if isinstance(value, kind)), "word")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
