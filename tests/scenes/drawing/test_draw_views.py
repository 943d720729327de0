"""What is drawn where several cameras are mounted on the rig: one world for all of them, and their own places."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from myriorama.plugins.splitting import Split
from myriorama.scenes.cameras.views import VIEW_PARAMETERS
from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.drawing.plan import Plan, compile_plan
from myriorama.scenes.errors import InputError, ProjectError
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry
from myriorama.scenes.sample import SceneSample, first_view_key, sample_from_json, sample_to_json

LEFT: dict[str, Any] = {"uid": "l", "name": "left", "parameters": {"right_m": {"uniform": [-0.1, -0.05]}}}
RIGHT: dict[str, Any] = {"uid": "r", "name": "right", "parameters": {"right_m": {"linked": "-@l.right_m"}}}
THIRD: dict[str, Any] = {"uid": "t", "name": "top", "parameters": {"down_m": -0.2, "yaw_deg": {"uniform": [-5, 5]}}}
WORLD = ("rig", "lens", "environment", "lights", "stage", "objects", "effects")


@pytest.fixture
def plan_of(tree: dict[str, Any], fake_registry: Registry, fake_shipped: Shipped) -> Any:
    def make(*views: dict[str, Any]) -> Plan:
        camera = {**tree["camera"], **({"views": list(views)} if views else {})}
        project = Project.model_validate({**tree, "camera": camera})
        return compile_plan(project, fake_registry, None, replace(fake_shipped, view=VIEW_PARAMETERS))

    return make


def world(sample: SceneSample) -> list[Any]:
    return [getattr(sample, name) for name in WORLD]


def test_views_of_a_scene_hold_one_world(plan_of: Any) -> None:
    plan = plan_of(LEFT, RIGHT)
    for scene in range(5):
        left, right = plan.draw(2 * scene), plan.draw(2 * scene + 1)
        assert (left.scene_number, left.view_number, left.view.name) == (scene, 0, "left")
        assert (right.scene_number, right.view_number, right.view.name) == (scene, 1, "right")
        assert world(left) == world(right)
        assert left.views == right.views
        assert right.view.values["right_m"] == -left.view.values["right_m"]
    assert world(plan.draw(0)) != world(plan.draw(2))
    assert plan.draw(0).views != plan.draw(2).views


def test_more_views_change_no_value_that_was_drawn(plan_of: Any) -> None:
    none, one, two, three = plan_of(), plan_of(LEFT), plan_of(LEFT, RIGHT), plan_of(LEFT, RIGHT, THIRD)
    for scene in range(4):
        for attempt in (0, 2):
            alone = none.draw(scene, attempt)
            several = [p.draw(n * scene, attempt) for n, p in ((1, one), (2, two), (3, three))]
            assert all(world(s) == world(alone) for s in several)
            assert all(s.views[0] == several[0].views[0] for s in several)


def test_a_project_without_views_has_the_recipes_that_it_had(plan_of: Any) -> None:
    sample = plan_of().draw(7)
    told = sample_to_json(sample)
    assert "views" not in told
    assert sample.view is None
    assert (sample.scene_number, sample.view_number) == (7, 0)
    assert first_view_key(sample.key) == sample.key
    assert len(sample.key) == 25


def test_recipes_of_views_come_back(plan_of: Any) -> None:
    plan = plan_of(LEFT, RIGHT, THIRD)
    for index in range(6):
        sample = plan.draw(index)
        assert sample_from_json(json.loads(json.dumps(sample_to_json(sample)))) == sample
    told = sample_to_json(plan.draw(1))
    told["views"][0]["values"]["right_m"] = 0.5
    with pytest.raises(InputError, match="changed after it was drawn"):
        sample_from_json(told)
    with pytest.raises(InputError, match="values"):
        sample_from_json({**told, "views": [{"uid": "l", "name": "left"}]})


def test_keys_tell_the_scene_and_the_view(plan_of: Any) -> None:
    plan = plan_of(LEFT, RIGHT, THIRD)
    keys = [plan.draw(index).key for index in range(9)]
    assert len(set(keys)) == 9
    for index, key in enumerate(keys):
        assert key.startswith(f"{index:08d}-")
        assert key.endswith(f"-v{index % 3}")
        assert first_view_key(key) == keys[index - index % 3]
    assert plan.draw(3, 1).key != keys[3]


def test_no_part_of_a_split_sees_what_another_sees_from_beside(plan_of: Any) -> None:
    plan = plan_of(LEFT, RIGHT)
    split = Split((0.5, 0.25, 0.25), salt="x")
    parts = [split.part_of({"key": plan.draw(index).key}) for index in range(120)]
    assert parts[::2] == parts[1::2]
    assert set(parts) == {"train", "val", "test"}
    single = plan_of()
    alone = [split.part_of({"key": single.draw(index).key}) for index in range(60)]
    assert set(alone) == {"train", "val", "test"}
    drawn = [{"key": s.key, "drawn": sample_to_json(s)} for s in (plan.draw(0), plan.draw(1))]
    assert len({Split((0.5, 0.5, 0.0), "l/right_m").place_of(s) for s in drawn}) == 1


@pytest.mark.parametrize(
    ("views", "told"),
    [
        ((LEFT, {**RIGHT, "name": "left"}), "a name of its own"),
        ((LEFT, {**RIGHT, "uid": "l"}), "a uid of its own"),
        ((LEFT, {**RIGHT, "uid": "mugs"}), "uid is already"),
        (({**LEFT, "parameters": {"right": 0.1}},), "right_m"),
        (({**LEFT, "parameters": {"yaw_deg": 900}},), "yaw_deg"),
        (({**LEFT, "parameters": {"right_m": {"linked": "@nobody.right_m"}}},), "nobody"),
        (({**LEFT, "parameters": {"right_m": {"uniform": [2, 1]}}},), "uniform"),
    ],
)
def test_views_that_cannot_be_are_refused_by_their_place(plan_of: Any, views: Any, told: str) -> None:
    with pytest.raises(ProjectError, match=r"camera\.views\[\d\]") as refusal:
        plan_of(*views)
    assert told in str(refusal.value)
