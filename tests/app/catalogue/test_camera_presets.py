"""Presets of cameras: each makes a sound project, whatever effects stand there already."""

from __future__ import annotations

import json
from typing import Any

import pytest

from myriorama.app.catalogue.camera_presets import add_camera, camera_preset, camera_presets
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.check import project_findings, project_problems
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

REGISTRY = builtin_registry()
NAMES = [preset.name for preset in camera_presets()]


def project(*types: str) -> Project:
    tree: dict[str, Any] = {
        "format": "myriorama-project",
        "version": 1,
        "name": "presets",
        "seed": 5,
        "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {}}},
        "effects": [{"uid": f"mine{i}", "type": name} for i, name in enumerate(types)],
    }
    return parse_project(json.dumps(tree))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("there", [(), ("vignette",), ("vignette", "tone_curve", "jpeg"), ("jpeg",)])
def test_a_preset_leaves_a_project_without_problems(name: str, there: tuple[str, ...]) -> None:
    before = project(*there)
    edit = add_camera(before, REGISTRY, camera_preset(name))
    assert project_problems(edit.project, REGISTRY, None) == []
    assert len(edit.project.effects) == len(there) + len(camera_preset(name).effects)
    assert edit.select == tuple(n.uid for n in edit.project.effects if not n.uid.startswith("mine"))
    assert before == project(*there)
    plan = compile_plan(edit.project, REGISTRY, None)
    drawn = [plan.draw(index).effects for index in range(3)]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_names_parameters_that_are_there(name: str) -> None:
    preset = camera_preset(name)
    assert preset.label
    assert preset.help.endswith(".")
    for row in preset.effects:
        assert set(row.parameters) <= {p.name for p in REGISTRY.parameters("effect", row.type)}


def test_the_curve_that_was_there_is_switched_off_and_told() -> None:
    edit = add_camera(project("tone_curve"), REGISTRY, camera_preset("phone"))
    assert [n.enabled for n in edit.project.effects if n.uid == "mine0"] == [False]
    assert "switched off" in edit.note
    assert add_camera(project("vignette"), REGISTRY, camera_preset("phone")).note == ""


def test_twice_the_same_camera_has_other_uids() -> None:
    once = add_camera(project(), REGISTRY, camera_preset("thermal_look")).project
    twice = add_camera(once, REGISTRY, camera_preset("thermal_look")).project
    uids = [node.uid for node in twice.effects]
    assert len(set(uids)) == len(uids) == 2 * len(once.effects)


def test_an_unknown_camera_is_told_with_what_is_near() -> None:
    with pytest.raises(InputError, match="dashcam"):
        camera_preset("dash_cam")


def test_a_lens_goes_before_all_else_and_takes_the_place_of_the_one_that_was_there() -> None:
    edit = add_camera(project("fisheye", "fog", "tone_curve"), REGISTRY, camera_preset("dashcam"))
    assert project_findings(edit.project, REGISTRY, None) == ([], [])
    types = [(n.type, n.enabled) for n in edit.project.effects]
    assert types[:3] == [("fisheye", False), ("lens_distortion", True), ("fog", True)]
    assert edit.note.count("switched off") == 2
