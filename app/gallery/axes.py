"""Which parameters can run along an axis of pictures, and where each place on the axis lies.

It changes no project: `variants` puts the values in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from myriorama.app.document.addresses import CAMERA, LISTS, MISSING, Address, find, owner_of, read
from myriorama.app.inspection.naming import axis_name, readable
from myriorama.app.inspection.spread import shown_range, spread_of, tidy
from myriorama.app.inspection.tables import Place, places_of, plugin_label
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.readers import is_number
from myriorama.scenes.parameters.schema import Bool, Choice, Color, Float, Int, Parameter, Vector
from myriorama.scenes.project.model import ObjectGroup, Project

Kind = Literal["number", "whole", "word"]
MOST_STEPS: Final = 12


@dataclass(frozen=True)
class Runner:
    """One value of the project that can run along an axis.

    Attributes
    ----------
    column : str
        Of the facts table: where the drawn values stand.
    owner : str
        What it belongs to, in words.
    varies : bool
        The project writes a distribution there.
    low, high : float
        Where a number is drawn from, or may be looked at; both 0 for words.
    options : tuple
        Of words; as a project file writes them.
    """

    address: Address
    component: int | None
    declaration: Parameter
    column: str
    owner: str
    name: str
    unit: str
    kind: Kind
    varies: bool
    per_object: bool
    low: float = 0.0
    high: float = 0.0
    options: tuple[Any, ...] = ()

    @property
    def title(self) -> str:
        """Owner and name: ``Mugs: Height (m)``."""
        return f"{self.owner}: {self.name}{f' ({self.unit})' if self.unit else ''}"


def runners(project: Project, registry: PluginRegistry, *, varying_only: bool = False) -> tuple[Runner, ...]:
    """Return what can run along an axis, what varies first, in the project's order."""
    found: list[Runner] = []
    uids = [CAMERA, *(node.uid for name in LISTS for node in getattr(project, name) if node.enabled)]
    for uid in uids:
        owner = owner_name(project, registry, uid)
        for place in places_of(project, registry, uid)[0]:
            if place.special in ("", "count"):
                found += _of_place(project, place, owner)
    if varying_only:
        return tuple(r for r in found if r.varies)
    return tuple(sorted(found, key=lambda r: not r.varies))


def owner_name(project: Project, registry: PluginRegistry, uid: str) -> str:
    """Return what people call a node, a group or the camera."""
    if uid == CAMERA:
        return "Camera"
    owner = owner_of(project, uid)
    if owner.name:
        return str(owner.name)
    if isinstance(owner, ObjectGroup):
        return plugin_label(registry, "generator", owner.type)
    list_name, _ = find(project, uid)
    return plugin_label(registry, "effect" if list_name == "effects" else "environment", owner.type)


def evenly(low: float, high: float, steps: int, *, whole: bool = False, by_ratio: bool = False) -> tuple[float, ...]:
    """Return places from low to high, both included.

    Parameters
    ----------
    whole : bool
        Whole numbers, each once: fewer than `steps` where there are no more.
    by_ratio : bool
        Each the same multiple of the one before; for 0 < low.
    """
    if steps < 2 or low >= high:
        return (round(low) if whole else low,)
    shares = [i / (steps - 1) for i in range(steps)]
    if by_ratio and low > 0:
        values = [low * (high / low) ** share for share in shares]
    else:
        values = [low + (high - low) * share for share in shares]
    if whole:
        return tuple(dict.fromkeys(math.floor(v + 0.5) for v in values))
    return (low, *(tidy(v, high - low) for v in values[1:-1]), high)


def values_along(runner: Runner, steps: int, low: float | None = None, high: float | None = None) -> tuple[Any, ...]:
    """Return the values of an axis; of words the first `steps`.

    Parameters
    ----------
    low, high : float or None
        In place of the runner's own ends.
    """
    if runner.kind == "word":
        return runner.options[:steps]
    ends = (runner.low if low is None else low, runner.high if high is None else high)
    return evenly(*ends, steps, whole=runner.kind == "whole")


def said(value: Any) -> str:
    """Return a value for a heading."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def _of_place(project: Project, place: Place, owner: str) -> list[Runner]:
    declaration = place.declaration
    written = read(project, place.address)
    if not place.fill and written is MISSING:
        return []  # a slot that says nothing leaves it to the generator
    value = declaration.default if written is MISSING else written
    name = readable(declaration.name, declaration.unit)
    heading = place.title.removeprefix("Material of ") if place.section.startswith("materials/") else ""
    if heading and heading != "Material":
        name = f"{heading}, {name.lower()}"
    elif place.section == "placement":
        name = f"{name}, placement"
    column = f"value:{place.path}"
    if isinstance(declaration, Vector):
        out = []
        for k in range(declaration.size):
            part = value[k] if isinstance(value, list | tuple) and k < len(value) else value
            title = f"{name} {axis_name(declaration, k)}"
            out.append(_number(place, k, f"{column}/{k}", owner, title, part, whole=False))
        return out
    if isinstance(declaration, Float | Int):
        return [_number(place, None, column, owner, name, value, whole=isinstance(declaration, Int))]
    options = _options(declaration, value)
    if len(options) < 2:
        return []
    varies = isinstance(written, Mapping)
    return [
        Runner(
            place.address,
            None,
            declaration,
            column,
            owner,
            name,
            declaration.unit,
            "word",
            varies,
            place.per_object,
            options=options,
        )
    ]


def _number(
    place: Place, component: int | None, column: str, owner: str, name: str, value: Any, *, whole: bool
) -> Runner:
    declaration = place.declaration
    varies = isinstance(value, Mapping)
    listed = value.get("choice") if isinstance(value, Mapping) else None
    if isinstance(listed, list) and all(is_number(v) for v in listed):
        unit, each = declaration.unit, place.per_object
        options = tuple(dict.fromkeys(listed))
        return Runner(
            place.address, component, declaration, column, owner, name, unit, "word", True, each, options=options
        )
    spread = spread_of(value, declaration)
    low, high = (spread.low, spread.high) if varies else shown_range(spread, declaration, value)
    hard_low, hard_high = limits(declaration)
    low, high = max(low, hard_low), min(high, hard_high)
    return Runner(
        place.address,
        component,
        declaration,
        column,
        owner,
        name,
        declaration.unit,
        "whole" if whole else "number",
        varies,
        place.per_object,
        float(low),
        float(high),
    )


def _options(declaration: Parameter, value: Any) -> tuple[Any, ...]:
    if isinstance(value, Mapping):
        listed = value.get("choice", value.get("palette"))
        if isinstance(listed, list):
            return tuple(o for o in listed if isinstance(o, str | bool | int | float))
    if isinstance(declaration, Choice):
        return declaration.options
    if isinstance(declaration, Bool):
        return (False, True)
    if isinstance(declaration, Color):
        return ()
    return ()
