"""Motion of a group: drawn for each object, stored in the recipe, and nothing where a project says nothing of it."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.assembly.motion import MOTION_PARAMETERS, velocity_from
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError, ProjectError
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.sample import SceneSample, sample_from_json, sample_to_json

TREE: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "dice on the move",
    "seed": 5,
    "classes": [{"id": 1, "name": "die"}],
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {}}},
    "objects": [
        {
            "uid": "dice",
            "type": "die",
            "class": "die",
            "count": 4,
            "placement": {"uid": "p", "type": "scatter", "parameters": {"yaw_deg": {"uniform": [0, 360]}}},
        }
    ],
}
REGISTRY = builtin_registry()


def tree_with(**motion: Any) -> dict[str, Any]:
    tree = copy.deepcopy(TREE)
    if motion:
        tree["objects"][0]["motion"] = motion
    return tree


def drawn(tree: dict[str, Any], index: int = 2) -> SceneSample:
    return compile_plan(parse_project(json.dumps(tree)), REGISTRY).draw(index)


def test_a_group_that_says_nothing_has_no_such_key_in_its_recipe() -> None:
    recipe = sample_to_json(drawn(tree_with()))
    assert all(set(m) == {"number", "values", "materials", "placement"} for m in recipe["objects"][0]["members"])
    assert '"motion"' not in dump_project(parse_project(json.dumps(tree_with())))
    assert sample_from_json(json.loads(json.dumps(recipe))).objects[0].members[0].motion == {}


def test_motion_is_drawn_for_each_object_and_changes_no_other_value() -> None:
    plain, moving = drawn(tree_with()), drawn(tree_with(velocity_m_s=[{"uniform": [1, 2]}, 0, 0]))
    speeds = [m.motion["velocity_m_s"][0] for m in moving.objects[0].members]
    assert len(set(speeds)) == 4
    assert all(1 <= s <= 2 for s in speeds)
    assert all(m.motion["axes"] == "world" for m in moving.objects[0].members)
    for before, after in zip(plain.objects[0].members, moving.objects[0].members, strict=True):
        assert (before.values, before.placement) == (after.values, after.placement)
    again = sample_from_json(json.loads(json.dumps(sample_to_json(moving))))
    assert again == moving


def test_the_project_keeps_it_as_written() -> None:
    tree = tree_with(velocity_m_s=[0.0, {"normal": {"mean": 1.0, "std": 0.1, "low": 0.5, "high": 1.5}}, 0.0])
    project = parse_project(json.dumps(tree))
    assert parse_project(dump_project(project)) == project
    assert json.loads(dump_project(project))["objects"][0]["motion"] == tree["objects"][0]["motion"]


def test_instances_move_along_their_own_axes_where_that_is_asked() -> None:
    project = parse_project(json.dumps(tree_with(velocity_m_s=[0.5, 0.0, 0.0], axes="object")))
    plan = compile_plan(project, REGISTRY)
    scene = Builder(project, REGISTRY, None).build(plan.draw(0))
    assert len(scene.instances) == 4
    assert scene.moves
    for instance in scene.instances:
        assert instance.velocity_m_s == pytest.approx(0.5 * instance.world_from_object[:3, 0])
        assert instance.drift_m_s is not None
    told = {i["instance_key"]: i["velocity_m_s"] for i in scene.resolved["instances"]}
    assert told == {i.instance_key: list(i.velocity_m_s) for i in scene.instances}


def test_an_objects_scale_does_not_hurry_it() -> None:
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    pose = np.eye(4)
    pose[:3, :3] = 3.0 * turn
    assert velocity_from({"velocity_m_s": (2.0, 0.0, 1.0), "axes": "object"}, pose) == pytest.approx((0.0, 2.0, 1.0))
    assert velocity_from({"velocity_m_s": (2.0, 0.0, 1.0)}, pose) == (2.0, 0.0, 1.0)
    assert velocity_from({}, pose) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("motion", "place"),
    [
        ({"speed": 1.0}, "objects[0].motion.speed"),
        ({"velocity_m_s": [1.0, 2.0]}, "objects[0].motion.velocity_m_s"),
        ({"velocity_m_s": [2e4, 0.0, 0.0]}, "objects[0].motion.velocity_m_s"),
        ({"velocity_m_s": [{"uniform": [0.0, 2e4]}, 0.0, 0.0]}, "objects[0].motion.velocity_m_s"),
        ({"velocity_m_s": [{"unifrom": [0, 1]}, 0.0, 0.0]}, "objects[0].motion.velocity_m_s"),
        ({"axes": "camera"}, "objects[0].motion.axes"),
    ],
)
def test_what_is_no_motion_is_told_with_its_place(motion: dict[str, Any], place: str) -> None:
    with pytest.raises(ProjectError) as told:
        compile_plan(parse_project(json.dumps(tree_with(**motion))), REGISTRY)
    assert any(p.place.startswith(place) for p in told.value.problems)


def test_a_recipe_with_another_motion_is_refused() -> None:
    recipe = json.loads(json.dumps(sample_to_json(drawn(tree_with(velocity_m_s=[1.0, 0.0, 0.0])))))
    recipe["objects"][0]["members"][0]["motion"]["velocity_m_s"] = [2.0, 0.0, 0.0]
    with pytest.raises(InputError, match="key does not fit"):
        sample_from_json(recipe)
    recipe["objects"][0]["members"][0]["motion"] = 3
    with pytest.raises(InputError, match="wrong type"):
        sample_from_json(recipe)


def test_every_declaration_says_what_it_is() -> None:
    assert [p.name for p in MOTION_PARAMETERS] == ["velocity_m_s", "axes"]
    assert all(p.help.endswith(".") for p in MOTION_PARAMETERS)
