"""The small project behind a page of the object studio: one object alone, on plain ground, in soft light.

It is made of the public project model and nothing else, so every generator that can stand in a project can stand
here. It draws no picture and knows no widget.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.document.starting import suggested
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.conventions import F64
from myriorama.scenes.drawing.plan import Plan, compile_plan
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.schema import File, FileRole, Parameter
from myriorama.scenes.project.model import Project

OBJECT: Final = "object"
"""Uid of the one group."""
FIELD_OF_VIEW_DEG: Final = 26.0
AZIMUTH_DEG: Final = -62.0
ELEVATION_DEG: Final = 24.0
_GROUND_COLOR: Final = "#b4b7bd"
_LAMPS: Final = {"boxes": 2, "azimuth_deg": -125.0, "elevation_deg": 60.0, "fill": 0.22, "ambient": 0.25}
"""A large soft box from the front left and a weak one against it: round things look round, and a shadow tells where
they stand."""
_MARGIN: Final = 0.95
_STAGE_STEPS: Final = 4
"""Ground and lamps follow the object's size in so many steps an octave: a value that is dragged leaves them alone."""
_GROUND_RADII: Final = 120.0
_LAMP_RADII: Final = 5.0
_LAMP_SHARE: Final = 0.5
_DIGITS: Final = 4
_STAND_INS: Final[Mapping[FileRole, str]] = {
    "model": "resource:models/pmndrs/suzi.glb",
    "image": "resource:textures/tiles/Tiles036_512_Color.jpg",
    "radiance": "resource:hdri/studio.exr",
    "texture_set": "resource:textures/wood_floor",
}
"""What a file parameter is given that may not be empty and suggests nothing."""


@dataclass(frozen=True)
class Extent:
    """The box that an object fills, in its own frame, metres."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]

    @property
    def size_m(self) -> tuple[float, float, float]:
        x, y, z = (h - low for h, low in zip(self.high, self.low, strict=True))
        return x, y, z

    @property
    def middle(self) -> tuple[float, float, float]:
        x, y, z = ((h + low) / 2.0 for h, low in zip(self.high, self.low, strict=True))
        return x, y, z

    @property
    def radius_m(self) -> float:
        """Half the diagonal; above 0."""
        return max(0.5 * math.dist(self.low, self.high), 1e-5)


NOMINAL: Final = Extent((-0.1, -0.1, 0.0), (0.1, 0.1, 0.2))
"""Before anything is known of an object."""


def extent_of(bounds: F64) -> Extent:
    """Return the extent of (2, 3) float64 bounds."""
    low, high = bounds.tolist()
    return Extent(tuple(low), tuple(high))


def starting_values(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the declared defaults; a file that may not be empty gets one that is shipped."""
    found: dict[str, Any] = {}
    for parameter in parameters:
        value = copy.deepcopy(parameter.default)
        if isinstance(parameter, File) and parameter.required and not value:
            value = _STAND_INS[parameter.role]
        found[parameter.name] = value
    return found


def bench_project(
    registry: PluginRegistry,
    name: str,
    values: Mapping[str, Any] | None = None,
    *,
    materials: Mapping[str, Any] | None = None,
    title: str = "",
) -> Project:
    """Return the project of one object.

    Parameters
    ----------
    values : mapping
        Parameters in place of the defaults, plain or drawn; those that the generator does not declare are left out.
    materials : mapping
        Of a group that is looked at; see `ObjectGroup.materials`.

    Raises
    ------
    PluginError
        There is no such generator.
    """
    plugin = registry.plugin_class("generator", name)
    held = starting_values(plugin.parameters)
    held.update({k: copy.deepcopy(v) for k, v in (values or {}).items() if k in held})
    group = {
        "uid": OBJECT,
        "type": name,
        "name": title or plugin.label or name,
        "class": "thing",
        "parameters": held,
        "materials": copy.deepcopy(dict(materials or {})),
        "placement": {"uid": "place", "type": "fixed"},
    }
    tree = {
        "name": title or plugin.label or name,
        "classes": [{"id": 1, "name": "thing"}, {"id": 2, "name": "ground", "kind": "stuff"}],
        "camera": {"rig": {"uid": "rig", "type": "orbit"}, "lens": {"field_of_view_deg": FIELD_OF_VIEW_DEG}},
        "environment": [
            {"uid": "light", "type": "studio"},
            {"uid": "ground", "type": "ground_plane", "class": "ground"},
        ],
        "objects": [group],
        "output": {"labels": ["keypoints", "visible"]},
    }
    return staged(Project.model_validate(tree), NOMINAL)


def staged(
    project: Project,
    extent: Extent,
    *,
    azimuth_deg: float = AZIMUTH_DEG,
    elevation_deg: float = ELEVATION_DEG,
    aspect: float = 1.0,
) -> Project:
    """Return the project with ground, lamps and camera to the measure of its object.

    Parameters
    ----------
    aspect : float
        Width of the picture over its height.
    """
    size_m = 2.0 ** (math.ceil(_STAGE_STEPS * math.log2(extent.radius_m)) / _STAGE_STEPS)
    lamp_m = min(max(_LAMP_RADII * size_m, 0.05), 100.0)
    side_m = min(max(_LAMP_SHARE * lamp_m, 0.01), 100.0)
    ground_m = min(max(_GROUND_RADII * size_m, 0.001), 1e4)
    middle = [_rounded(v, size_m) for v in extent.middle]
    lamps = {
        **_LAMPS,
        "distance_m": lamp_m,
        "width_m": side_m,
        "height_m": side_m,
        "target_m": [0.0, 0.0, middle[2]],
    }
    ground = {
        "width_m": ground_m,
        "depth_m": ground_m,
        "center_m": [0.0, 0.0, min(extent.low[2], 0.0)],
        "base_color": _GROUND_COLOR,
        "roughness": 0.9,
    }
    rig = {
        "target_m": list(extent.middle),
        "distance_m": distance_m(extent, aspect),
        "azimuth_deg": azimuth_deg,
        "elevation_deg": elevation_deg,
    }
    light, plane = project.environment
    return project.model_copy(
        update={
            "camera": project.camera.model_copy(
                update={"rig": project.camera.rig.model_copy(update={"parameters": rig})}
            ),
            "environment": (
                light.model_copy(update={"parameters": lamps}),
                plane.model_copy(update={"parameters": ground}),
            ),
        }
    )


def distance_m(extent: Extent, aspect: float = 1.0) -> float:
    """Return from how far the whole object is seen, whichever way it is turned."""
    half = math.radians(FIELD_OF_VIEW_DEG) / 2.0
    narrow = min(half, math.atan(math.tan(half) / max(aspect, 1e-3)))
    return max(_MARGIN * extent.radius_m / math.sin(narrow), 1e-4)


def values_of(project: Project) -> dict[str, Any]:
    """Return the values of the object, as they are written."""
    return dict(project.objects[0].parameters)


def with_values(project: Project, values: Mapping[str, Any]) -> Project:
    """Return the project with other values of its object; those that are not named stay."""
    group = project.objects[0]
    changed = group.model_copy(update={"parameters": {**group.parameters, **values}})
    return project.model_copy(update={"objects": (changed,)})


def compile_suggested(registry: PluginRegistry, project: Project, seed: int) -> Plan:
    """Return the plan of what the generator suggests, which `drawn_from` draws from.

    The same seed gives the same plan, here and in every other program.

    Raises
    ------
    InputError
        A suggested distribution does not fit its declaration.
    PluginError
        There is no such generator.
    """
    parameters = registry.parameters("generator", project.objects[0].type)
    varied = with_values(project, suggested(parameters))
    return compile_plan(varied.model_copy(update={"seed": seed}), registry)


def drawn_from(plan: Plan, parameters: Sequence[Parameter], held: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Return the values of one draw, JSON-able: what varies in the plan is drawn, the rest is as it is held.

    Drawn numbers have four digits: they are read, typed and copied by hands.
    """
    written = plan.project.objects[0].parameters
    drawn = plan.draw(index).objects[0].members[0].values
    varying = [p for p in parameters if isinstance(written.get(p.name), Mapping) and p.name in held]
    return {**held, **{p.name: _short(plain_value(drawn[p.name]), *limits(p)) for p in varying}}


def _short(value: Any, low: float, high: float) -> Any:
    """Return numbers with the digits that count, where they stay inside their limits."""
    if isinstance(value, list):
        return [_short(v, low, high) for v in value]
    if not isinstance(value, float) or value == 0.0:
        return value
    short = round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    return short if low <= short <= high else value


def plain_value(value: Any) -> Any:
    """Return a drawn value as it is written in a project: lists for tuples, a file by its reference alone."""
    if isinstance(value, Mapping):
        if set(value) == {"file", "sha256"}:
            return value["file"]
        return {k: plain_value(v) for k, v in value.items()}
    return [plain_value(v) for v in value] if isinstance(value, list | tuple) else value


def _rounded(value: float, size_m: float) -> float:
    """Return a place in steps of an eighth of a size: lamps do not follow each digit."""
    step = size_m / 8.0
    return round(value / step) * step
