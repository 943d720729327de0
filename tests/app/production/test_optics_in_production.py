"""Optics from the project to the record: at rest the very bytes of a project without them, else labels that hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app import open_project
from myriorama.app.dataset.verify_record import check_stored
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.stored import record_to_json
from myriorama.scenes.labels.violation import Violation

pytestmark = pytest.mark.gl
AT_REST: list[dict[str, Any]] = [
    {"uid": "lens", "type": "lens_distortion", "parameters": {"strength": 0.0}},
    {"uid": "focus", "type": "depth_of_field", "parameters": {"strength": 0.0}},
    {"uid": "blur", "type": "shutter", "parameters": {"shutter_s": 0.0, "speed_right_m_s": 3.0}},
    {"uid": "roll", "type": "rolling_shutter", "parameters": {"readout_s": 0.0, "pan_right_deg_s": 90.0}},
]
LENS: list[dict[str, Any]] = [
    {"uid": "lens", "type": "lens_distortion", "parameters": {"k1": -0.3, "k2": 0.09, "p1": 0.003, "p2": -0.002}}
]
ROLLING: list[dict[str, Any]] = [
    {"uid": "roll", "type": "rolling_shutter", "parameters": {"readout_s": 0.04, "pan_right_deg_s": 40.0}}
]


def first(path: Path) -> Record:
    with open_project(path) as opened:
        return opened.record(0)


def with_effects(nodes: list[dict[str, Any]], **group: Any) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        raw["effects"] = nodes
        raw["objects"][0].update(group)

    return change


def test_at_rest_and_switched_off_are_the_bytes_of_a_project_without(small_project: Callable[..., Path]) -> None:
    plain = first(small_project())
    full = [{**n, "enabled": False, "parameters": {}} for n in AT_REST]
    for nodes in (AT_REST, full):
        record = first(small_project(with_effects(nodes)))
        for name in ("rgb", "surface_id", "depth", "normal", "object_coordinates"):
            assert np.array_equal(getattr(record.frame, name), getattr(plain.frame, name)), name
        told, before = record_to_json(record, {}), record_to_json(plain, {})
        for name in ("camera", "annotations", "hidden", "surfaces", "resolved"):
            assert json.dumps(told[name]) == json.dumps(before[name]), name


@pytest.mark.parametrize("nodes", [LENS, ROLLING, LENS + ROLLING], ids=["lens", "rolling", "both"])
def test_labels_follow_and_keep_the_contract(small_project: Callable[..., Path], nodes: list[dict[str, Any]]) -> None:
    motion = {"velocity_m_s": [{"uniform": [0.5, 1.0]}, 0.2, 0.0]}
    plain = first(small_project())
    record = first(small_project(with_effects(nodes, motion=motion)))
    assert check(record) == []
    assert not np.array_equal(record.frame.surface_id, plain.frame.surface_id)
    stored = json.loads(json.dumps(record_to_json(record, {})))
    told = stored["camera"]
    assert ("distortion" in told, "readout_s" in told) == (nodes[0]["uid"] == "lens", nodes[-1]["uid"] == "roll")
    assert verified(stored, record) == []
    assert any(a["keypoints"] for a in stored["annotations"])
    for name in {"distortion", "readout_s"} & set(told):
        without = {**stored, "camera": {k: v for k, v in told.items() if k != name}}
        assert any("not where it projects to" in v.message for v in verified(without, record)), name


def verified(stored: dict[str, Any], record: Record) -> list[Violation]:
    """Return what a check of the written record alone finds."""
    info = DatasetInfo("small", "f" * 64, 7, record.frame.width, record.frame.height, record.scene.classes)
    sample = {"key": stored["key"], "index": stored["index"]}
    return list(check_stored(Path(), stored, sample, info, set()))


def test_motion_is_drawn_for_each_object_and_stored(small_project: Callable[..., Path]) -> None:
    motion = {"velocity_m_s": [{"uniform": [0.5, 1.0]}, 0.0, 0.0], "axes": "object"}
    plain, record = first(small_project()), first(small_project(with_effects([], motion=motion)))
    moving = [i for i in record.scene.instances if any(i.velocity_m_s)]
    assert len(moving) == len(record.sample.objects[0].members) > 1
    for instance in moving:
        member = record.sample.objects[0].members[instance.number]
        speed = member.motion["velocity_m_s"][0]
        assert 0.5 <= speed <= 1.0
        along = instance.world_from_object[:3, 0]
        assert instance.velocity_m_s == pytest.approx(speed * along / np.linalg.norm(along))
    assert len({i.velocity_m_s for i in moving}) == len(moving)
    stored = {i["instance_key"]: i for i in record_to_json(record, {})["resolved"]["instances"]}
    assert stored[moving[0].instance_key]["velocity_m_s"] == list(moving[0].velocity_m_s)
    assert "velocity_m_s" not in stored[record.scene.instances[0].instance_key]
    # Nothing else is drawn differently, and without a shutter nothing is seen of it.
    old = [{k: v for k, v in m.items() if k != "motion"} for m in _members(record)]
    assert old == _members(plain)
    assert np.array_equal(record.rgb, plain.rgb)


def _members(record: Record) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = record_to_json(record, {})["drawn"]["objects"][0]["members"]
    return drawn


def test_two_lenses_are_told_before_anything_is_rendered(small_project: Callable[..., Path]) -> None:
    both = [*LENS, {"uid": "eye", "type": "fisheye"}]
    with pytest.raises(ProjectError, match="one of the two, the other switched off or removed"):
        first(small_project(with_effects(both)))
