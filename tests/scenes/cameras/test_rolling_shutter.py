"""A rolling shutter against a brute-force search over instants, and what a camera is at one of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.cameras.pose import look_along

FISHEYE = Distortion("kannala_brandt", (0.02, -0.004, 0.0, 0.0))
BARREL = Distortion("brown_conrady", (-0.25, 0.06, 0.001, -0.001))


def rolling(lens: Distortion | None, velocity: tuple[float, ...], turn: tuple[float, ...], readout: float) -> Camera:
    pose = look_along(np.array([0.2, -3.0, 0.5]), np.array([0.1, 1.0, -0.15]), 12.0)
    assert pose is not None
    return Camera(
        pose,
        320,
        240,
        260.0,
        255.0,
        163.0,
        118.0,
        distortion=lens,
        readout_s=readout,
        velocity_m_s=velocity,  # type: ignore[arg-type]
        angular_velocity_rad_s=turn,  # type: ignore[arg-type]
    )


def frozen(camera: Camera, time_s: float) -> Camera:
    """Return the camera of one instant, its lens included, by Rodrigues' formula written out with a matrix."""
    w = np.array(camera.angular_velocity_rad_s)
    cross = np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]]) * time_s
    turn, term = np.eye(3), np.eye(3)
    for n in range(1, 14):  # the exponential's own series: another way than the program's
        term = term @ cross / n
        turn = turn + term
    pose = camera.world_from_camera.copy()
    pose[:3, 3] += pose[:3, :3] @ np.array(camera.velocity_m_s) * time_s
    pose[:3, :3] = pose[:3, :3] @ turn
    return Camera(
        pose, camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy, distortion=camera.distortion
    )


def searched(camera: Camera, point: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Return where the row that is read shows a point, by halving between 100 instants."""

    def pixel(time_s: float) -> np.ndarray:
        out: np.ndarray = frozen(camera, time_s).project((point + velocity * time_s)[None])[0][0]
        return out

    def late(time_s: float) -> float:
        y = float(np.clip(pixel(time_s)[1] / camera.height, 0.0, 1.0))
        return (y - 0.5) * camera.readout_s - time_s

    times = np.linspace(-0.5, 0.5, 101) * camera.readout_s
    ahead = [late(t) for t in times]
    k = next(k for k in range(100) if ahead[k] >= 0 >= ahead[k + 1])
    low, high = float(times[k]), float(times[k + 1])
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if late(middle) >= 0 else (low, middle)
    return pixel((low + high) / 2)


@pytest.mark.parametrize("lens", [None, BARREL, FISHEYE], ids=["pinhole", "barrel", "fisheye"])
@pytest.mark.parametrize(
    ("velocity", "turn", "readout"),
    [((2.0, 1.0, 3.0), (0.0, 0.0, 0.0), 0.03), ((0.5, -1.0, 0.2), (1.0, -2.0, 4.0), 0.05)],
)
def test_points_are_where_a_search_over_instants_finds_them(
    lens: Distortion | None, velocity: tuple[float, ...], turn: tuple[float, ...], readout: float
) -> None:
    camera = rolling(lens, velocity, turn, readout)
    rng = np.random.default_rng(8)
    points = rng.uniform((-1.2, -1.0, -0.8), (1.2, 2.0, 0.8), (10, 3))
    speeds = rng.uniform(-4.0, 4.0, (10, 3))
    pixels, depth = camera.project(points, speeds)
    expected = np.array([searched(camera, p, v) for p, v in zip(points, speeds, strict=True)])
    assert np.abs(pixels - expected).max() < 1e-6
    still, _ = camera.at(0.0).project(points)
    assert np.abs(pixels - still).max() > 2.0  # the shutter matters here
    times = camera.row_times(pixels[:, 1])
    for n in range(len(points)):
        seen = frozen(camera, float(times[n])).project((points[n] + speeds[n] * times[n])[None])
        assert depth[n] == pytest.approx(float(seen[1][0]), rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(*[st.floats(-3.0, 3.0)] * 3),
    st.tuples(*[st.floats(-3.0, 3.0)] * 3),
    st.floats(1e-4, 0.08),
    st.sampled_from([None, BARREL, FISHEYE]),
    st.integers(0, 2**31),
)
def test_a_ray_leads_to_what_projects_onto_its_pixel(
    velocity: tuple[float, ...], turn: tuple[float, ...], readout: float, lens: Distortion | None, seed: int
) -> None:
    camera = rolling(lens, velocity, turn, readout)
    rng = np.random.default_rng(seed)
    pixels, depth = rng.uniform((0, 0), (320, 240), (40, 2)), rng.uniform(0.8, 6.0, 40)
    drift = rng.uniform(-2.0, 2.0, 3)
    rays = camera.rays(pixels)
    assert (np.abs(rays.times_s) <= readout / 2).all()
    then = rays.origins + rays.directions * depth[:, None]
    assert np.abs(then - camera.unproject(pixels, depth)).max() < 1e-12
    found, far = camera.project(then - drift * rays.times_s[:, None], drift)
    # A point may be met by more than one row; where it is this one, all agrees.
    same = np.abs(found - pixels).max(axis=1) < 1e-3
    assert same.mean() > 0.9
    assert np.abs(found - pixels)[same].max() < 1e-6
    assert np.abs(far - depth)[same].max() < 1e-6
    others = camera.rays(found[~same])
    again = others.origins + others.directions * far[~same, None] - drift * others.times_s[:, None]
    assert np.abs(again - (then - drift * rays.times_s[:, None])[~same]).max(initial=0.0) < 1e-6


def test_rows_have_the_instants_that_the_label_contract_states() -> None:
    camera = rolling(None, (1.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.024)
    y = np.array([0.0, 0.5, 120.0, 239.5, 240.0, -50.0, 400.0])
    times = [-0.012, (0.5 / 240 - 0.5) * 0.024, 0.0, (239.5 / 240 - 0.5) * 0.024, 0.012, -0.012, 0.012]
    assert camera.row_times(y) == pytest.approx(times, abs=1e-15)
    rays = camera.pixel_rays()
    assert rays.times_s.reshape(240, 320)[7] == pytest.approx((7.5 / 240 - 0.5) * 0.024)


def test_a_point_that_comes_into_view_during_readout_is_found() -> None:
    # Behind the camera at time 0, in front of it while the last rows are read.
    camera = rolling(None, (0.0, 0.0, -40.0), (0.0, 0.0, 0.0), 0.1)
    point_in_camera = np.array([[0.05, 0.25, -0.5]])
    assert np.isnan(camera.at(0.0).project_camera(point_in_camera)[0]).all()
    pixels, depth = camera.project_camera(point_in_camera)
    assert depth[0] > 0
    time = float(camera.row_times(pixels[:, 1])[0])
    assert depth[0] == pytest.approx(-0.5 + 40.0 * time)
    assert pixels[0, 1] == pytest.approx(camera.fy * 0.25 / depth[0] + camera.cy)


def test_what_is_always_behind_has_no_pixel() -> None:
    camera = rolling(BARREL, (1.0, 0.0, 1.0), (0.0, 1.0, 0.0), 0.05)
    pixels, depth = camera.project_camera(np.array([[0.0, 0.1, -5.0]]))
    assert np.isnan(pixels).all()
    assert depth[0] == -5.0


def test_without_motion_or_without_readout_it_is_the_instant_picture() -> None:
    points = np.random.default_rng(2).uniform((-1, -1, -1), (1, 2, 1), (50, 3))
    still = rolling(BARREL, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.05)
    quick = rolling(BARREL, (1.0, 2.0, 3.0), (1.0, 1.0, 1.0), 0.0)
    a, b = still.project(points)[0], quick.project(points, np.array([3.0, 2.0, 1.0]))[0]
    assert np.array_equal(a, b)
    assert not np.array_equal(a, still.project(points, np.array([3.0, 2.0, 1.0]))[0])


def test_the_camera_of_an_instant() -> None:
    camera = rolling(FISHEYE, (2.0, -1.0, 0.5), (0.3, -2.0, 1.0), 0.05)
    for time_s in (-0.02, 0.013):
        at = camera.at(time_s)
        assert at.is_plain
        assert not at.moves
        assert np.abs(at.world_from_camera - frozen(camera, time_s).world_from_camera).max() < 1e-12
        assert camera.centres(np.array([time_s]))[0] == pytest.approx(at.world_from_camera[:3, 3])
