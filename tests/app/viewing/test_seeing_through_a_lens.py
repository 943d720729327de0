"""Lines of the world behind a lens and a rolling shutter, rays back out, and the rim of what a lens shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.app.viewing.projecting import meet_plane, nearest_on_axis, project_segments, ray_through
from myriorama.app.viewing.scenery import frustum_segments
from myriorama.scenes.cameras.camera import Camera, Distortion

PLAIN = Camera(np.eye(4), 320, 240, 200.0, 200.0, 160.0, 120.0)
BARREL = replace(PLAIN, distortion=Distortion("brown_conrady", (-0.25, 0.05, 0.001, 0.0)))
FISHEYE = replace(PLAIN, fx=110.0, fy=110.0, distortion=Distortion("kannala_brandt", (0.0, 0.0, 0.0, 0.0)))
ROLLING = replace(PLAIN, readout_s=0.05, velocity_m_s=(4.0, 0.0, 0.0))


@pytest.mark.parametrize("camera", [BARREL, FISHEYE, ROLLING], ids=["barrel", "fisheye", "rolling"])
def test_a_line_becomes_a_curve_that_stays_on_the_line(camera: Camera) -> None:
    start, end = np.array([[-2.0, -0.9, 0.4]]), np.array([[1.5, 1.2, 3.0]])
    a, b, line = project_segments(camera, start, end)
    assert set(line.tolist()) == {0}
    assert len(a) > 8
    assert np.abs(a[1:, :2] - b[:-1, :2]).max() < 1e-9  # without gaps
    share = np.linspace(0, 1, 500)[:, None]
    true, depth = camera.project(start + share * (end - start))
    true = true[depth > 0.05]
    # Every point of the curve lies within a fifth of a pixel of a drawn piece.
    pieces = b[:, :2] - a[:, :2]
    way = ((true[:, None] - a[:, :2]) * pieces).sum(axis=2) / (pieces**2).sum(axis=1)
    nearest = a[:, :2] + np.clip(way, 0, 1)[..., None] * pieces
    inside = ((true > 0) & (true < (320, 240))).all(axis=1)
    assert np.linalg.norm(true[:, None] - nearest, axis=2).min(axis=1)[inside].max() < 0.2


def test_pieces_that_the_lens_does_not_show_are_left_out() -> None:
    folding = replace(PLAIN, distortion=Distortion("brown_conrady", (-0.4, 0.0, 0.0, 0.0)))
    a, b, line = project_segments(folding, np.array([[-3.0, 0.0, 1.0]] * 2), np.array([[3.0, 0.0, 1.0]] * 2))
    assert np.isfinite(a).all()
    assert np.isfinite(b).all()
    assert np.bincount(line).tolist() == [len(a) // 2] * 2
    assert np.abs(a[:, 0] - 160).max() < 200 * 0.92


def test_a_moving_line_leans_with_the_shutter() -> None:
    up, down = np.array([[0.0, -0.5, 1.0]]), np.array([[0.0, 0.5, 1.0]])
    still, _, _ = project_segments(replace(PLAIN, readout_s=0.05), up, down)
    a, b, _ = project_segments(replace(PLAIN, readout_s=0.05), up, down, velocity_m_s=np.array([2.0, 0.0, 0.0]))
    assert np.abs(still[:, 0] - 160).max() < 1e-9
    rows = 0.5 * 200 / 240  # half a metre over the picture's height
    assert b[-1, 0] - a[0, 0] == pytest.approx(2.0 * 0.05 * 2 * rows * 200.0)


@pytest.mark.parametrize("camera", [BARREL, FISHEYE, ROLLING], ids=["barrel", "fisheye", "rolling"])
def test_a_ray_meets_the_point_whose_pixel_it_leaves(camera: Camera) -> None:
    point = np.array([0.4, -0.3, 1.9])
    x, y = camera.project(point[None])[0][0]
    origin, way = ray_through(camera, x, y)
    met = meet_plane(origin, way, point, np.array([0.0, 0.2, 1.0]))
    assert met is not None
    assert met == pytest.approx(point)


def test_a_ray_where_the_lens_shows_nothing_meets_nothing() -> None:
    origin, way = ray_through(FISHEYE, -60.0, 120.0)
    assert meet_plane(origin, way, np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0])) is None
    assert nearest_on_axis(origin, way, np.zeros(3), np.array([1.0, 0.0, 0.0])) is None


def test_the_rim_of_a_fisheye_is_that_of_what_it_shows() -> None:
    round_ = replace(FISHEYE, fx=60.0, fy=60.0)  # the circle of 89.5 degrees is 93.7 pixels about the middle
    segments = frustum_segments(round_, 2.0)
    assert np.isfinite(segments).all()
    assert np.linalg.norm(segments, axis=2).max() < 2.6
    rim = segments[:48, 0]
    angle = np.degrees(np.arccos(rim[:, 2] / np.linalg.norm(rim, axis=1)))
    assert angle.max() < 89.5
    assert angle.max() > 86.0
