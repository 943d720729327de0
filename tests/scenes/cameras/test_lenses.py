"""Lenses against OpenCV's own models, half a pixel included, and the way back through them."""

from __future__ import annotations

import math
from functools import partial

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from myriorama.scenes.cameras.camera import Camera, Distortion

LENSES = [
    Distortion("brown_conrady", (-0.28, 0.07, 0.0, 0.0)),
    Distortion("brown_conrady", (-0.31, 0.12, 0.002, -0.0015, -0.02)),
    Distortion("brown_conrady", (0.18, -0.11, -0.003, 0.001, 0.03, 0.1, 0.02, 0.001)),
    Distortion("kannala_brandt", (0.0, 0.0, 0.0, 0.0)),
    Distortion("kannala_brandt", (0.05, -0.012, 0.004, -0.001)),
]


def camera_with(lens: Distortion | None, **more: float) -> Camera:
    """Not the identity pose, not the middle as principal point, not square pixels: nothing cancels."""
    turn, _ = cv2.Rodrigues(np.array([0.2, -0.4, 0.1]))
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn, (0.3, -1.2, 0.7)
    return Camera(pose, 640, 480, 410.0, 402.0, 331.0, 236.5, distortion=lens, **more)


def opencv_pixels(camera: Camera, world: np.ndarray) -> np.ndarray:
    """Return OpenCV's projection, in its own coordinates: the first pixel's centre is (0, 0)."""
    assert camera.distortion is not None
    pose = camera.camera_from_world
    turn, _ = cv2.Rodrigues(pose[:3, :3])
    k = np.array(camera.distortion.coefficients)
    if camera.distortion.model == "kannala_brandt":
        pixels, _ = cv2.fisheye.projectPoints(world[:, None], turn, pose[:3, 3], camera.K_opencv, k)
    else:
        pixels, _ = cv2.projectPoints(world, turn, pose[:3, 3], camera.K_opencv, k)
    return np.asarray(pixels).reshape(-1, 2)


def board(camera: Camera, count: int = 9) -> np.ndarray:
    """Return the corners of a checkerboard in front of the camera, tilted, in the world."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, count), np.linspace(-0.4, 0.4, count))
    corners = np.stack([x, y, 1.2 + 0.3 * x - 0.2 * y], axis=-1).reshape(-1, 3)
    return corners @ camera.world_from_camera[:3, :3].T + camera.world_from_camera[:3, 3]


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_corners_project_where_opencv_has_them(lens: Distortion) -> None:
    camera = camera_with(lens)
    world = board(camera)
    pixels, depth = camera.project(world)
    assert (depth > 0).all()
    away = np.abs(pixels - 0.5 - opencv_pixels(camera, world))
    assert away.max() < 1e-9


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_straight_lines_of_the_world_bend_as_opencv_bends_them(lens: Distortion) -> None:
    camera = camera_with(lens)
    share = np.linspace(0.0, 1.0, 200)[:, None]
    in_camera = (1 - share) * np.array([-0.9, -0.5, 1.1]) + share * np.array([0.8, 0.7, 1.6])
    world = in_camera @ camera.world_from_camera[:3, :3].T + camera.world_from_camera[:3, 3]
    pixels, _ = camera.project(world)
    assert np.abs(pixels - 0.5 - opencv_pixels(camera, world)).max() < 1e-9
    ends = pixels[[0, -1]]
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    beside = np.abs((pixels - ends[0]) @ np.array([-along[1], along[0]]))
    assert beside.max() > 1.0  # it is a curve, so the comparison means something


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_half_a_pixel_off_would_be_seen(lens: Distortion) -> None:
    camera = camera_with(lens)
    world = board(camera)
    theirs = opencv_pixels(camera, world)
    assert np.abs(camera.project(world)[0] - theirs).min() == pytest.approx(0.5, abs=1e-6)
    # A lens about a principal point half a pixel off bends other rays: not only the answer moves.
    wrong = Camera(
        camera.world_from_camera, 640, 480, camera.fx, camera.fy, camera.cx - 0.5, camera.cy - 0.5, distortion=lens
    )
    back = wrong.rays(theirs + 0.5).directions
    right = camera.rays(theirs + 0.5).directions
    assert np.linalg.norm(back - right, axis=1).min() > 0.4 / 410


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_the_way_back_is_that_of_opencv(lens: Distortion) -> None:
    camera = camera_with(lens)
    pixels = np.random.default_rng(3).uniform((20, 20), (620, 460), (400, 2))
    plane = camera.rays(pixels).directions @ camera.world_from_camera[:3, :3]
    k, theirs = np.array(lens.coefficients), (pixels - 0.5)[:, None]
    # To rounding, which OpenCV takes only where it is asked to.
    precise = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 100, 1e-14)
    if lens.model == "kannala_brandt":
        back = cv2.fisheye.undistortPoints(theirs, camera.K_opencv, k, criteria=precise)
    else:
        # Version 4 gives this a function of its own.
        iterated = getattr(cv2, "undistortPointsIter", None) or partial(cv2.undistortPoints, dst=None)
        back = iterated(theirs, camera.K_opencv, k, R=None, P=None, criteria=precise)
    away = np.abs(np.asarray(back).reshape(-1, 2) - plane[:, :2]) * 410.0
    assert away.max() < 1e-4


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_there_and_back(lens: Distortion) -> None:
    camera = camera_with(lens)
    rays = camera.pixel_rays()
    shown = np.isfinite(rays.directions[:, 0])
    assert shown.mean() > 0.7
    depth = np.random.default_rng(4).uniform(0.2, 30.0, int(shown.sum()))
    world = rays.origins[shown] + rays.directions[shown] * depth[:, None]
    pixels, found = camera.project(world)
    y, x = np.mgrid[:480, :640]
    centres = np.stack([x.ravel() + 0.5, y.ravel() + 0.5], axis=1)[shown]
    assert np.abs(pixels - centres).max() < 1e-7
    assert np.abs(found - depth).max() < 1e-9 * 30
    some = slice(None, None, 977)
    assert np.abs(camera.unproject(centres[some], depth[some]) - world[some]).max() < 1e-9 * 30


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_all_that_a_lens_shows_is_where_opencv_has_it(lens: Distortion) -> None:
    """Up to 170 degrees, principal point far off the middle and beyond, pixels four to three: both ways."""
    half = min(math.radians(85.0), lens.limit_rad - math.radians(0.5))
    random = np.random.default_rng(7)
    angle, around, z = (
        random.uniform(0, half, 4000),
        random.uniform(0, 2 * math.pi, 4000),
        random.uniform(0.3, 40, 4000),
    )
    points = (
        np.stack([np.tan(angle) * np.cos(around), np.tan(angle) * np.sin(around), np.ones(4000)], axis=1) * z[:, None]
    )
    for cx, cy in ((277.3, 411.8), (-120.5, 700.25)):
        camera = Camera(np.eye(4), 640, 480, 300.0, 400.0, cx, cy, distortion=lens)
        pixels, depth = camera.project(points)
        assert np.isfinite(pixels).all()
        # A polynomial that never folds throws what it hardly shows millions of pixels away.
        np.testing.assert_allclose(pixels - 0.5, opencv_pixels(camera, points), rtol=1e-12, atol=1e-9)
        # Near a fold a step of the way back is long: what is asked is that it leads to the same pixel.
        again, _ = camera.project(camera.unproject(pixels, depth))
        np.testing.assert_allclose(again, pixels, rtol=1e-11, atol=1e-7)


def test_what_folds_is_not_shown() -> None:
    lens = Distortion("brown_conrady", (-0.4, 0.0, 0.0, 0.0))  # d(r) = r - 0.4 r^3 turns back at r = 0.9129
    assert math.tan(lens.limit_rad) == pytest.approx(math.sqrt(1 / 1.2), rel=2e-3)
    plane = np.array([[0.9, 0.0], [0.93, 0.0], [1.4, 0.0], [0.0, -3.0]])
    bent = lens.bend(plane)
    assert np.isfinite(bent[0]).all()
    assert np.isnan(bent[1:]).all()
    # OpenCV's function puts a ghost of the far point into the middle of the picture.
    none = np.zeros(3)
    ghost, _ = cv2.projectPoints(np.array([[1.4, 0.0, 1.0]]), none, none, np.eye(3), np.array([-0.4, 0.0, 0.0, 0.0]))
    assert abs(float(np.ravel(ghost)[0])) < 0.61
    beyond = lens.straighten(np.array([[0.608, 0.0], [0.62, 0.0]]))
    assert np.isfinite(beyond[0]).all()
    assert np.isnan(beyond[1]).all()


def test_nothing_is_shown_from_89_and_a_half_degrees_on() -> None:
    camera = Camera(
        np.eye(4), 400, 400, 100.0, 100.0, 200.0, 200.0, distortion=Distortion("kannala_brandt", (0.0,) * 4)
    )
    angle = np.radians([60.0, 89.4, 89.6, 95.0])
    points = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=1)
    pixels, _ = camera.project_camera(points)
    assert pixels[:2, 0] == pytest.approx(200.0 + 100.0 * angle[:2], abs=1e-9)
    assert np.isnan(pixels[2:]).all()
    out = camera.rays(np.array([[200.0 + 100.0 * math.radians(89.6), 200.0]])).directions
    assert np.isnan(out).all()


def test_points_behind_the_camera_have_no_pixel() -> None:
    for lens in LENSES:
        pixels, depth = camera_with(lens).project_camera(np.array([[0.1, 0.1, -1.0], [0.1, 0.1, 0.0]]))
        assert np.isnan(pixels).all()
        assert depth.tolist() == [-1.0, 0.0]


@pytest.mark.parametrize(
    ("model", "coefficients"),
    [
        ("brown_conrady", (0.1,)),
        ("brown_conrady", (0.1, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("kannala_brandt", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("kannala_brandt", (0.0, math.nan, 0.0, 0.0)),
        ("mercator", (0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_what_is_no_lens_is_refused(model: str, coefficients: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"coefficient|no distortion"):
        Distortion(model, coefficients)  # type: ignore[arg-type]


small = st.floats(-0.5, 0.5)
tiny = st.floats(-0.02, 0.02)


@settings(max_examples=80, deadline=None)
@given(small, small, tiny, tiny, small, small, small, st.integers(0, 2**31))
def test_any_lens_is_one_to_one_where_it_shows_something(
    k1: float, k2: float, p1: float, p2: float, k3: float, k4: float, k5: float, seed: int
) -> None:
    lens = Distortion("brown_conrady", (k1, k2, p1, p2, k3, k4, k5, 0.0))
    limit = min(math.tan(lens.limit_rad), 3.0)
    rng = np.random.default_rng(seed)
    radius, angle = limit * np.sqrt(rng.uniform(0, 0.998, 60)), rng.uniform(0, 2 * np.pi, 60)
    plane = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    bent = lens.bend(plane)
    assert np.isfinite(bent).all()
    assert np.abs(lens.straighten(bent) - plane).max() < 1e-9
    # One to one: the derivative's symmetric part is positive, so no two points meet.
    toward = ((bent[:, None] - bent) * (plane[:, None] - plane)).sum(axis=2)
    assert (toward[~np.eye(len(plane), dtype=bool)] > 0).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.1, 0.1), st.floats(-0.05, 0.05), st.floats(-0.02, 0.02))
def test_any_fisheye_goes_there_and_back(k1: float, k2: float, k3: float, k4: float) -> None:
    lens = Distortion("kannala_brandt", (k1, k2, k3, k4))
    assume(lens.limit_rad > 0.1)
    angle = np.linspace(0.0, lens.limit_rad * 0.998, 50)
    plane = np.stack([np.tan(angle) * 0.6, np.tan(angle) * 0.8], axis=1)
    back = lens.straighten(lens.bend(plane))
    assert np.abs(np.arctan(np.hypot(*back.T)) - angle).max() < 1e-9
