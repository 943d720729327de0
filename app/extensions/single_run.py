"""Calls one generator or environment of a plugin once, in a host process, with values that are written down.

It needs no project and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.extensions.reproducing import RUNNABLE
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.manifest import ManifestEntry
from myriorama.plugins.registry import registry_with
from myriorama.plugins.sources import Grant
from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.assets.store import OpenAsset
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError, PluginError, Problem
from myriorama.scenes.geometry.measure import volume_m3
from myriorama.scenes.parameters.fit import fit_literal
from myriorama.scenes.parameters.schema import File
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import EnvironmentParts


@dataclass(frozen=True)
class Ran:
    """What a plugin answered: `facts` for people and programs, JSON-able."""

    entry: ManifestEntry
    values: Mapping[str, Any]
    facts: Mapping[str, Any]


def entry_named(grant: Grant, name: str) -> ManifestEntry:
    """Return the plugin of a source that is called ``apple`` or ``generator/apple``.

    Raises
    ------
    InputError
        There is none, or it cannot be called without a scene.
    """
    kind, _, bare = name.rpartition("/")
    found = [e for e in grant.manifest.entries if e.name == bare and kind in ("", e.kind)]
    runnable = [e for e in found if e.kind in RUNNABLE]
    if not found:
        allowed = ", ".join(f"{e.kind}/{e.name}" for e in grant.manifest.entries)
        raise InputError(Problem("NAME", "there is no such plugin in it", repr(name[:80]), allowed))
    if len(runnable) != 1:
        told = "it needs a scene, so it cannot be run alone" if not runnable else "two kinds have this name"
        allowed = "`myriorama plugin check` runs every kind" if not runnable else "generator/NAME or environment/NAME"
        raise InputError(Problem("NAME", told, repr(name[:80]), allowed))
    return runnable[0]


def values_of(
    grant: Grant, entry: ManifestEntry, written: Mapping[str, Any], seed: int | None, index: int
) -> dict[str, Any]:
    """Return a value for every parameter: as written, else drawn from what it suggests, else its default.

    Parameters
    ----------
    seed : int or None
        None draws nothing.

    Raises
    ------
    InputError
        A value is outside of its limits, or belongs to no parameter; all of those are told.
    """
    declared = {p.name: p for p in entry.parameters}
    allowed = ", ".join(declared) or "it takes no parameters"
    problems = [
        Problem("--values", "there is no such parameter", repr(k)[:80], allowed) for k in written if k not in declared
    ]
    drawn = {} if seed is None else _drawn(grant, entry, seed, index)
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        given = written.get(name, drawn.get(name, parameter.default))
        if isinstance(parameter, File) and given in ("", None):
            values[name] = None
            if parameter.required:
                problems.append(Problem(f"--values {name}", "this needs a file", "", "the name of a file"))
            continue
        values[name], problem = fit_literal(given, parameter, f"--values {name}")
        problems += [problem] if problem is not None else []
    if problems:
        raise InputError(problems)
    return values


def run_once(grant: Grant, entry: ManifestEntry, values: Mapping[str, Any], hosts: PluginHosts, folder: Path) -> Ran:
    """Call the plugin.

    Parameters
    ----------
    folder : Path
        Where values that name files start.

    Raises
    ------
    PluginFault
        It failed.
    InputError
        A file that a value names cannot be read.
    """
    registry = registry_with([grant], hosts)
    if registry.grant_of(entry.kind, entry.name) is None:
        raise PluginError(f"{entry.kind} {entry.name!r} of {grant.source.id} is left out: a built-in has this name")
    store = FileAssetStore(folder)
    files = {p.name for p in entry.parameters if isinstance(p, File)}
    given = {
        k: OpenAsset(store.resolve(v), store) if k in files and isinstance(v, str) else v for k, v in values.items()
    }
    if entry.kind == "generator":
        return Ran(entry, values, _object_facts(registry.generator(entry.name).generate(given)))
    return Ran(entry, values, _environment_facts(registry.environment(entry.name).build(given)))


def _drawn(grant: Grant, entry: ManifestEntry, seed: int, index: int) -> dict[str, Any]:
    """Return what sample `index` of a project with this seed draws from the suggestions; plain parameters are left."""
    written = {p.name: p.suggested for p in entry.parameters if isinstance(p.suggested, Mapping)}
    if not written:
        return {}
    node: dict[str, Any] = {"uid": "thing", "type": entry.name, "parameters": written}
    tree: dict[str, Any] = {"name": "run", "seed": seed, "camera": {"rig": {"uid": "rig", "type": "orbit"}}}
    if entry.kind == "generator":
        tree["classes"] = [{"id": 1, "name": "thing"}]
        tree["objects"] = [{**node, "class": "thing", "placement": {"uid": "place", "type": "fixed"}}]
    else:
        tree["environment"] = [node]
    sample = compile_plan(Project.model_validate(tree), registry_with([grant])).draw(index)
    values = sample.objects[0].members[0].values if entry.kind == "generator" else sample.environment[0].values
    return {name: _plain(values[name]) for name in written}


def _plain(value: Any) -> Any:
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _object_facts(model: ObjectModel) -> dict[str, Any]:
    low, high = model.bounds.tolist()
    return {
        "parts": [{"name": p.name, "vertices": len(p.mesh.positions), "faces": len(p.mesh.faces)} for p in model.parts],
        "bounds_m": {"lowest": low, "highest": high},
        "volume_m3": float(sum(volume_m3(p.mesh) for p in model.parts)),
        "keypoints": [k.name for k in model.keypoints],
        "attributes": dict(model.attributes),
        "mass_kg": model.mass_kg,
    }


def _environment_facts(parts: EnvironmentParts) -> dict[str, Any]:
    return {
        "background": parts.background is not None,
        "lights": [type(light).__name__ for light in parts.lights],
        "pieces": len(parts.pieces),
    }
