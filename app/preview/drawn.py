"""The drawn values of a sample by path, as people and tables read them: numbers, words, colours as text.

It reads a recipe and draws nothing. A path is that of the drawing, with an object's number after its owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from myriorama.scenes.drawing.owners import shipped_declarations
from myriorama.scenes.parameters.schema import Color, Parameter
from myriorama.scenes.registry import PluginKind, Registry
from myriorama.scenes.sample import GroupSample, NodeSample, SceneSample

CAMERA_UID: Final = "camera"


def drawn_values(sample: SceneSample, registry: Registry, camera_uid: str = CAMERA_UID) -> dict[str, Any]:
    """Return every drawn value of a sample by its path.

    Paths are ``uid/name`` for nodes, the rig, its views and a group's placement, ``camera/lens/name``, ``uid/count``,
    ``uid/number/name``, ``uid/number/materials/slot/name`` and ``uid/number/motion/name`` for objects, and
    ``placement uid/number/name`` for what a placement draws for each. A vector has one entry a component, ``.../0``; a
    colour is ``"#rrggbb"``; a file is its reference, empty for none.

    Parameters
    ----------
    registry : Registry
        Tells colours from other lists of three numbers.
    camera_uid : str
        Of the project's camera, which a recipe does not name.
    """
    shipped = shipped_declarations()
    out: dict[str, Any] = {}
    rig = sample.rig
    _add(out, rig.uid, rig.values, _colors(shipped.rigs.get(rig.type, ())))
    _add(out, f"{camera_uid}/lens", sample.lens, _colors(shipped.lens))
    for view in sample.views:
        _add(out, view.uid, view.values, _colors(shipped.view))
    nodes: tuple[tuple[PluginKind, tuple[NodeSample, ...]], ...] = (
        ("environment", (*sample.environment, *sample.lights)),
        ("effect", sample.effects),
    )
    for kind, found in nodes:
        for node in found:
            _add(out, node.uid, node.values, _colors(registry.parameters(kind, node.type)))
    material = _colors(shipped.material)
    for group in (*sample.stage, *sample.objects):
        _add_group(out, group, registry, material)
    return out


def _add_group(out: dict[str, Any], group: GroupSample, registry: Registry, material: frozenset[str]) -> None:
    own = _colors(registry.parameters("generator", group.type))
    placement = group.placement
    wide = _colors(registry.parameters("placement", placement.type))
    each = _colors(registry.per_object_parameters(placement.type))
    out[f"{group.uid}/count"] = len(group.members)
    _add(out, placement.uid, placement.values, wide)
    for member in group.members:
        _add(out, f"{group.uid}/{member.number}", member.values, own)
        for slot, values in member.materials.items():
            _add(out, f"{group.uid}/{member.number}/materials/{slot}", values, material)
        _add(out, f"{group.uid}/{member.number}/motion", member.motion, frozenset())
        _add(out, f"{placement.uid}/{member.number}", member.placement, each)


def _colors(declared: Iterable[Parameter]) -> frozenset[str]:
    return frozenset(p.name for p in declared if isinstance(p, Color))


def _add(out: dict[str, Any], path: str, values: Mapping[str, Any], colors: frozenset[str]) -> None:
    for name, value in values.items():
        if name in colors and value is not None:
            out[f"{path}/{name}"] = hex_color(value)
        elif isinstance(value, Mapping):
            out[f"{path}/{name}"] = value["file"]
        elif isinstance(value, list | tuple):
            for k, component in enumerate(value):
                out[f"{path}/{name}/{k}"] = component
        else:
            out[f"{path}/{name}"] = "" if value is None else value


def hex_color(rgb: Iterable[float]) -> str:
    """Return ``"#rrggbb"`` of three sRGB numbers in [0, 1], each rounded to the nearest step of 255."""
    return "#" + "".join(f"{round(255 * float(c)):02x}" for c in rgb)
