"""What a wrong project is told as a whole: all at once, only of what is switched on, and from Python as from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry

MISSING = ...
"""What `put` takes for: delete it."""
Check = Callable[[dict[str, Any]], list[tuple[str, str]]]
Put = Callable[[dict[str, Any], str, Any], None]


def test_all_problems_are_told_at_once(told: Check, put: Put, tree: dict[str, Any]) -> None:
    """Of a file, at each of its two gates: what it says itself, and what plugins say to it."""
    put(tree, "nmae", 1)
    put(tree, "seed", -1)
    put(tree, "lights/0/uid", "mugs")
    put(tree, "objects/0/parameters/free", {"uniform": [2, 1]})
    put(tree, "effects/0/parameters/amount", {"choice": []})
    assert len(told(tree)) == 5
    good = {"nmae": MISSING, "seed": 1, "lights/0/uid": "sun", "effects/0/parameters/amount": 7}
    for path, value in good.items():
        put(tree, path, value)
    put(tree, "objects/0/parameters", {"free": 1, "sides": 2, "heigth_m": 1})
    put(tree, "camera/rig/type", "orbits")
    put(tree, "environment/0/type", "hdr")
    assert len(told(tree)) == 5


def test_nothing_is_asked_of_nodes_that_are_switched_off(told: Check, put: Put, tree: dict[str, Any]) -> None:
    put(tree, "lights/0/type", "not_installed")
    put(tree, "effects/0/parameters/amount", 7)
    for path in ("lights/0/enabled", "effects/0/enabled"):
        put(tree, path, False)
    assert told(tree) == []
    put(tree, "camera/rig/parameters/distance_m", {"linked": "@grain.amount"})
    assert [p for p, _ in told(tree)] == ["effects[0].parameters.amount"]


def test_an_unknown_plugin_keeps_its_parameters(put: Put, tree: dict[str, Any]) -> None:
    strange = {"anything": [1, {"uniform": [0, 1]}], "nested": [[["deep"]]]}
    put(tree, "lights/0/type", "from_elsewhere")
    put(tree, "lights/0/parameters", strange)
    assert parse_project(json.dumps(tree)).lights[0].parameters == strange


def test_a_project_made_in_python_is_held_to_the_same(
    tree: dict[str, Any], fake_registry: Registry, fake_shipped: Shipped
) -> None:
    tree["objects"][0]["parameters"]["offset_m"] = (0, 0, 0.5)
    tree["objects"][0]["parameters"]["height_m"] = {"uniform": (0.2, 0.1)}
    project = Project.model_validate(tree)
    assert project.objects[0].parameters["offset_m"] == [0, 0, 0.5]
    with pytest.raises(ProjectError, match="reversed"):
        check_project(project, fake_registry, None, fake_shipped)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", {1: 2}, "\ud800", object()])
def test_what_json_cannot_hold_is_refused_in_python_too(tree: dict[str, Any], value: Any) -> None:
    tree["objects"][0]["parameters"]["free"] = value
    with pytest.raises(ValueError, match="validation error"):
        Project.model_validate(tree)
