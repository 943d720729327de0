"""The objects of a BOP dataset: every shape of a class is one, with a number and, where it can be made, a model.

It numbers by what is drawn, never by what is seen; a model that is wanted and cannot be made is an error.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final

from myriorama.plugins.api import StoredRecord, WholeFile
from myriorama.plugins.writers._recipes import Drawn, Recipe, Shape, build, diameter_m, fault_of, ply_bytes
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.labels.stored import json_bytes, json_text

MM_PER_M: Final = 1000.0


class BopObjects:
    """Gives every shape of a class its number, in the order in which the set first shows it."""

    def __init__(self, wanted: str, most: int) -> None:
        self._wanted = wanted
        self._most = most
        self._numbers: dict[bytes, int] = {}
        self._classes = array("L")
        self._names: dict[int, str] = {}
        self._recipes: list[Recipe] = []
        self._drawn: tuple[str, Drawn] | None = None

    @property
    def count(self) -> int:
        return len(self._numbers)

    @property
    def too_many(self) -> bool:
        return self._wanted != "none" and self.count > self._most

    def number(self, stored: StoredRecord, a: StoredRecord) -> int:
        """Return the number, from 1, of an annotation's shape.

        Raises
        ------
        InputError
            Its model is wanted and cannot be made, or there are more models than all of them may be.
        """
        if self._drawn is None or self._drawn[0] != stored["key"]:
            self._drawn = (stored["key"], Drawn.of_stored(stored))
        recipe = self._drawn[1].recipe(a)
        key = recipe.key
        found = self._numbers.get(key)
        if found is not None:
            return found
        self._numbers[key] = self.count + 1
        self._classes.append(recipe.class_id)
        self._names[recipe.class_id] = recipe.class_name
        if self._wanted == "none":
            return self.count
        fault = fault_of(recipe.group, recipe.generator, recipe.values)
        if fault:
            raise InputError(
                Problem("models", f"no model can be written where {fault}: set models to none", allowed="none")
            )
        if self.too_many and self._wanted == "all":
            told = f"there are more than {self._most} different shapes, each of which would be a model of its own"
            way = "a higher max_models, models none, or a project that draws the values of its objects from few choices"
            raise InputError(Problem("max_models", told, str(self._most), way))
        if self.too_many:
            self._recipes.clear()
        else:
            self._recipes.append(recipe)
        return self.count

    def classes(self) -> Iterator[bytes]:
        separator = "{\n"
        for number, class_id in enumerate(self._classes, start=1):
            told = {"class_id": class_id, "class_name": self._names[class_id]}
            yield f'{separator}"{number}":{json_text(told)}'.encode()
            separator = ",\n"
        yield b"\n}\n" if self._classes else b"{}\n"

    def models(self) -> Iterator[WholeFile]:
        """Yield the models, each made when it is asked for, and what is known of them."""
        facts: dict[str, dict[str, float]] = {}
        for number, recipe in enumerate(self._recipes, start=1):
            shape = build(recipe)
            facts[str(number)] = _facts(shape)
            yield WholeFile(f"models/obj_{number:06d}.ply", (ply_bytes(shape, f"object {number}, millimetres"),))
        if facts:
            yield WholeFile("models/models_info.json", (json_bytes(facts),))


def _facts(shape: Shape) -> dict[str, float]:
    low, high = shape.positions.min(axis=0), shape.positions.max(axis=0)
    out = {"diameter": diameter_m(shape.positions) * MM_PER_M}
    for axis, name in enumerate("xyz"):
        out[f"min_{name}"] = float(low[axis]) * MM_PER_M
        out[f"size_{name}"] = float(high[axis] - low[axis]) * MM_PER_M
    return out
