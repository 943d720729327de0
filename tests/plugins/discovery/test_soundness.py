"""A manifest that declares what cannot be used is refused before anything of it is shown or set on a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.plugins.discovery import find_installed
from myriorama.plugins.hosting.remote import remote_class
from myriorama.plugins.manifest import KINDS, Manifest, ManifestEntry, manifest_from_json, parameter_from_json
from myriorama.plugins.manifest import parameter_to_json as to_json
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.soundness import declaration_problems
from myriorama.plugins.sources import Grant, PluginSource

H = {"help": "Across."}
MANY = [str(i) for i in range(1001)]
HUGE = 10**400
PARAMETERS: dict[str, dict[str, Any]] = {
    "default outside": {"kind": "float", "name": "a", "default": 5, "maximum": 1, **H},
    "default of another kind": {"kind": "float", "name": "a", "default": "__import__('os')", **H},
    "limits turned round": {"kind": "float", "name": "a", "default": 0, "minimum": 1, "maximum": -1, **H},
    "a limit too large": {"kind": "float", "name": "a", "default": 0, "maximum": HUGE, **H},
    "a default too large": {"kind": "float", "name": "a", "default": HUGE, **H},
    "a default too deep inside": {"kind": "vector", "name": "a", "default": [0, 0, -(HUGE)], **H},
    "no choice of these": {"kind": "choice", "name": "a", "default": "c", "options": ["b"], **H},
    "too many options": {"kind": "choice", "name": "a", "default": "0", "options": MANY, **H},
    "a vector of none": {"kind": "vector", "name": "a", "default": [], "size": 0, **H},
    "a vector of a billion": {"kind": "vector", "name": "a", "default": [], "size": 10**9, **H},
    "a wrong vector": {"kind": "vector", "name": "a", "default": [1, 2], **H},
    "no colour": {"kind": "color", "name": "a", "default": "red; rm -rf", **H},
    "no direction": {"kind": "direction", "name": "a", "default": [0, 0, 0], **H},
    "a file that is a list": {"kind": "file", "name": "a", "default": ["/etc/passwd"], **H},
    "no such file role": {"kind": "file", "name": "a", "default": "", "role": "pickle", **H},
    "an unknown distribution": {"kind": "float", "name": "a", "default": 0, "suggested": {"eval": "1"}, **H},
    "one that reaches outside": {
        "kind": "float", "name": "a", "default": 0, "maximum": 1, "suggested": {"uniform": [0, 9]}, **H
    },
    "one of another kind": {"kind": "bool", "name": "a", "default": True, "suggested": {"uniform": [0, 1]}, **H},
    "one too large": {"kind": "float", "name": "a", "default": 0, "suggested": {"uniform": [0, HUGE]}, **H},
}  # fmt: skip
TRAITS: dict[str, dict[str, Any]] = {
    "a number for passes": {"passes": 5},
    "nested passes": {"passes": [["truth"]]},
    "a word for fills": {"fills": "mask"},
    "no such home": {"home": "__class__"},
    "a wrong home": {"home": "lights"},
    "a list for home": {"home": []},
    "a word for watertight": {"watertight": "yes"},
    "three for extent": {"extent_m": [1, 2, 3]},
    "turned extent": {"extent_m": [2, 1]},
    "words for extent": {"extent_m": ["a", "b"]},
    "endless extent": {"extent_m": [0, HUGE]},
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_declaration_that_cannot_be_used_is_a_problem(
    case: str, install: Callable[..., Path], site: Path, manifest_for: Callable[..., Manifest]
) -> None:
    tree = manifest_for("crab_apples").to_json()
    tree["plugins"][0]["parameters"] = [PARAMETERS[case]]
    manifest = manifest_from_json(tree)
    (problem, *_) = declaration_problems(manifest)
    assert problem.place.startswith("generator crab_apple: a")
    install(manifest=manifest)
    (found,) = find_installed([str(site)])
    assert found.manifest is None
    assert "cannot be used" in found.problem


@pytest.mark.parametrize("case", TRAITS)
def test_a_trait_of_another_kind_is_a_problem(case: str, manifest_for: Callable[..., Manifest]) -> None:
    manifest = manifest_for("crab_apples")
    entry = replace(manifest.entries[0], traits=TRAITS[case])
    assert declaration_problems(replace(manifest, entries=(entry,)))


def test_what_a_later_version_may_add_is_left_alone(manifest_for: Callable[..., Manifest]) -> None:
    manifest = manifest_for("crab_apples")
    entry = replace(manifest.entries[0], traits={"smell": {"strong": True}, "home": "stage", "extent_m": [0, 1]})
    sound = replace(manifest, entries=(entry,))
    assert declaration_problems(sound) == ()
    made = remote_class(Grant(PluginSource("a", "user", "/a", "a", {}, "0"), sound), entry, None)
    assert not hasattr(made, "smell")


def test_every_built_in_passes(manifest_for: Callable[..., Manifest]) -> None:
    registry = builtin_registry()
    for kind in KINDS:
        for name in registry.names(kind):
            plugin = registry.plugin_class(kind, name)
            parameters = tuple(parameter_from_json(to_json(p)) for p in plugin.parameters)
            assert parameters == plugin.parameters
            entry = ManifestEntry(kind, name, plugin.label, plugin.help, plugin.version, "a", "A", parameters)
            assert declaration_problems(replace(manifest_for("a"), entries=(entry,))) == (), f"{kind} {name}"
