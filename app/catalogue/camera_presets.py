"""Presets of cameras, and the edit that gives a project the effects of one.

It invents no values: what a preset says is what is added.
"""

from __future__ import annotations

import copy
import difflib
from typing import Final

from myriorama.app.document.edit import Edit
from myriorama.app.document.uids import fresh_uid, taken_uids
from myriorama.plugins.effects._presets import PRESETS, Preset
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.model import Node, Project
from myriorama.scenes.registry import EffectStage

_EARLY: Final[tuple[EffectStage, ...]] = ("light", "curve")
_LENSES: Final = ("lens_distortion", "fisheye")
_SWITCHED_OFF: Final = {
    "curve": "The tone curve that was there is switched off: a picture has one.",
    "lens": "The lens that was there is switched off: a camera has one that distorts.",
}


def camera_presets() -> tuple[Preset, ...]:
    """Return every camera there is a preset of."""
    return PRESETS


def camera_preset(name: str) -> Preset:
    """Return a preset by name.

    Raises
    ------
    InputError
        There is none; near matches are named.
    """
    found = next((preset for preset in PRESETS if preset.name == name), None)
    if found is None:
        names = [preset.name for preset in PRESETS]
        near = difflib.get_close_matches(name, names, n=2)
        raise InputError(
            Problem("camera", "there is no such preset of a camera", repr(name[:80]), " or ".join(near or names))
        )
    return found


def add_camera(project: Project, registry: PluginRegistry, preset: Preset) -> Edit:
    """Add the effects of a preset, each where its stage may stand.

    Optics go before all other effects, behind those that are there. What works on light and curve goes before the first
    effect that is a curve or works on the picture; what works on the picture goes to the end. A picture has one tone
    curve and a camera one lens that distorts: where the preset brings one, another is switched off.

    Raises
    ------
    PluginError
        One of its effects is not here.
    """
    taken = set(taken_uids(project))
    added: dict[str, list[Node]] = {"optics": [], "early": [], "late": []}
    for row in preset.effects:
        plugin = registry.plugin_class("effect", row.type)
        uid = fresh_uid(f"{preset.name}_{row.type}", taken)
        taken.add(uid)
        parameters = copy.deepcopy(dict(row.parameters))
        node = Node(uid=uid, type=row.type, name=plugin.label or row.type, parameters=parameters)
        stage = registry.effect_stage(row.type)
        added["optics" if stage == "optics" else "early" if stage in _EARLY else "late"].append(node)
    brought = {_one_of(registry, node) for nodes in added.values() for node in nodes} - {""}
    held, off = [], set()
    for node in project.effects:
        replaced = node.enabled and _one_of(registry, node) in brought
        if replaced:
            off.add(_one_of(registry, node))
        held.append(node.model_copy(update={"enabled": False}) if replaced else node)
    known = registry.names("effect")
    stages = [registry.effect_stage(node.type) if node.type in known else "light" for node in project.effects]
    first = next((i for i, stage in enumerate(stages) if stage != "optics"), len(held))
    at = next((i for i, stage in enumerate(stages) if stage in ("curve", "picture")), len(held))
    at = max(first, at)
    effects = (*held[:first], *added["optics"], *held[first:at], *added["early"], *held[at:], *added["late"])
    note = " ".join(_SWITCHED_OFF[what] for what in sorted(off))
    changed = project.model_copy(update={"effects": effects})
    return Edit(changed, f"Add {preset.label}", tuple(node.uid for nodes in added.values() for node in nodes), note)


def _one_of(registry: PluginRegistry, node: Node) -> str:
    """Return what an effect is of which only one can be switched on; empty where any number can."""
    if node.type in _LENSES:
        return "lens"
    known = node.type in registry.names("effect")
    return "curve" if known and registry.effect_stage(node.type) == "curve" else ""
