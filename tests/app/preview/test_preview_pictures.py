"""What the preview process shows: finals that are an export's, drafts that follow a drag, looks from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from myriorama.app.document.addresses import Address, write
from myriorama.app.judging.recipes import recipe_hash
from myriorama.app.opened import OpenedProject
from myriorama.app.preview.drawn import drawn_values
from myriorama.app.preview.frames import SampleFrame, View
from myriorama.app.preview.holding import HELD
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.stored import annotation_to_json
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.gl
HEIGHT = Address("mugs", "parameters", "height_m")


def stretched(project: Project, high_m: float) -> Project:
    return write(project, HEIGHT, {"uniform": [0.08, high_m]})


def assert_same(frame: SampleFrame, record: Record) -> None:
    """The frame is the record, to the bit."""
    assert frame.final
    assert np.array_equal(frame.rgb, record.rgb)
    assert np.array_equal(frame.surface_id, record.frame.surface_id)
    assert np.array_equal(frame.depth, record.frame.depth)
    assert frame.sample_key == record.key
    assert frame.recipe_hash == recipe_hash(record.sample)
    assert str(frame.device) == record.frame.device
    assert [annotation_to_json(a) for a in frame.annotations] == [annotation_to_json(a) for a in record.annotations]
    for ours, theirs in zip(frame.annotations, record.annotations, strict=True):
        assert np.array_equal(ours.mask, theirs.mask)
        assert theirs.amodal_mask is not None
        assert ours.amodal_mask is not None
        assert np.array_equal(ours.amodal_mask, theirs.amodal_mask)
    assert frame.surfaces == record.scene.surfaces
    assert frame.classes == record.scene.classes
    assert [i.instance_key for i in frame.instances] == [i.instance_key for i in record.scene.instances]
    for seen, instance in zip(frame.instances, record.scene.instances, strict=True):
        assert np.array_equal(seen.world_from_object, instance.world_from_object)
        assert np.array_equal(seen.bounds, instance.model.bounds)
        assert dict(seen.attributes) == dict(instance.attributes)
    assert np.array_equal(frame.camera.world_from_camera, record.scene.camera.world_from_camera)
    assert np.array_equal(frame.camera.K, record.scene.camera.K)
    assert np.array_equal(frame.dataset_camera.K, record.scene.camera.K)


def test_a_final_is_what_an_export_makes(
    desk: Desk, small: Project, exported: Callable[[Project], OpenedProject]
) -> None:
    attempts = set()
    for index in range(4):
        frame = desk.frame(small, index=index, layers=frozenset({"normal", "object_coordinates"}))
        produced = exported(small).produced(index)
        record = produced.record
        attempts.add(record.sample.attempt)
        assert_same(frame, record)
        assert np.array_equal(frame.normal, record.frame.normal)
        assert np.array_equal(frame.object_coordinates, record.frame.object_coordinates)
        assert dict(frame.refused) == dict(produced.refused)
        assert frame.violations == tuple(str(v) for v in produced.violations)
        assert dict(frame.values) == drawn_values(record.sample, builtin_registry())
        assert frame.unclassed == 0
        assert frame.triangles == sum(len(p.mesh.faces) for i in record.scene.instances for p in i.model.parts)
    assert len(attempts) > 1, "no sample was drawn twice: acceptance was not tried"


def test_a_final_after_a_drag_is_that_of_a_fresh_start(
    desk: Desk, small: Project, exported: Callable[[Project], OpenedProject]
) -> None:
    for step in range(3):
        desk.frame(stretched(small, 0.13 + 0.01 * step), index=1, final=False, width=60, height=45)
    released = stretched(small, 0.15)
    assert_same(desk.frame(released, index=1), exported(released).record(1))
    assert_same(desk.frame(small, index=1), exported(small).record(1))


def test_a_draft_holds_what_falls_and_follows_the_rest(desk: Desk, small: Project) -> None:
    before = desk.frame(small, index=2)
    draft = desk.frame(stretched(small, 0.2), index=2, final=False, width=60, height=45)
    assert not draft.final
    assert (draft.width, draft.height, draft.rgb.shape) == (60, 45, (45, 60, 3))
    assert draft.annotations == ()
    assert draft.violations == ()
    poses = {i.instance_key: i.world_from_object for i in before.instances}
    sizes = {i.instance_key: i.bounds for i in before.instances}
    assert HELD in draft.notes
    for instance in draft.instances:
        if instance.group_uid == "blocks":
            assert np.array_equal(instance.world_from_object, poses[instance.instance_key])
        if instance.group_uid == "mugs":
            assert not np.array_equal(instance.bounds, sizes[instance.instance_key])
    # the draft shows the attempt that was accepted, so that the same objects are seen
    assert {i.instance_key for i in draft.instances} == set(poses)


def test_the_newest_request_wins(desk: Desk, small: Project) -> None:
    desk.frame(small)
    desk.models.forget()
    generations = [desk.service.request(desk.wanted(small, index=index)) for index in range(12)]
    desk.models.until(lambda: any(f.generation == generations[-1] for f in desk.models.frames))
    desk.models.run(0.3)
    assert [f.generation for f in desk.models.frames] == generations[-1:]
    assert desk.models.frames[0].index == 11
    assert desk.models.failures == []


def test_drafts_are_shown_while_newer_ones_wait(desk: Desk, small: Project) -> None:
    desk.frame(small)
    desk.models.forget()
    last = 0
    for step in range(40):
        wanted = desk.wanted(stretched(small, 0.13 + 0.001 * step), final=False, width=60, height=45)
        last = desk.service.request(wanted)
        desk.models.run(0.02)
    desk.models.until(lambda: any(f.generation == last for f in desk.models.frames))
    shown = [f.generation for f in desk.models.frames]
    assert shown == sorted(shown)
    assert len(shown) > 4, "the picture did not follow the drag"


def test_a_late_draft_of_another_sample_is_not_shown(desk: Desk, small: Project) -> None:
    desk.frame(small)
    desk.models.forget()
    desk.service.request(desk.wanted(stretched(small, 0.17), final=False))
    last = desk.service.request(desk.wanted(small, index=3))
    desk.models.until(lambda: any(f.generation == last for f in desk.models.frames))
    assert [f.generation for f in desk.models.frames] == [last]


def test_a_look_shows_the_same_scene_from_elsewhere(desk: Desk, small: Project) -> None:
    plain = desk.frame(small, index=1)
    pose = plain.camera.world_from_camera.copy()
    pose[:3, 3] -= 0.3 * pose[:3, 2]  # step back
    view = View(tuple(pose.ravel().tolist()), 70.0)
    for final in (False, True):
        frame = desk.frame(small, index=1, width=200, height=100, view=view, final=final)
        assert frame.view == view
        assert np.array_equal(frame.camera.world_from_camera, pose)
        assert frame.camera.fx == pytest.approx(100.0 / np.tan(np.radians(35.0)))
        assert np.array_equal(frame.dataset_camera.K, plain.camera.K)
        assert frame.sample_key == plain.sample_key
        assert [i.instance_key for i in frame.instances] == [i.instance_key for i in plain.instances]
    assert frame.annotations
    for annotation in frame.annotations:
        seen = frame.instances[annotation.instance]
        center = seen.world_from_object[:3, :3] @ seen.bounds.mean(axis=0) + seen.world_from_object[:3, 3]
        (x, y), *_ = frame.camera.project(center[None])[0].tolist()
        assert annotation.amodal_box is not None
        box = annotation.amodal_box
        assert box.x <= x <= box.x + box.w
        assert box.y <= y <= box.y + box.h


def test_layers_come_only_when_they_are_looked_at(desk: Desk, small: Project) -> None:
    assert desk.frame(small).normal is None
    with_normals = desk.frame(small, layers=frozenset({"normal"}))
    assert with_normals.object_coordinates is None
    assert with_normals.normal is not None
    lengths = np.linalg.norm(with_normals.normal[with_normals.surface_id > 0], axis=1)
    assert lengths == pytest.approx(1.0, abs=1e-3)


def failing(tree: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> Project:
    copied = json.loads(json.dumps(tree))
    change(copied)
    return parse_project(json.dumps(copied))


def test_a_failing_project_is_told_and_the_next_one_shown(
    desk: Desk, small: Project, small_tree: dict[str, Any]
) -> None:
    def no_class(tree: dict[str, Any]) -> None:
        tree["objects"][0]["class"] = {"attribute": "weight"}

    def no_file(tree: dict[str, Any]) -> None:
        tree["environment"][1] = {"uid": "light", "type": "hdri", "parameters": {"file": "not/there.exr"}}

    def never(tree: dict[str, Any]) -> None:
        tree["acceptance"][0]["at_least"] = 50
        tree["max_attempts"] = 2

    for change, kind, word in ((no_class, "input", "weight"), (no_file, "input", "there.exr"), (never, "refused", "2")):
        desk.models.forget()
        generation = desk.service.request(desk.wanted(failing(small_tree, change)))
        desk.models.until(lambda: bool(desk.models.failures), kind)
        (failure,) = desk.models.failures
        assert (failure.generation, failure.kind) == (generation, kind)
        assert word in failure.message
        assert bool(failure.problems) == (kind == "input")
        assert desk.service.state.value == "ready"
    assert desk.frame(small).final
