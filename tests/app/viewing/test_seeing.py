"""Lines through the camera, ids in tiles, samples in order."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.app.viewing.layers import TILE_PX, boxes_of_ids, depth_at, depth_range, tiles_of
from myriorama.app.viewing.projecting import meet_plane, nearest_on_axis, project_segments, ray_through
from myriorama.app.viewing.stepping import LAST_INDEX, shuffled, stepped
from myriorama.scenes.cameras.camera import Camera

CAMERA = Camera(np.eye(4), 320, 240, 300.0, 310.0, 160.0, 120.0)


def test_lines_are_cut_where_they_pass_behind() -> None:
    starts = np.array([[0.0, 0.0, -1.0], [0.1, 0.0, 2.0], [0.0, 0.0, -2.0]])
    ends = np.array([[0.0, 0.2, 1.0], [0.2, 0.1, 4.0], [1.0, 0.0, -1.0]])
    a, b, line = project_segments(CAMERA, starts, ends, near_m=0.5)
    assert line.tolist() == [0, 1]
    assert a[0, 2] == pytest.approx(0.5)
    assert a[0, 1] == pytest.approx(120.0 + 310.0 * 0.15 / 0.5)
    assert b[1, :2] == pytest.approx(CAMERA.project(ends[1:2])[0][0])


def test_a_ray_goes_through_the_point_that_projects_there() -> None:
    point = np.array([0.3, -0.2, 1.7])
    x, y = CAMERA.project(point[None])[0][0]
    origin, way = ray_through(CAMERA, x, y)
    met = meet_plane(origin, way, point, np.array([0.2, 0.1, 1.0]))
    assert met is not None
    assert met == pytest.approx(point)
    assert meet_plane(origin, way, point, np.cross(way, [0.0, 1.0, 0.0])) is None
    axis = np.array([1.0, 0.0, 0.0])
    assert nearest_on_axis(origin, way, point - 0.4 * axis, axis) == pytest.approx(0.4)


def test_tiles_hold_every_edge_and_every_mask_once() -> None:
    rng = np.random.default_rng(5)
    ids = np.zeros((117, 203), dtype=np.uint32)
    for k in range(1, 9):
        x, y, s = rng.integers(0, 190), rng.integers(0, 105), rng.integers(1, 60)
        ids[y : y + s, x : x + s] = k
    has_mask = np.array([False, True, True, False, True, True, True, True, True])
    tiles = tiles_of(ids, has_mask)
    for row in range(tiles.edge.shape[0]):
        for column in range(tiles.edge.shape[1]):
            part = np.s_[row * TILE_PX : (row + 1) * TILE_PX, column * TILE_PX : (column + 1) * TILE_PX]
            if len(np.unique(ids[part])) > 1:
                assert tiles.edge[row, column]
            if has_mask[ids[part]].any():
                assert tiles.lit[row, column]
    grown = tiles.grown(3.0)
    assert not (grown & (tiles.lit & ~grown)).any()
    assert (grown | ~tiles.edge).all()
    assert tiles.spots(np.ones_like(tiles.edge)).max(axis=0).tolist() == [203.0, 117.0]


def test_boxes_are_the_extents_of_the_ids() -> None:
    ids = np.zeros((40, 60), dtype=np.uint32)
    ids[3:17, 5:9] = 2
    ids[:, 30] = 1
    ids[10:20, 31:33] = 3
    for number, box in boxes_of_ids(ids).items():
        rows, columns = np.nonzero(ids == number + 1)
        assert (box.x, box.y) == (columns.min(), rows.min())
        assert (box.w, box.h) == (columns.max() - columns.min() + 1, rows.max() - rows.min() + 1)
    assert boxes_of_ids(np.zeros((4, 4), dtype=np.uint32)) == {}


def test_depth_ends_are_what_is_hit() -> None:
    depth = np.zeros((64, 64), dtype=np.float32)
    assert depth_range(depth) == (0.1, 1.0)
    depth[8:56, 8:56] = np.linspace(0.5, 4.0, 48, dtype=np.float32)
    near, far = depth_range(depth)
    assert near == pytest.approx(0.5, abs=0.3)
    assert far <= 4.0
    assert depth_at(0.0, (0.5, 4.0)) == 0.5
    assert depth_at(1.0, (0.5, 4.0)) == pytest.approx(4.0)


def test_steps_stay_in_the_series_and_shuffles_are_repeatable() -> None:
    assert stepped(0, -1) == 0
    assert stepped(LAST_INDEX, 1) == LAST_INDEX
    found = [shuffled(i, 1000, None) for i in range(200)]
    assert found == [shuffled(i, 1000, None) for i in range(200)]
    assert all(0 <= f < 1000 and f != i for i, f in enumerate(found))
    assert len(set(found)) > 150
    assert shuffled(7, 1, None) == 0
