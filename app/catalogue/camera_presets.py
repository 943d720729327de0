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

_EARLY: Final[tuple[EffectStage, ...]] = ("optics", "light", "curve")


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

    What works on lens, light and curve goes before the first effect that is a curve or works on the picture; what works
    on the picture goes to the end. A picture has one tone curve: where the preset brings one, another is switched off.

    Raises
    ------
    PluginError
        One of its effects is not here.
    """
    taken = set(taken_uids(project))
    early: list[Node] = []
    late: list[Node] = []
    for row in preset.effects:
        plugin = registry.plugin_class("effect", row.type)
        uid = fresh_uid(f"{preset.name}_{row.type}", taken)
        taken.add(uid)
        parameters = copy.deepcopy(dict(row.parameters))
        node = Node(uid=uid, type=row.type, name=plugin.label or row.type, parameters=parameters)
        (early if registry.effect_stage(row.type) in _EARLY else late).append(node)
    known = registry.names("effect")
    stages = [registry.effect_stage(node.type) if node.type in known else "light" for node in project.effects]
    brings_curve = any(registry.effect_stage(node.type) == "curve" for node in early)
    held, off = [], 0
    for node, stage in zip(project.effects, stages, strict=True):
        replaced = brings_curve and stage == "curve" and node.enabled
        off += replaced
        held.append(node.model_copy(update={"enabled": False}) if replaced else node)
    at = next((i for i, stage in enumerate(stages) if stage in ("curve", "picture")), len(held))
    changed = project.model_copy(update={"effects": (*held[:at], *early, *held[at:], *late)})
    note = "The tone curve that was there is switched off: a picture has one." if off else ""
    return Edit(changed, f"Add {preset.label}", tuple(node.uid for node in (*early, *late)), note)
