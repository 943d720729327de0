"""The order of effects: linear light, one tone curve, the picture; what stands wrongly is a problem with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.load import parse_project

TREE: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "order",
    "seed": 5,
    "classes": [{"id": 1, "name": "mug"}],
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {}}},
    "objects": [{"uid": "mugs", "type": "mug", "class": "mug", "placement": {"uid": "p", "type": "scatter"}}],
}


def problems(*types: str, off: tuple[int, ...] = ()) -> list[tuple[str, str, str]]:
    nodes = [{"uid": f"e{i}", "type": t, "enabled": i not in off} for i, t in enumerate(types)]
    project = parse_project(json.dumps({**TREE, "effects": nodes}))
    found = project_problems(project, builtin_registry(), None)
    return [(p.place, p.message, p.allowed) for p in found]


@pytest.mark.parametrize(
    "types",
    [
        ("vignette", "sensor_noise"),
        ("vignette", "tone_curve", "jpeg", "quantise"),
        ("jpeg",),
        ("sensor_noise", "jpeg"),
    ],
)
def test_a_sound_order_is_no_problem(types: tuple[str, ...]) -> None:
    assert problems(*types) == []


@pytest.mark.parametrize(("first", "word"), [("tone_curve", "the tone curve"), ("jpeg", "the finished picture")])
def test_linear_light_behind_the_curve_or_the_picture_is_told_with_the_way_out(first: str, word: str) -> None:
    ((place, message, allowed),) = problems("exposure", first, "vignette")
    assert place == "effects[2]"
    assert "linear light" in message
    assert f"effects[1] ({first})" in message
    assert word in message
    assert "before effects[1]" in allowed


def test_two_curves_are_one_too_many() -> None:
    ((place, message, _),) = problems("tone_curve", "tone_curve")
    assert place == "effects[1]"
    assert "one tone curve" in message


def test_a_curve_behind_the_picture_is_told() -> None:
    ((place, message, _),) = problems("jpeg", "tone_curve")
    assert place == "effects[1]"
    assert "is a tone curve" in message


def test_what_is_switched_off_stands_in_nobodys_way() -> None:
    assert problems("jpeg", "vignette", off=(0,)) == []
    assert problems("jpeg", "vignette", off=(1,)) == []


def test_every_misplaced_effect_is_told() -> None:
    assert [row[0] for row in problems("tone_curve", "vignette", "jpeg", "sensor_noise")] == [
        "effects[1]",
        "effects[3]",
    ]
