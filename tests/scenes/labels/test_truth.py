"""Truth read from the surface ids: areas, boxes, masks and identity against the plain definition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.labels.record import Box
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.rendering.frame import Frame


def test_areas_boxes_masks_and_codes_are_those_of_each_id(table_frames):
    for scene, frame in table_frames:
        truth = Truth.of(frame, scene)
        for i in range(len(scene.instances)):
            own = scene.instance_of_surface[frame.surface_id] == i + 1
            assert truth.area_px[i] == own.sum()
            if not own.any():
                assert i not in truth.boxes
                assert truth.visible_mask(i).size == 0
                continue
            y, x = np.nonzero(own)
            box = Box(x.min(), y.min(), x.max() - x.min() + 1, y.max() - y.min() + 1)
            assert truth.boxes[i] == box
            assert np.array_equal(truth.visible_mask(i), own[box.y : box.y + box.h, box.x : box.x + box.w])


def test_a_run_that_turns_into_the_next_column_reaches_both_rows(scene_kit):
    scene = scene_kit.scene(
        scene_kit.looking((0, -1, 0), (0, 0, 0), 4, 3, 4.0),
        [scene_kit.instance("ball/0", scene_kit.shapes.sphere(0.1), scene_kit.pose_at())],
    )
    ids = np.zeros((3, 4), dtype=np.uint32)
    ids[2, 1] = ids[0, 2] = 1
    truth = Truth.of(Frame(scene.sample_key, 4, 3, "none", surface_id=ids), scene)
    assert truth.boxes == {0: Box(1, 0, 2, 3)}
    assert len(truth.runs.starts) == 1


def test_ids_that_the_table_does_not_hold_are_told_and_belong_to_nobody(table_frames):
    scene, frame = table_frames[0]
    ids = frame.surface_id.copy()
    ids[0, :3] = (500, 4_000_000_000, 500)
    truth = Truth.of(replace(frame, surface_id=ids), scene)
    assert truth.unknown_surface_ids == (500, 4_000_000_000)
    assert not truth.instance_id[0, :3].any()
    assert not truth.class_id[0, :3].any()


def test_a_frame_without_truth_or_of_another_size_is_refused(table_frames):
    scene, frame = table_frames[0]
    with pytest.raises(ValueError, match="truth pass"):
        Truth.of(replace(frame, surface_id=None), scene)
    with pytest.raises(ValueError, match="camera's image"):
        Truth.of(replace(frame, surface_id=frame.surface_id[1:]), scene)
