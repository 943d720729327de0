"""How placements and environments are checked: what they build around and with objects."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar, Final, cast

import numpy as np

from myriorama.plugins.api import (
    Environment,
    EnvironmentParts,
    Item,
    PlaceContext,
    Placed,
    Placement,
    Plugin,
    SetPiece,
)
from myriorama.plugins.conformance import model_laws
from myriorama.plugins.conformance.drawing import Draw, make_draw
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.probing import Probe
from myriorama.plugins.conformance.stage import crate, floor
from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.errors import InputError
from myriorama.scenes.lights import AreaLight, Background, PointLight, SpotLight, SunLight

ITEMS: Final = 8
_SIZES: Final = ((0.1, 0.1, 0.12), (0.2, 0.05, 0.08), (0.06, 0.06, 0.3))
_SHEAR: Final = 1e-5


class PlacementProbe(Probe):
    """Runs a placement over some crates and a floor."""

    method = "place"

    def __init__(self, plugin: type[Plugin], options: Options) -> None:
        super().__init__(plugin, options)
        self._placement = cast("type[Placement]", plugin)
        self._made = self._placement()

    def draw(self, number: int) -> Draw:
        items = (ITEMS, 1, ITEMS, 0)[number] if number < 4 else ITEMS
        return make_draw(self.plugin.parameters, number, self.options.seed, self._placement.per_object, items)

    def call(self, draw: Draw) -> Placed:
        items = [Item(n, crate(*_SIZES[n % len(_SIZES)]), dict(row)) for n, row in enumerate(draw.per_object)]
        standing = (Instance("floor/0", "floor", "Floor", 0, floor(), np.eye(4), "stuff", 9, 1),)
        return self._made.place(dict(draw.values), tuple(items), PlaceContext(standing, draw.draws))

    def _poses(self, draw: Draw, placed: Any) -> str:
        if not isinstance(placed, Placed):
            return f"place returned a {type(placed).__name__}, not Placed"
        if len(placed.poses) != len(draw.per_object):
            return f"{len(draw.per_object)} items were given and {len(placed.poses)} poses came back"
        for number, pose in enumerate(placed.poses):
            wrong = "" if pose is None else _pose_fault(pose)
            if wrong:
                return f"the pose of item {number} {wrong}"
        return ""

    def _reasons(self, draw: Draw, placed: Placed) -> str:
        counted: Any = placed.rejections
        if not isinstance(counted, Counter) or any(type(reason) is not str for reason in counted):
            return "rejections is a Counter from reason to how often"
        left_out = sum(pose is None for pose in placed.poses)
        if left_out and not placed.rejections:
            return f"{left_out} items were not placed and `rejections` gives no reason"
        if not all(isinstance(note, str) for note in placed.notes):
            return "notes are sentences"
        return ""

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {
        "poses_for_items": _poses,
        "reasons_given": _reasons,
    }


def _pose_fault(pose: Any) -> str:
    array = np.asarray(pose)
    if array.shape != (4, 4) or array.dtype != np.float64:
        return f"is {array.dtype} of shape {array.shape}, not (4, 4) float64"
    if not np.isfinite(array).all() or array[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
        return "is not finite, or its last row is not 0, 0, 0, 1"
    linear = array[:3, :3]
    gram = linear.T @ linear
    scale = float(np.trace(gram)) / 3.0
    if scale <= 0 or float(np.abs(gram - scale * np.eye(3)).max()) > _SHEAR * scale or np.linalg.det(linear) <= 0:
        return "is not rotation, one scale and shift: it shears or mirrors"
    return ""


class EnvironmentProbe(Probe):
    """Runs an environment or light node."""

    method = "build"

    def __init__(self, plugin: type[Plugin], options: Options) -> None:
        super().__init__(plugin, options)
        self._made = cast("type[Environment]", plugin)()

    def call(self, draw: Draw) -> EnvironmentParts:
        try:
            return self._made.build(dict(draw.values))
        except InputError:
            # Told to the user with the place: two values that exclude each other, such as a lamp in its own target.
            if draw.number == 0:
                raise
            return EnvironmentParts()

    def _parts(self, draw: Draw, parts: Any) -> str:
        if not isinstance(parts, EnvironmentParts):
            return f"build returned a {type(parts).__name__}, not EnvironmentParts"
        if draw.number == 0 and parts.background is None and not parts.lights and not parts.pieces:
            return "with its defaults it adds nothing: no light, no background, no piece"
        if parts.background is not None and not isinstance(parts.background, Background):
            return f"background is a {type(parts.background).__name__}"
        for light in parts.lights:
            if not isinstance(light, SunLight | PointLight | SpotLight | AreaLight):
                return f"a {type(light).__name__} is no light"
            wrong = _light_fault(light)
            if wrong:
                return f"{type(light).__name__}: {wrong}"
        return "" if parts.background is None else _numbers_fault(parts.background, "background")

    def _pieces(self, draw: Draw, parts: EnvironmentParts) -> str:
        names = [piece.name for piece in parts.pieces]
        if len(set(names)) != len(names):
            return f"the names of set pieces must be unique, not {names}"
        for piece in parts.pieces:
            if not isinstance(piece, SetPiece):
                return f"a {type(piece).__name__} is no SetPiece"
            pose, model = piece.world_from_object, piece.model
            wrong = model_laws.sound(model) or model_laws.parts(model) or _pose_fault(pose)
            if wrong:
                return f"set piece {piece.name!r}: {wrong}"
        return ""

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {
        "lights_and_background": _parts,
        "set_pieces": _pieces,
    }


def _light_fault(light: Any) -> str:
    wrong = _numbers_fault(light, "light")
    if wrong:
        return wrong
    for name in ("irradiance", "intensity", "radiance"):
        if min(getattr(light, name, (0.0,))) < 0:
            return f"{name} is negative"
    direction = getattr(light, "direction", None)
    if direction is not None and abs(math.hypot(*direction) - 1.0) > 1e-4:
        return f"direction must have length 1, not {math.hypot(*direction):.4g}"
    return ""


def _numbers_fault(value: Any, name: str) -> str:
    if isinstance(value, float | int) and not math.isfinite(value):
        return f"{name} is {value}"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return next((w for v in value if (w := _numbers_fault(v, name))), "")
    if is_dataclass(value) and not isinstance(value, type):
        return next((w for f in fields(value) if (w := _numbers_fault(getattr(value, f.name), f.name))), "")
    return ""
