"""Where rigs put the camera, by projecting known points through the one projection function."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.scenes.cameras.path import along, parse_points
from myriorama.scenes.cameras.rigs import LENS_PARAMETERS, RIGS, camera_from
from myriorama.scenes.errors import ProjectError

W, H = 640, 480


def _pixel(camera, point):
    pixels, depth = camera.project(np.array([point], dtype=np.float64))
    return pixels[0], float(depth[0])


def _is_a_rotation(matrix):
    return np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-12) and math.isclose(np.linalg.det(matrix), 1.0)


@pytest.mark.parametrize("azimuth", [-170.0, -90.0, 0.0, 33.0, 90.0, 250.0])
@pytest.mark.parametrize("elevation", [-90.0, -40.0, 0.0, 35.0, 89.999999, 90.0])
@pytest.mark.parametrize("roll", [0.0, 25.0])
def test_orbit_target_is_at_the_centre_of_the_image(azimuth, elevation, roll):
    target = (0.3, -0.2, 0.5)
    values = {
        "target_m": target,
        "distance_m": 2.5,
        "azimuth_deg": azimuth,
        "elevation_deg": elevation,
        "roll_deg": roll,
    }
    camera = camera_from("orbit", values, {"field_of_view_deg": 50.0}, W, H)
    assert _is_a_rotation(camera.world_from_camera[:3, :3])
    pixel, depth = _pixel(camera, target)
    np.testing.assert_allclose(pixel, [W / 2, H / 2], atol=1e-9)
    assert depth == pytest.approx(2.5)


@pytest.mark.parametrize("azimuth", [0.0, 123.0])
@pytest.mark.parametrize("elevation", [-60.0, 0.0, 30.0, 80.0])
def test_orbit_is_level_and_stands_where_the_angles_say(azimuth, elevation):
    camera = camera_from("orbit", {"azimuth_deg": azimuth, "elevation_deg": elevation, "distance_m": 3.0}, {}, W, H)
    x, y, z = camera.world_from_camera[:3, 3]
    assert math.degrees(math.atan2(y, x)) == pytest.approx(azimuth)
    assert math.degrees(math.asin(z / 3.0)) == pytest.approx(elevation)
    above, _ = _pixel(camera, (0.0, 0.0, 0.1))
    assert above[0] == pytest.approx(W / 2)
    assert above[1] < H / 2


def test_orbit_does_not_flip_as_it_rises_over_the_top():
    poses = [
        camera_from("orbit", {"azimuth_deg": 40.0, "elevation_deg": e}, {}, W, H).world_from_camera
        for e in (89.99, 89.999999, 90.0)
    ]
    np.testing.assert_allclose(poses[0], poses[2], atol=2e-4)
    np.testing.assert_allclose(poses[1], poses[2], atol=2e-8)


def test_look_at_straight_down_has_plus_y_at_the_top():
    camera = camera_from("look_at", {"position_m": (1.0, 2.0, 3.0), "target_m": (1.0, 2.0, 0.0)}, {}, W, H)
    north, _ = _pixel(camera, (1.0, 2.5, 0.0))
    east, _ = _pixel(camera, (1.5, 2.0, 0.0))
    assert north[1] < H / 2
    assert north[0] == pytest.approx(W / 2)
    assert east[0] > W / 2
    assert east[1] == pytest.approx(H / 2)


def test_look_at_roll_turns_the_picture_the_other_way():
    straight = {"position_m": (0.0, -2.0, 0.0), "target_m": (0.0, 0.0, 0.0), "roll_deg": 0.0}
    level = camera_from("look_at", straight, {}, W, H)
    rolled = camera_from("look_at", straight | {"roll_deg": 90.0}, {}, W, H)
    right_of_centre, _ = _pixel(level, (0.3, 0.0, 0.0))
    assert right_of_centre[0] > W / 2
    now_at_the_top, _ = _pixel(rolled, (0.3, 0.0, 0.0))
    np.testing.assert_allclose(now_at_the_top, [W / 2, H / 2 - (right_of_centre[0] - W / 2)], atol=1e-9)


@pytest.mark.parametrize("heading", [0.0, 90.0, 200.0])
def test_top_down_heading_points_up_in_the_image(heading):
    camera = camera_from("top_down", {"center_m": (1.0, 1.0, 0.2), "height_m": 2.0, "heading_deg": heading}, {}, W, H)
    assert camera.world_from_camera[2, 3] == pytest.approx(2.2)
    ahead = (1.0 + 0.1 * math.cos(math.radians(heading)), 1.0 + 0.1 * math.sin(math.radians(heading)), 0.2)
    pixel, depth = _pixel(camera, ahead)
    assert depth == pytest.approx(2.0)
    assert pixel[0] == pytest.approx(W / 2)
    assert pixel[1] < H / 2


def test_top_down_tilt_moves_the_view_towards_the_heading():
    camera = camera_from("top_down", {"height_m": 1.0, "heading_deg": 0.0, "tilt_deg": 45.0}, {}, W, H)
    pixel, _ = _pixel(camera, (1.0, 0.0, 0.0))
    np.testing.assert_allclose(pixel, [W / 2, H / 2], atol=1e-9)


def test_fixed_takes_the_quaternion_as_world_from_camera():
    camera = camera_from("fixed", {"position_m": (0.0, 0.0, 1.0)}, {}, W, H)
    np.testing.assert_allclose(camera.world_from_camera[:3, 2], [0.0, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(camera.world_from_camera[:3, 1], [0.0, 0.0, -1.0], atol=1e-12)
    about_z = (math.cos(math.radians(15)), 0.0, 0.0, math.sin(math.radians(15)))
    turned = camera_from("fixed", {"position_m": (0.0, 0.0, 0.0), "rotation": about_z}, {}, W, H)
    np.testing.assert_allclose(
        turned.world_from_camera[:3, 0], [math.cos(math.radians(30)), math.sin(math.radians(30)), 0.0], atol=1e-12
    )


def test_path_runs_by_length_and_passes_its_points():
    points = parse_points("0 0 1; 1 0 1; 1 3 1")
    for progress, expected in [(0.0, (0, 0, 1)), (0.25, (1, 0, 1)), (0.5, (1, 1, 1)), (1.0, (1, 3, 1))]:
        position, heading = along(points, progress, smooth=False)
        np.testing.assert_allclose(position, expected, atol=1e-12)
        assert np.linalg.norm(heading) == pytest.approx(1.0)
    dense = np.stack([along(points, p, smooth=True)[0] for p in np.linspace(0, 1, 2001)])
    for point in points:
        assert np.linalg.norm(dense - point, axis=1).min() < 2e-3
    steps = np.linalg.norm(np.diff(dense, axis=0), axis=1)
    assert steps.max() < 1.05 * steps.min()  # equal shares of progress are equal lengths
    ahead = camera_from(
        "path", {"points_m": "0 0 1; 2 0 1", "progress": 0.25, "look": "ahead", "shape": "straight"}, {}, W, H
    )
    np.testing.assert_allclose(ahead.world_from_camera[:3, 2], [1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(ahead.world_from_camera[:3, 3], [0.5, 0.0, 1.0], atol=1e-12)


def test_field_of_view_and_focal_length_agree():
    by_angle = camera_from("orbit", {}, {"field_of_view_deg": 2 * math.degrees(math.atan(18.0 / 50.0))}, W, H)
    by_length = camera_from("orbit", {}, {"focal_length_mm": 50.0, "sensor_width_mm": 36.0}, W, H)
    assert by_angle.fx == pytest.approx(by_length.fx)
    assert by_length.fx == pytest.approx(50.0 / 36.0 * W)
    assert (by_length.fx, by_length.cx, by_length.cy) == pytest.approx((by_length.fy, W / 2, H / 2))
    edge = by_angle.unproject(np.array([[0.0, H / 2], [W, H / 2]]), np.ones(2)) - by_angle.world_from_camera[:3, 3]
    cosine = edge[0] @ edge[1] / np.linalg.norm(edge[0]) / np.linalg.norm(edge[1])
    assert math.degrees(math.acos(cosine)) == pytest.approx(2 * math.degrees(math.atan(18.0 / 50.0)))


def test_shift_moves_the_principal_point_and_exposure_is_kept():
    camera = camera_from("orbit", {}, {"shift_x": 0.1, "shift_y": -0.2, "exposure_ev": 1.5}, W, H)
    np.testing.assert_allclose(_pixel(camera, (0.0, 0.0, 0.0))[0], [0.6 * W, 0.3 * H])
    assert camera.exposure_ev == 1.5


@pytest.mark.parametrize(
    ("rig", "values", "word"),
    [
        ("orbit", {"distance_m": 0.0}, "distance_m"),
        ("look_at", {"position_m": (1.0, 1.0, 1.0), "target_m": (1.0, 1.0, 1.0)}, "target_m"),
        ("top_down", {"height_m": 0.0}, "height_m"),
        ("fixed", {"rotation": (0.0, 0.0, 0.0, 0.0)}, "rotation"),
        ("path", {"points_m": "0 0 0"}, "points_m"),
        ("path", {"points_m": "0 0 0; 0 0 0"}, "points_m"),
        ("path", {"points_m": "0 0 x; 1 1 1"}, "points_m"),
        ("path", {"points_m": "0 0 inf; 1 1 1"}, "points_m"),
        ("path", {"points_m": "0 0 0; 1 1"}, "points_m"),
        ("path", {"points_m": "-1 0 0; 1 0 0", "progress": 0.5}, "target_m"),
        ("orbits", {}, "orbit"),
    ],
)
def test_a_camera_without_a_view_is_refused(rig, values, word):
    with pytest.raises(ProjectError, match=word):
        camera_from(rig, values, {}, W, H)


def test_every_default_is_a_usable_camera():
    for rig in RIGS.values():
        camera = camera_from(rig.name, {}, {}, W, H)
        assert _is_a_rotation(camera.world_from_camera[:3, :3])
        assert all(p.help.endswith(".") for p in (*rig.parameters, *LENS_PARAMETERS))
