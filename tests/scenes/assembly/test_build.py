"""Assembly: from a recipe to a scene, and back again from the stored record of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import PluginError, ProjectError
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.sample import sample_from_json, sample_to_json

PLAIN: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "plain",
    "classes": [{"id": 1, "name": "box"}, {"id": 2, "name": "floor", "kind": "stuff"}],
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 2}}},
    "environment": [{"uid": "floor", "type": "ground_plane", "class": "floor"}],
    "objects": [
        {
            "uid": "boxes",
            "type": "primitive",
            "class": "box",
            "count": 5,
            "parameters": {"size_x_m": {"uniform": [0.05, 0.2]}},
            "materials": {"*": {"base_color": {"palette": ["#ff0000", "#0000ff"]}, "roughness": 0.25}},
            "placement": {
                "uid": "boxes_place",
                "type": "scatter",
                "parameters": {"width_m": 2, "depth_m": 2, "yaw_deg": {"uniform": [0, 360]}},
            },
        }
    ],
}


def project(change: Callable[[dict[str, Any]], None] | None = None) -> Project:
    raw = json.loads(json.dumps(PLAIN))
    if change is not None:
        change(raw)
    return parse_project(json.dumps(raw))


def built(made: Project, index: int = 0) -> Scene:
    registry = builtin_registry()
    return Builder(made, registry, None).build(compile_plan(made, registry).draw(index))


def test_surface_ids_are_dense_and_name_every_part() -> None:
    scene = built(project())
    assert [row.surface_id for row in scene.surfaces] == list(range(1, len(scene.surfaces) + 1))
    assert [i.kind for i in scene.instances] == ["stuff"] + ["thing"] * 5
    assert scene.class_of_surface.tolist() == [0, 2, 1, 1, 1, 1, 1]
    assert scene.instance_of_surface.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_instance_keys_are_uid_and_number() -> None:
    assert [i.instance_key for i in built(project()).instances[1:]] == [f"boxes/{n}" for n in range(5)]


def test_a_material_override_reaches_every_part() -> None:
    parts = [p for i in built(project()).instances[1:] for p in i.model.parts]
    assert {p.material.roughness for p in parts} == {0.25}
    assert {p.material.base_color for p in parts} <= {(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)}


def test_a_scene_is_built_again_from_its_stored_record() -> None:
    made, registry = project(), builtin_registry()
    first = Builder(made, registry, None).build(compile_plan(made, registry).draw(3))
    text = json.dumps({"drawn": sample_to_json(compile_plan(made, registry).draw(3)), "resolved": dict(first.resolved)})
    stored = json.loads(text)
    poses = {i["instance_key"]: np.array(i["world_from_object"]) for i in stored["resolved"]["instances"]}
    again = Builder(made, registry, None).build(sample_from_json(stored["drawn"]), poses=poses)
    assert again.sample_key == first.sample_key
    assert again.surfaces == first.surfaces
    for a, b in zip(first.instances, again.instances, strict=True):
        assert np.array_equal(a.world_from_object, b.world_from_object)
        assert [p.mesh.key for p in a.model.parts] == [p.mesh.key for p in b.model.parts]
        assert [p.material.key for p in a.model.parts] == [p.material.key for p in b.model.parts]


def test_what_finds_no_place_is_told_and_left_out() -> None:
    def crowded(raw: dict[str, Any]) -> None:
        raw["objects"][0]["placement"]["parameters"].update(width_m=0.25, depth_m=0.25, tries=5)

    scene = built(project(crowded))
    told = scene.report["groups"]["boxes"]
    assert told["placed"] < told["asked"] == 5
    assert len(scene.instances) == 1 + told["placed"]
    assert sum(told["rejections"].values()) >= 5 * (told["asked"] - told["placed"])
    assert told["notes"]


def test_a_material_for_a_slot_that_no_part_has_is_told() -> None:
    def misnamed(raw: dict[str, Any]) -> None:
        raw["objects"][0]["materials"]["lid"] = {"roughness": 0.5}

    (note,) = built(project(misnamed)).report["groups"]["boxes"]["notes"]
    assert "'lid'" in note
    assert "slots: " in note
    assert not built(project()).report["groups"]["boxes"]["notes"]


def test_a_class_from_an_attribute_that_is_not_there_names_those_that_are() -> None:
    def wrong(raw: dict[str, Any]) -> None:
        raw["objects"][0]["class"] = {"attribute": "colour"}

    with pytest.raises(ProjectError, match="mass_g"):
        built(project(wrong))


def test_the_same_sample_is_the_same_scene_whatever_was_built_before() -> None:
    made, registry = project(), builtin_registry()
    plan, used = compile_plan(made, registry), Builder(made, registry, None)
    for index in (4, 1, 9):
        used.build(plan.draw(index))
    fresh, later = Builder(made, registry, None).build(plan.draw(2)), used.build(plan.draw(2))
    assert fresh.resolved == later.resolved


NO_POSES = pytest.mark.parametrize(
    "pose",
    [
        np.diag([1.0, 1.0, -1.0, 1.0]),  # a mirror
        np.diag([1.0, 2.0, 1.0, 1.0]),  # two scales
        np.diag([0.0, 0.0, 0.0, 1.0]),
        np.full((4, 4), np.nan),
        np.eye(3),
        np.array([[1, 0.01, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),  # sheared
        np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0.1, 1.0]]),  # a perspective
    ],
)


@NO_POSES
def test_a_pose_that_no_body_can_take_is_refused(pose: np.ndarray) -> None:
    made, registry = project(), builtin_registry()
    sample = compile_plan(made, registry).draw(0)
    with pytest.raises(PluginError, match="boxes/0"):
        Builder(made, registry, None).build(sample, poses={"boxes/0": pose})


@NO_POSES
def test_a_set_piece_that_no_body_can_be_is_refused(pose: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirrored room has no rotation, so its 3D box would be another one than its masks are inside."""
    made, registry = project(), builtin_registry()
    ground = type(registry.environment("ground_plane"))
    rightly = ground.build

    def wrongly(self: Any, values: Any) -> Any:
        parts = rightly(self, values)
        return replace(parts, pieces=tuple(replace(p, world_from_object=pose) for p in parts.pieces))

    monkeypatch.setattr(ground, "build", wrongly)
    with pytest.raises(PluginError, match="environment 'ground_plane' gave floor/0"):
        built(made)
