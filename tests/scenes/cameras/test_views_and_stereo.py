"""Views on a rig, held against OpenCV's stereo geometry and against motion by small steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.distortion import Distortion
from myriorama.scenes.cameras.motion import pose_at
from myriorama.scenes.cameras.rigs import camera_from
from myriorama.scenes.cameras.stereo import first_from_view, rectified, rig_to_json, stereo_of
from myriorama.scenes.cameras.views import VIEW_PARAMETERS, RigView, lens_of_view, mounted, rig_from_view

W, H = 640, 480
RNG = np.random.default_rng(4)
LENS = {"field_of_view_deg": 55.0, "shift_x": 0.02, "shift_y": -0.01}


def body(**lens: Any) -> Camera:
    values = {"azimuth_deg": 33.0, "elevation_deg": 41.0, "distance_m": 1.4, "roll_deg": 7.0}
    return camera_from("orbit", values, LENS | lens, W, H)


def view(name: str, camera: Camera | None = None, **values: float) -> RigView:
    pose = rig_from_view(values)
    return RigView(name, mounted(camera or body(), pose), pose)


PAIR = (view("left", right_m=-0.06), view("right", right_m=0.06))


def points(count: int = 60) -> npt.NDArray[np.float64]:
    return np.asarray(RNG.uniform((-0.3, -0.3, 0.0), (0.3, 0.3, 0.4), (count, 3)))


def test_a_view_that_is_not_moved_is_the_rig_s_camera() -> None:
    camera = body()
    assert np.array_equal(mounted(camera, rig_from_view({})).world_from_camera, camera.world_from_camera)
    assert mounted(camera, rig_from_view({})).optics() == camera.optics()


@pytest.mark.parametrize(
    ("values", "axis", "way"),
    [
        ({"right_m": 0.1}, 0, 1.0),
        ({"down_m": 0.1}, 1, 1.0),
        ({"forward_m": 0.1}, 2, 1.0),
    ],
)
def test_offsets_are_along_the_rig_s_own_axes(values: dict[str, float], axis: int, way: float) -> None:
    camera = body()
    moved = mounted(camera, rig_from_view(values)).world_from_camera
    step = moved[:3, 3] - camera.world_from_camera[:3, 3]
    np.testing.assert_allclose(step, 0.1 * way * camera.world_from_camera[:3, axis], atol=1e-15)
    np.testing.assert_array_equal(moved[:3, :3], camera.world_from_camera[:3, :3])


def test_a_yaw_looks_right_a_pitch_looks_up_and_a_roll_tips_clockwise() -> None:
    camera = body()
    ahead = camera.world_from_camera[:3, 3] + camera.world_from_camera[:3, 2]
    aside = ahead + 0.1 * camera.world_from_camera[:3, 0]
    turned = mounted(camera, rig_from_view({"yaw_deg": 5.0})).project(ahead[None])[0][0]
    tipped = mounted(camera, rig_from_view({"pitch_deg": 5.0})).project(ahead[None])[0][0]
    rolled = mounted(camera, rig_from_view({"roll_deg": 20.0})).project(aside[None])[0][0]
    straight = camera.project(np.stack([ahead, aside]))[0]
    assert turned[0] < straight[0][0] - 20, "the camera turned right, so what was ahead is now on its left"
    assert tipped[1] > straight[0][1] + 20, "the camera tipped up, so what was ahead is now below"
    assert rolled[1] < straight[1][1] - 5, "the camera tipped clockwise, so what was to the right went up"


def test_turns_are_about_the_view_s_own_axes_in_order() -> None:
    """Yaw, pitch, roll, each about the axes that the ones before left: OpenCV's Rodrigues, multiplied up."""
    pose = rig_from_view({"yaw_deg": 20.0, "pitch_deg": -35.0, "roll_deg": 50.0})
    expected = np.eye(3)
    for axis, degrees in ((1, 20.0), (0, -35.0), (2, 50.0)):
        expected = expected @ cv2.Rodrigues(np.radians(degrees) * np.eye(3)[axis])[0]
    np.testing.assert_allclose(pose[:3, :3], expected, atol=1e-14)


def test_a_view_has_its_own_field_of_view_or_the_rig_s_lens() -> None:
    long = {"focal_length_mm": 50.0, "sensor_width_mm": 36.0}
    assert lens_of_view(long, {"field_of_view_deg": 0.0}) is long
    wide = camera_from("orbit", {}, lens_of_view(long, {"field_of_view_deg": 90.0}), W, H)
    assert wide.fx == pytest.approx(W / 2)
    assert {p.default for p in VIEW_PARAMETERS} == {0.0}


def test_a_rig_is_rigid_while_it_moves() -> None:
    """Where a moved view stands shortly before and after, against the rig's own pose at these instants."""
    rig = replace(body(), velocity_m_s=(0.4, -0.2, 1.5), angular_velocity_rad_s=(0.3, -0.8, 0.5))
    pose = rig_from_view({"right_m": 0.3, "forward_m": -0.2, "yaw_deg": 40.0, "pitch_deg": 10.0})
    seen = mounted(rig, pose)
    step = 1e-5
    for time_s in (-step, step):
        body_then = pose_at(rig.world_from_camera, rig.velocity_m_s, rig.angular_velocity_rad_s, time_s)
        view_then = pose_at(seen.world_from_camera, seen.velocity_m_s, seen.angular_velocity_rad_s, time_s)
        np.testing.assert_allclose(view_then, body_then @ pose, atol=1e-9)
    np.testing.assert_allclose(seen.velocity_m_s, pose[:3, :3].T @ (rig.velocity_m_s + np.cross(
        rig.angular_velocity_rad_s, pose[:3, 3])), atol=1e-15)  # fmt: skip


def test_disparity_is_focal_length_by_baseline_over_depth() -> None:
    world = points()
    left, depth = PAIR[0].camera.project(world)
    right, depth_right = PAIR[1].camera.project(world)
    np.testing.assert_allclose(depth, depth_right, rtol=1e-12)
    np.testing.assert_allclose(left[:, 1], right[:, 1], atol=1e-9)
    pair = stereo_of(PAIR, 0)
    assert pair is not None
    assert (pair.partner, pair.side) == (1, "left")
    assert pair.baseline_m == pytest.approx(0.12, abs=1e-15)
    np.testing.assert_allclose(left[:, 0] - right[:, 0], PAIR[0].camera.fx * 0.12 / depth, rtol=1e-11)
    other = stereo_of(PAIR, 1)
    assert other is not None
    assert (other.partner, other.side, other.baseline_m) == (0, "right", pair.baseline_m)


def test_opencv_finds_the_points_again_from_disparity() -> None:
    """stereoRectify has nothing to rectify, and its Q takes column, row and disparity back to the point."""
    one, other = PAIR[0].camera, PAIR[1].camera
    across = np.linalg.inv(first_from_view(PAIR, 1))
    nothing = np.zeros(5)
    r1, r2, p1, p2, q, *_ = cv2.stereoRectify(
        one.K_opencv, nothing, other.K_opencv, nothing, (W, H), across[:3, :3], across[:3, 3:],
        flags=cv2.CALIB_ZERO_DISPARITY, alpha=-1)  # fmt: skip
    np.testing.assert_allclose(r1, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(r2, np.eye(3), atol=1e-12)
    assert p2[0, 3] / p2[0, 0] == pytest.approx(-0.12)
    world = points()
    pixels, depth = one.project(world)
    # Its new K may have another principal point: pixels are brought there by the old one.
    plane = (pixels - 0.5 - one.K_opencv[:2, 2]) / (one.fx, one.fy)
    x, y = plane[:, 0] * p1[0, 0] + p1[0, 2], plane[:, 1] * p1[1, 1] + p1[1, 2]
    disparity = p1[0, 0] * 0.12 / depth
    found = cv2.perspectiveTransform(np.stack([x, y, disparity], axis=1)[None], q)[0]
    expected = world @ one.camera_from_world[:3, :3].T + one.camera_from_world[:3, 3]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_opencv_triangulates_what_any_two_views_see() -> None:
    rig = (
        view("front", right_m=0.1, yaw_deg=-4.0),
        view("above", body(field_of_view_deg=70.0), down_m=-0.3, pitch_deg=-12.0, roll_deg=9.0),
    )
    world = points()
    matrices = []
    for number, seen in enumerate(rig):
        view_from_first = np.linalg.inv(first_from_view(rig, number))
        matrices.append(seen.camera.K @ view_from_first[:3])
    first, second = (seen.camera.project(world)[0].T for seen in rig)
    found = cv2.triangulatePoints(matrices[0], matrices[1], first, second)
    in_first = (found[:3] / found[3]).T
    pose = rig[0].camera.world_from_camera
    np.testing.assert_allclose(in_first @ pose[:3, :3].T + pose[:3, 3], world, atol=1e-9)


@pytest.mark.parametrize(
    "other",
    [
        view("o", right_m=0.06, down_m=1e-6),
        view("o", right_m=0.06, forward_m=1e-6),
        view("o", right_m=0.06, yaw_deg=1e-5),
        view("o", right_m=-0.06),
        view("o", body(field_of_view_deg=55.1), right_m=0.06),
        view("o", replace(body(), readout_s=0.01), right_m=0.06),
        view("o", replace(body(), distortion=Distortion("brown_conrady", (-0.1, 0.0, 0.0, 0.0, 0.0))), right_m=0.06),
        view("o", body().resized(320, 240), right_m=0.06),
    ],
    ids=["lower", "behind", "turned", "same place", "another lens", "rolling", "distorted", "another size"],
)
def test_what_is_no_rectified_pair_has_no_disparity(other: RigView) -> None:
    assert rectified(PAIR[0], other) is None
    assert stereo_of((PAIR[0], other), 0) is None
    assert rig_to_json((PAIR[0], other))["rectified"] == []


def test_of_several_partners_the_nearest_counts() -> None:
    rig = (view("a", right_m=0.0), view("b", right_m=0.3), view("c", right_m=0.1), view("d", down_m=0.05))
    found = [stereo_of(rig, n) for n in range(4)]
    assert [pair and pair.partner for pair in found] == [2, 2, 0, None]
    told = rig_to_json(rig)
    assert [(p["left"], p["right"]) for p in told["rectified"]] == [("a", "b"), ("a", "c"), ("c", "b")]
    assert [v["name"] for v in told["views"]] == ["a", "b", "c", "d"]
    np.testing.assert_allclose(told["views"][3]["first_from_view"], rig_from_view({"down_m": 0.05}))
