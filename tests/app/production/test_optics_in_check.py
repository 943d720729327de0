"""Optics that cannot go together or fold are told before anything is rendered; what only may happen is a doubt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from myriorama.app.document.edit import Edit
from myriorama.app.document.effect_order import in_order
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError, PluginError, Problem
from myriorama.scenes.project.check import project_findings
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

REGISTRY = builtin_registry()
TREE: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "optics",
    "seed": 5,
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {}}},
}
Effects = tuple[tuple[str, dict[str, Any]], ...]


def project(*effects: tuple[str, dict[str, Any]], off: tuple[int, ...] = (), **camera: Any) -> Project:
    nodes = [
        {"uid": f"e{i}", "type": name, "parameters": parameters, "enabled": i not in off}
        for i, (name, parameters) in enumerate(effects)
    ]
    return parse_project(json.dumps({**TREE, "camera": {**TREE["camera"], **camera}, "effects": nodes}))


def findings(*effects: tuple[str, dict[str, Any]], **more: Any) -> tuple[list[Problem], list[Problem]]:
    return project_findings(project(*effects, **more), REGISTRY, None)


CANNOT: list[tuple[Effects, str, str]] = [
    ((("lens_distortion", {}), ("fisheye", {})), "effects[0] (lens_distortion)", "switched off"),
    ((("shutter", {}), ("rolling_shutter", {}), ("shutter", {})), "effects[0] (shutter)", "switched off"),
    ((("depth_of_field", {}), ("depth_of_field", {})), "an aperture", "switched off"),
    ((("fisheye", {"k1": -0.2, "field_of_view_deg": 178}),), "folds the picture", "at most 147"),
]


@pytest.mark.parametrize(("effects", "words", "way_out"), CANNOT)
def test_optics_that_no_sample_can_have_are_a_problem(effects: Effects, words: str, way_out: str) -> None:
    (problem,), doubts = findings(*effects)
    assert problem.place == f"effects[{len(effects) - 1}]"
    assert words in problem.message
    assert way_out in problem.allowed
    assert doubts == []


@pytest.mark.parametrize("effects", [row[0] for row in CANNOT])
def test_what_is_told_is_what_would_have_stopped_each_sample(effects: Effects) -> None:
    made = project(*effects)
    with pytest.raises(PluginError):
        Builder(made, REGISTRY, None).camera(compile_plan(made, REGISTRY).draw(0))


def test_a_random_lens_that_is_always_there_is_a_problem_too() -> None:
    (problem,), _ = findings(("lens_distortion", {"strength": {"uniform": [0.5, 1]}}), ("fisheye", {}))
    assert problem.place == "effects[1]"


def test_what_only_may_happen_is_a_doubt_with_the_values_that_show_it() -> None:
    folds = {"k1": {"uniform": [-0.2, 0.1]}, "field_of_view_deg": {"uniform": [100, 178]}}
    problems, (doubt,) = findings(("fisheye", folds))
    assert problems == []
    assert doubt.place == "effects[0]"
    assert "folds" in doubt.message
    assert "k1 -0.2" in doubt.value
    assert "at most 147" in doubt.allowed


def test_two_lenses_of_which_one_may_be_at_rest_are_a_doubt() -> None:
    problems, doubts = findings(("lens_distortion", {"strength": {"choice": [0, 1]}}), ("fisheye", {}))
    assert problems == []
    assert [doubt.place for doubt in doubts] == ["effects[1]"]


def test_a_link_is_tried_as_it_is_drawn() -> None:
    folding = {"k1": {"uniform": [-0.3, -0.2]}, "field_of_view_deg": {"linked": "170 - 20 * k1"}}
    (problem,), _ = findings(("fisheye", folding))
    assert "folds" in problem.message


def test_a_border_that_stays_black_is_a_doubt_and_depends_on_the_view() -> None:
    strong = ("lens_distortion", {"k1": -0.4, "k2": 0.0})
    assert findings(strong, lens={"field_of_view_deg": 40}) == ([], [])
    problems, (doubt,) = findings(strong, lens={"field_of_view_deg": 90})
    assert problems == []
    assert "black" in doubt.message
    wide = [{"uid": "a", "name": "a"}, {"uid": "b", "name": "b", "parameters": {"field_of_view_deg": 90}}]
    assert len(findings(strong, lens={"field_of_view_deg": 40}, views=wide)[1]) == 1


def test_sound_optics_are_nothing_to_tell() -> None:
    sound = [("lens_distortion", {}), ("depth_of_field", {}), ("shutter", {}), ("rolling_shutter", {}), ("fog", {})]
    assert findings(*sound) == ([], [])
    assert findings(("lens_distortion", {}), ("fisheye", {}), off=(0,)) == ([], [])
    assert findings(("lens_distortion", {"strength": 0}), ("fisheye", {"field_of_view_deg": 178})) == ([], [])


def test_optics_behind_other_effects_are_a_doubt_in_a_file_and_refused_in_an_edit() -> None:
    sound, late = project(("shutter", {}), ("fog", {})), project(("fog", {}), ("shutter", {}))
    problems, (doubt,) = project_findings(late, REGISTRY, None)
    assert problems == []
    assert doubt.place == "effects[1]"
    assert "before anything is rendered" in doubt.message
    assert "effects[0]" in doubt.allowed
    with pytest.raises(InputError, match="before anything is rendered, so before fog"):
        in_order(sound, Edit(late, "Move", ("e1",), ""), REGISTRY)
    assert in_order(late, Edit(late, "Rename", ("e1",), ""), REGISTRY).project is late
    assert in_order(late, Edit(sound, "Move", ("e1",), ""), REGISTRY).project is sound
