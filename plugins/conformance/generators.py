"""How a generator is checked: one object per draw, looked at from all sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

import numpy as np

from myriorama.plugins.api import Generator, ObjectModel, Plugin
from myriorama.plugins.conformance import model_laws
from myriorama.plugins.conformance.digest import digest
from myriorama.plugins.conformance.drawing import Draw
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.probing import Probe
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.poses import pose, tilt_rotation, yaw_rotation


class GeneratorProbe(Probe):
    """Runs a generator."""

    method = "generate"

    def __init__(self, plugin: type[Plugin], options: Options) -> None:
        super().__init__(plugin, options)
        self._generator = cast("type[Generator]", plugin)
        self._made = self._generator()
        self._attributes: dict[str, str] | None = None
        self._slots: dict[str, str] = {}

    def call(self, draw: Draw) -> ObjectModel:
        values = dict(draw.values)
        model = self._made.generate(values)
        if values != dict(draw.values):
            raise ValueError("generate changed the values that it was given; copy them first")
        return model

    def _sound(self, draw: Draw, model: ObjectModel) -> str:
        return model_laws.sound(model)

    def _bounds(self, draw: Draw, model: ObjectModel) -> str:
        return model_laws.bounds(model, self._generator)

    def _watertight(self, draw: Draw, model: ObjectModel) -> str:
        return model_laws.watertight(model) if self._generator.watertight else ""

    def _keypoints(self, draw: Draw, model: ObjectModel) -> str:
        return model_laws.keypoints(model)

    def _parts(self, draw: Draw, model: ObjectModel) -> str:
        wrong = model_laws.parts(model)
        for part in model.parts:
            slot = part.slot or part.name
            known = self._slots.setdefault(part.name, slot)
            if not wrong and known != slot:
                wrong = f"part {part.name!r} wears slot {slot!r} here and {known!r} for other values; keep to one"
        return wrong

    def _attributes_typed(self, draw: Draw, model: ObjectModel) -> str:
        wrong = model_laws.attributes(model.attributes)
        if wrong:
            return wrong
        kinds = {name: type(value).__name__ for name, value in model.attributes.items()}
        if self._attributes is None:
            self._attributes = kinds
        return _difference(self._attributes, kinds)

    def _physics(self, draw: Draw, model: ObjectModel) -> str:
        return model_laws.physics(model)

    def _observe(self, draw: Draw, model: ObjectModel) -> str:
        if self._generator.observe is Generator.observe:
            return ""
        known: dict[str, str] | None = None
        for world_from_object in _poses(draw):
            values, given = dict(draw.values), world_from_object.copy()
            first = self._made.observe(values, given)
            wrong = model_laws.attributes(first)
            if wrong:
                return f"observe: {wrong}"
            if values != dict(draw.values) or not np.array_equal(given, world_from_object):
                return "observe changed what it was given; copy it first"
            if digest(dict(first)) != digest(dict(self._made.observe(dict(draw.values), world_from_object.copy()))):
                return "observe gave another answer for the same values and pose"
            kinds = {name: type(value).__name__ for name, value in first.items()}
            clash = sorted(set(kinds) & set(model.attributes))
            if clash:
                return f"observe and generate both give the attribute {clash[0]!r}"
            known = kinds if known is None else known
            wrong = _difference(known, kinds)
            if wrong:
                return f"observe: {wrong}"
        return ""

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {
        "object_is_sound": _sound,
        "bounds_as_declared": _bounds,
        "watertight": _watertight,
        "keypoints_in_place": _keypoints,
        "parts_and_labels": _parts,
        "attributes_typed": _attributes_typed,
        "physics": _physics,
        "observe_is_pure": _observe,
    }


def _difference(first: Mapping[str, str], now: Mapping[str, str]) -> str:
    if first == now:
        return ""
    missing, added = sorted(set(first) - set(now)), sorted(set(now) - set(first))
    if missing or added:
        return f"every object has the same attributes: {', '.join(missing or added)} is there for some values only"
    name = next(n for n in first if first[n] != now[n])
    return f"attribute {name!r} is a {now[name]} here and a {first[name]} for other values; keep to one type"


def _poses(draw: Draw) -> tuple[F64, ...]:
    u = draw.draws.uniforms("observe", 0, 6)
    turned = tilt_rotation(180.0 * float(u[0]), 360.0 * float(u[1])) @ yaw_rotation(360.0 * float(u[2]))
    return (np.eye(4), pose((float(u[3]), float(u[4]), 0.2), turned, 0.5 + float(u[5])))
