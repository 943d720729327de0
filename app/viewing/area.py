"""The area in which a group is placed, read from the declared parameters of its placement, and the edits that move it.

It knows parameter names, not placements, so that a new placement with the usual names gets its handles for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from myriorama.app.document.addresses import Address, read, write
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing.written import UnableError, middle, numbers_in, scaled, shifted, shifted_vector
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import PluginError
from myriorama.scenes.parameters.schema import Float, Int, Parameter, Vector
from myriorama.scenes.project.model import ObjectGroup, Project

_CENTERS: Final = ("center_m", "position_m")
_HEADINGS: Final = ("heading_deg", "yaw_deg")
_COUNTED: Final = (
    ("columns", "column_spacing_m", "rows", "row_spacing_m"),
    ("per_row", "in_row_spacing_m", "rows", "row_spacing_m"),
)


@dataclass(frozen=True)
class Reach:
    """What a scaling edits along one axis: `parameter`; the length shown is its value times `times`."""

    parameter: str
    times: float


@dataclass(frozen=True, eq=False)
class Layout:
    """Which parameters of a group's placement mean what; "" and None where it has none.

    Attributes
    ----------
    declared : mapping
        By name.
    along, across : Reach or None
        On the area's own x and y axes.
    """

    group_uid: str
    placement_uid: str
    center: str
    heading: str
    along: Reach | None
    across: Reach | None
    round: bool
    declared: Mapping[str, Parameter]

    def address(self, name: str) -> Address:
        return Address(self.group_uid, "placement", name)


@dataclass(frozen=True)
class Area:
    """Where the area is in this sample: metres and degrees; `round` is a disc of that width."""

    center_m: tuple[float, float, float]
    heading_deg: float = 0.0
    width_m: float = 0.0
    depth_m: float = 0.0
    round: bool = False


@dataclass(frozen=True)
class AreaChange:
    """A move in the world, a turn about the vertical, and factors along the area's own axes."""

    move_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn_deg: float = 0.0
    along: float = 1.0
    across: float = 1.0


def group_of(project: Project, uid: str) -> ObjectGroup | None:
    """Return the object group with this uid; None where there is none."""
    return next((g for g in (*project.stage, *project.objects) if g.uid == uid), None)


def layout_of(project: Project, registry: PluginRegistry, uid: str) -> Layout | None:
    """Return which parameters place a group; None where there is no such group, plugin, or centre to move."""
    group = group_of(project, uid)
    if group is None:
        return None
    try:
        kind = group.placement.type
        declared = {p.name: p for p in (*registry.per_object_parameters(kind), *registry.parameters("placement", kind))}
    except PluginError:
        return None
    center = next((n for n in _CENTERS if isinstance(declared.get(n), Vector)), "")
    if not center:
        return None
    wide = {p.name for p in registry.parameters("placement", kind)}
    of_objects = center not in wide
    heading = next((n for n in _HEADINGS if isinstance(declared.get(n), Float) and (of_objects or n in wide)), "")
    along, across, is_round = _reaches(group, declared, wide)
    if is_round:
        heading = ""
    return Layout(uid, group.placement.uid, center, heading, along, across, is_round, declared)


def _reaches(
    group: ObjectGroup, declared: Mapping[str, Parameter], wide: set[str]
) -> tuple[Reach | None, Reach | None, bool]:
    written = group.placement.parameters

    def number(name: str) -> float:
        found = middle(written.get(name, declared[name].default))
        return found if found is not None else 1.0

    shape = written.get("shape", getattr(declared.get("shape"), "default", "rectangle"))
    if "radius_m" in wide and (shape == "disc" or "width_m" not in wide):
        return Reach("radius_m", 2.0), Reach("radius_m", 2.0), True
    if {"width_m", "depth_m"} <= wide:
        return Reach("width_m", 1.0), Reach("depth_m", 1.0), False
    for columns, step, rows, between in _COUNTED:
        if {columns, step, rows, between} <= wide:
            return Reach(step, number(columns)), Reach(between, number(rows)), False
    if "scale" in declared and "scale" not in wide:
        return Reach("scale", 1.0), Reach("scale", 1.0), False
    return None, None, False


def area_of(project: Project, layout: Layout, frame: SampleFrame | None) -> Area:
    """Return where the area is: by the values drawn for the frame's sample, else by the middle of what is written."""

    def one(name: str, part: int | None = None) -> float:
        tail = name if part is None else f"{name}/{part}"
        if frame is not None:
            drawn = frame.values.get(f"{layout.placement_uid}/{tail}")
            if drawn is None:
                start, end = f"{layout.placement_uid}/", f"/{tail}"
                drawn = next((v for k, v in frame.values.items() if k.startswith(start) and k.endswith(end)), None)
            if isinstance(drawn, int | float):
                return float(drawn)
        written: Any = _written(project, layout, name)
        if part is not None:
            written = written[part] if isinstance(written, list | tuple) else None
        found = middle(written)
        return found if found is not None else 0.0

    center = (one(layout.center, 0), one(layout.center, 1), one(layout.center, 2))
    heading = one(layout.heading) if layout.heading else 0.0
    width = depth = 0.0
    if layout.along is not None and layout.across is not None:
        width = one(layout.along.parameter) * layout.along.times
        depth = one(layout.across.parameter) * layout.across.times
        if layout.along.parameter == "scale":
            width, depth = _own_size(layout, frame, width)
    return Area(center, heading, width, depth, layout.round)


def _own_size(layout: Layout, frame: SampleFrame | None, scale: float) -> tuple[float, float]:
    seen = next((s for s in frame.instances if s.group_uid == layout.group_uid), None) if frame else None
    if seen is None:
        return scale, scale
    size = (seen.bounds[1] - seen.bounds[0]) * scale
    return float(size[0]), float(size[1])


def moved(area: Area, change: AreaChange) -> Area:
    """Return the area after a change."""
    x, y, z = (c + d for c, d in zip(area.center_m, change.move_m, strict=True))
    return replace(
        area,
        center_m=(x, y, z),
        heading_deg=area.heading_deg + change.turn_deg,
        width_m=area.width_m * change.along,
        depth_m=area.depth_m * change.across,
    )


def edited(project: Project, layout: Layout, change: AreaChange) -> Project:
    """Return the project with the placement's numbers changed; a distribution moves or scales as a whole.

    Raises
    ------
    UnableError
        A number cannot be changed like this, or would leave its limits; nothing is clamped.
    """
    out = project
    if any(change.move_m):
        out = _put(out, layout, layout.center, shifted_vector(_written(out, layout, layout.center), change.move_m))
    if change.turn_deg and layout.heading:
        out = _put(out, layout, layout.heading, shifted(_written(out, layout, layout.heading), change.turn_deg))
    for reach, factor, other in ((layout.along, change.along, None), (layout.across, change.across, layout.along)):
        if reach is None or factor == 1.0 or (other is not None and other.parameter == reach.parameter):
            continue
        out = _put(out, layout, reach.parameter, scaled(_written(out, layout, reach.parameter), factor))
    return out


def _written(project: Project, layout: Layout, name: str) -> Any:
    found = read(project, layout.address(name))
    return found if isinstance(found, bool | int | float | str | list | dict) else layout.declared[name].default


def _put(project: Project, layout: Layout, name: str, value: Any) -> Project:
    declared = layout.declared[name]
    if isinstance(declared, Float | Int | Vector):
        for number in (n for part in (value if isinstance(value, list) else [value]) for n in numbers_in(part)):
            if not declared.minimum <= number <= declared.maximum or math.isnan(number):
                limits = f"{declared.minimum:g} to {declared.maximum:g}"
                raise UnableError(f"{name} would be {number:g}; it takes {limits}")
    return write(project, layout.address(name), value)
