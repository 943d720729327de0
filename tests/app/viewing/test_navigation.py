"""A free look keeps what each movement should keep."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.app.viewing.navigation import SIDES, Orbit, orbit_from
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.pose import facing

LOOK = Orbit((0.3, -0.2, 0.7), 1.6, -70.0, 35.0, 50.0)


def _pose(orbit: Orbit) -> np.ndarray:
    return np.array(orbit.view.world_from_camera).reshape(4, 4)


@pytest.mark.parametrize("look", [LOOK, LOOK.seen_from("top"), LOOK.seen_from("bottom"), LOOK.seen_from("left")])
def test_a_pose_is_rigid_upright_and_looks_at_the_target(look: Orbit) -> None:
    pose = _pose(look)
    rotation = pose[:3, :3]
    assert np.allclose(rotation.T @ rotation, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    assert rotation[2, 0] == pytest.approx(0.0), "the horizon is level"
    assert rotation[2, 1] <= 1e-12, "down in the image is not up in the world"
    seen = rotation.T @ (np.array(look.target_m) - pose[:3, 3])
    assert np.allclose(seen, [0.0, 0.0, look.distance_m])


def test_orbiting_keeps_distance_and_target() -> None:
    moved = LOOK.orbited(123.0, 20.0)
    assert moved.target_m == LOOK.target_m
    assert np.linalg.norm(moved.position_m - np.array(LOOK.target_m)) == pytest.approx(LOOK.distance_m)
    assert LOOK.orbited(0.0, 500.0).elevation_deg == 90.0
    assert LOOK.orbited(360.0, 0.0).azimuth_deg == pytest.approx(LOOK.azimuth_deg)


def test_panning_keeps_the_direction_and_follows_the_mouse() -> None:
    width = 800
    moved = LOOK.panned(40.0, -25.0, width)
    assert np.allclose(moved.axes, LOOK.axes)
    focal = 0.5 * width / math.tan(math.radians(LOOK.field_of_view_deg) / 2)
    old = LOOK.axes.T @ (np.array(LOOK.target_m) - moved.position_m)
    assert (old[0] / old[2] * focal, old[1] / old[2] * focal) == pytest.approx((40.0, -25.0))


def test_zooming_keeps_target_and_direction() -> None:
    nearer = LOOK.zoomed(2.0)
    assert nearer.distance_m == LOOK.distance_m / 2
    assert nearer.target_m == LOOK.target_m
    assert LOOK.zoomed(1e12).distance_m > 0


def test_turning_the_head_keeps_the_feet_and_flying_keeps_the_direction() -> None:
    assert np.allclose(LOOK.turned(25.0, -10.0).position_m, LOOK.position_m)
    flown = LOOK.flown(0.1, 0.2, 0.5)
    assert np.allclose(flown.axes, LOOK.axes)
    assert np.allclose(flown.position_m - LOOK.position_m, LOOK.axes @ [0.1, 0, 0.5] + [0, 0, 0.2])


@pytest.mark.parametrize("aspect", [0.5, 1.0, 1.9])
def test_framing_shows_the_whole_box(aspect: float) -> None:
    low, high = np.array([-0.4, -0.1, 0.0]), np.array([0.2, 0.5, 0.3])
    look = LOOK.framed(low, high, aspect)
    half_x = math.tan(math.radians(look.field_of_view_deg) / 2)
    for corner in np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T:
        x, y, z = look.axes.T @ (corner - look.position_m)
        assert z > 0
        assert abs(x / z) <= half_x
        assert abs(y / z) <= half_x / aspect


def test_sides_look_along_their_axes() -> None:
    for side, axis in {"front": (0, 1, 0), "right": (-1, 0, 0), "top": (0, 0, -1), "left": (1, 0, 0)}.items():
        assert np.allclose(LOOK.seen_from(side).axes[:, 2], axis, atol=1e-12)  # type: ignore[arg-type]
    assert set(SIDES) == {"front", "right", "top", "back", "left", "bottom"}


def test_a_look_starts_where_a_level_camera_stands() -> None:
    forward = np.array([0.0, math.cos(0.6), -math.sin(0.6)])
    pose = facing(np.array([0.4, -1.0, 1.2]), forward, np.array([1.0, 0.0, 0.0]), 0.0)
    camera = Camera(pose, 640, 480, 700.0, 700.0, 320.0, 240.0)
    look = orbit_from(camera, 1.5, 640 / 480)
    assert np.allclose(_pose(look), pose)
    assert look.field_of_view_deg == pytest.approx(math.degrees(2 * math.atan(320 / 700)))
