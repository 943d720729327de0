"""Rain, snow and dust: numbers, sizes, speeds and areas are those that they state; depth hides them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from myriorama.plugins.effects import rain, snow
from myriorama.plugins.effects._air.falling import Sizes, drawn
from myriorama.plugins.effects._air.lattice import in_view
from myriorama.plugins.effects._air.particles import Lens, Particles, count_of, fly, relative_velocity, window
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.parameters.streams import KeyedDraws

SHARP = Lens(0.0, 1.0)


def one(start, end=None, diameter_m=0.02):
    first = np.array([start], dtype=float)
    last = first if end is None else np.array([end], dtype=float)
    return Particles(first, last, np.array([diameter_m]), np.array([[1.0, 0.5, 0.25]]))


def mass(flown):
    return float(-np.log1p(-flown.cover.astype(float)).sum())


@pytest.mark.parametrize("lens", [SHARP, Lens(0.004, 4.0), Lens(0.03, 2.5)])
@pytest.mark.parametrize("way", [(0.0, 0.0), (0.0, 0.2), (0.11, -0.07)])
@pytest.mark.parametrize("diameter_m", [0.003, 0.02, 0.1])
def test_a_particle_covers_its_own_area_however_fast_or_blurred(wall, lens, way, diameter_m):
    frame = wall(5.0)
    flown = fly(frame.camera, frame.depth, one((0.1, 0.05, 1.7), (0.1 + way[0], 0.05 + way[1], 1.7), diameter_m), lens,
                0.5)  # fmt: skip
    expected = 0.5 * math.pi / 4.0 * (150.0 * diameter_m / 1.7) ** 2
    assert mass(flown) == pytest.approx(expected, rel=0.01)
    np.testing.assert_allclose(flown.light, flown.cover[..., None] * np.array([1.0, 0.5, 0.25]), atol=1e-5)


def test_a_streak_is_as_long_as_its_speed_and_where_the_camera_projects_it(wall):
    frame = wall(5.0)
    start, end = (-0.2, -0.3, 1.5), (0.1, 0.25, 1.5)
    cover = fly(frame.camera, frame.depth, one(start, end, 0.008), SHARP, 1.0).cover
    rows, columns = np.nonzero(cover > 1e-4)
    expected = np.array([start, end])[:, :2] / 1.5 * 150.0 + [80.0, 60.0]
    assert [columns.min(), rows.min()] == pytest.approx(expected[0] - 0.5, abs=1.5)
    assert [columns.max(), rows.max()] == pytest.approx(expected[1] - 0.5, abs=1.5)
    way = (expected[1] - expected[0]) / np.linalg.norm(expected[1] - expected[0])
    across = way[0] * (rows + 0.5 - expected[0, 1]) - way[1] * (columns + 0.5 - expected[0, 0])
    assert np.abs(across).max() < 1.6


def test_what_stands_in_front_hides_a_particle_to_the_pixel(wall):
    depth = np.full((120, 160), 3.0, dtype=np.float32)
    depth[:, :80] = 1.0
    frame = wall(depth)
    for lens in (SHARP, Lens(0.05, 1.0)):
        cover = fly(frame.camera, frame.depth, one((0.0, 0.0, 2.0), (0.3, 0.1, 2.0), 0.2), lens, 1.0).cover
        step = 1 if lens is SHARP else 8
        assert cover[:, : 80 - step].max() == 0.0
        assert cover[:, 82:].max() > 0.01
    behind = fly(frame.camera, frame.depth, one((0.4, 0.0, 3.1)), SHARP, 1.0)
    assert behind.cover.max() == 0.0


def test_a_still_disc_is_round_and_even(wall):
    frame = wall(5.0)
    cover = fly(frame.camera, frame.depth, one((0.0, 0.0, 1.0), diameter_m=0.06), SHARP, 0.3).cover
    rows, columns = np.nonzero(cover > 0.05)
    assert np.hypot(rows + 0.5 - 60.0, columns + 0.5 - 80.0).max() < 5.7
    inner = cover[57:63, 77:83]
    assert inner.std() / inner.mean() < 0.12


def test_drops_and_flakes_fall_as_fast_as_was_measured():
    # Gunn and Kinzer 1949; Langleben's flakes of a melted diameter of 1 mm.
    measured = {1.0: 4.03, 2.0: 6.49, 3.0: 8.06, 4.0: 8.83, 5.0: 9.09}
    for diameter, speed in measured.items():
        assert float(rain.fall_speed_m_s(np.array(diameter))) == pytest.approx(speed, rel=0.04)
    assert float(snow.fall_speed_m_s(np.array(3.0))) == pytest.approx(0.98)


@pytest.mark.parametrize("rate", [2.0, 25.0, 100.0])
def test_the_drops_of_a_rain_rate_carry_that_rain(rate):
    """The water that Marshall and Palmer's drops bring down at their speed is about the rate that they are told for."""
    sizes = rain.sizes(rate)

    def brings(diameter):
        volume = math.pi / 6.0 * diameter**3 * 1e-9
        return (
            sizes.density * math.exp(-sizes.slope * diameter) * volume * float(rain.fall_speed_m_s(np.array(diameter)))
        )

    metres_a_second, _ = quad(brings, 0.2, 8.0)
    assert metres_a_second * 3600.0 * 1000.0 == pytest.approx(rate, rel=0.25)


@pytest.mark.parametrize("narrowest", [0.2, 0.8])
def test_drawn_drops_and_haze_together_take_what_all_drops_do(wall, narrowest):
    """The sum of what is drawn one by one and of the haze of the rest does not depend on where the limit is."""
    frame, near_m, far_m = wall(6.0), 0.5, 6.0
    sizes = Sizes(2000.0, 1.5)
    seen = drawn(sizes, frame.camera, narrowest, 20000.0)
    ends = np.array([[near_m, far_m]], dtype=np.float32)
    hazy = float(np.diff(seen.haze_depth(ends, np.ones((1, 2), np.float32)))[0, 0])
    masses = []
    for index in range(12):
        found, diameter_mm = seen.found(frame.camera, KeyedDraws(5, index, 0, "r"), 0.0)
        points = found.points
        # Not the nearest: one drop before the lens takes more than a thousand further off, so that no mean settles.
        inside = (points[:, 2] > near_m) & (points[:, 2] < far_m)
        inside &= np.abs(points[:, 0] / points[:, 2]) < 80.0 / 150.0
        inside &= np.abs(points[:, 1] / points[:, 2]) < 60.0 / 150.0
        # What a drop takes of the picture is its area over the picture's, at its own depth.
        area = math.pi / 4.0 * (diameter_mm[inside] * 1e-3 / points[inside, 2]) ** 2
        masses.append(area.sum() / (160.0 / 150.0 * 120.0 / 150.0))
    spread = np.std(masses) / math.sqrt(len(masses))
    assert np.mean(masses) + hazy == pytest.approx(sizes.extinction_per_m * (far_m - near_m), abs=4.0 * spread)
    assert seen.expected == pytest.approx(
        np.mean([len(seen.found(frame.camera, KeyedDraws(6, i, 0, "r"), 0.0)[1]) for i in range(40)]), rel=0.15
    )
    assert min(diameter_mm / 1000.0 * 150.0 / points[:, 2]) >= 0.999 * narrowest


def test_a_number_of_particles_is_poisson():
    u = (np.arange(4000) + 0.5) / 4000
    for mean in (0.3, 4.0, 900.0):
        counts = np.array([count_of(mean, float(v)) for v in u])
        assert counts.mean() == pytest.approx(mean, rel=0.01)
        assert counts.var() == pytest.approx(mean, rel=0.03)


@pytest.mark.parametrize("name", ["rain", "snow", "dust"])
def test_the_layer_tells_what_is_hidden_and_the_picture_follows_it(name, ground, shown, layers):
    """Black particles over a white picture: what is gone is what the layer says."""
    frame = replace(ground(1.0, around=0.0))
    given = {"strength": 3.0}
    cover = layers(name, frame, **given)[f"{name}_cover"].astype(float)
    picture = shown(name, frame, **given)
    np.testing.assert_allclose(1.0 - picture[..., 1], cover, atol=2e-3)
    assert cover.max() > 0.1
    assert layers(name, frame, cover_layer=False) == {}


@pytest.mark.parametrize("name", ["rain", "snow", "dust"])
def test_the_same_key_gives_the_same_bytes_and_another_sample_others(name, ground, shown):
    frame = ground()
    first = shown(name, frame, strength=4.0)
    assert first.tobytes() == shown(name, replace(frame), strength=4.0).tobytes()
    assert first.tobytes() != shown(name, frame, index=1, strength=4.0).tobytes()


@pytest.mark.parametrize("name", ["rain", "snow", "dust", "fog", "haze", "wet_surface"])
def test_what_is_off_hands_back_the_very_picture(name, ground, shown, layers):
    off = {"wetness": 0.0} if name == "wet_surface" else {"strength": 0.0}
    frame = ground()
    assert shown(name, frame, **off) is frame.linear
    assert layers(name, frame, **off) == {}


def test_a_camera_that_moves_and_turns_sees_still_things_move(wall):
    """Against what the pinhole sees of fixed points before and after."""
    camera = replace(wall().camera, velocity_m_s=(0.4, -0.1, 2.0), angular_velocity_rad_s=(0.1, -0.3, 0.2))
    points = np.array([[0.3, -0.2, 2.0], [-1.0, 0.4, 5.0]])
    moved = relative_velocity(camera, np.zeros((2, 3)), points)
    step = 1e-6
    turned = Rotation.from_rotvec(np.array(camera.angular_velocity_rad_s) * step)
    later = turned.inv().apply(points - np.array(camera.velocity_m_s) * step)
    np.testing.assert_allclose(moved, (later - points) / step, atol=1e-4)


def test_wind_leans_the_streaks(wall, shown):
    frame = wall(6.0, 0.0, around=1.0)
    still = shown("rain", frame, strength=5.0, wind_m_s=0.0, gusts_m_s=0.0, exposure_s=0.02)
    blown = shown("rain", frame, strength=5.0, wind_m_s=7.0, gusts_m_s=0.0, exposure_s=0.02)

    def lean(picture):
        # The direction in which light changes least: the smaller axis of the structure tensor.
        fine = picture[..., 1].astype(float)
        down, across = np.gradient(fine)
        return 0.5 * math.degrees(math.atan2(2.0 * (down * across).sum(), (across**2).sum() - (down**2).sum()))

    assert abs(lean(still)) < 12.0
    assert abs(lean(blown)) > 25.0


def turned(camera, right_m=0.0, yaw_deg=0.0):
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("y", yaw_deg, degrees=True).as_matrix()
    pose[0, 3] = right_m
    return replace(camera, world_from_camera=camera.world_from_camera @ pose)


@pytest.mark.parametrize(("right_m", "yaw_deg"), [(0.12, 0.0), (0.5, -12.0)])
def test_two_cameras_see_the_same_particles_where_they_are(wall, right_m, yaw_deg):
    """Each that one camera finds well within the other's view the other finds at the same place in the world."""
    left = wall().camera
    right = turned(left, right_m, yaw_deg)
    seen, draws = drawn(rain.sizes(40.0), left, 0.15, 40000.0), KeyedDraws(5, 7, 0, "r", scene=3, view=0)
    one, sizes = seen.found(left, draws, 0.2)
    other, other_sizes = seen.found(right, replace(draws, index=8, view=1), 0.2)
    places = one.points @ left.world_from_camera[:3, :3].T + left.world_from_camera[:3, 3]
    others = other.points @ right.world_from_camera[:3, :3].T + right.world_from_camera[:3, 3]
    pixels, depth = right.project(places)
    both = (pixels > 0).all(axis=1) & (pixels < [right.width, right.height]).all(axis=1) & (depth > 0.21)
    both &= sizes > seen.fade_per_m / seen.sizes.slope * depth
    assert both.sum() > 100
    apart, which = cKDTree(others).query(places[both])
    assert apart.max() < 1e-9
    assert np.array_equal(other_sizes[which], sizes[both])
    assert np.array_equal(other.u[:, which], one.u[:, both])


def test_particles_are_spread_evenly_and_never_met_twice(wall):
    """Counts in boxes of one volume are those of a Poisson process; other scenes have other particles."""
    camera = replace(wall().camera, width=400, height=400, fx=100.0, fy=100.0, cx=200.0, cy=200.0)
    area, counts = (-2.0, -2.0, 4.0, 4.0), []
    for index in range(6):
        points = in_view(camera, KeyedDraws(5, index, 0, "r"), 0, 300.0, area, 0.1, 3.0).points
        inside = points[(np.abs(points[:, :2]) < 2.0).all(axis=1) & (points[:, 2] > 1.0)]
        counts.append(np.histogramdd(inside, bins=(8, 8, 4), range=((-2, 2), (-2, 2), (1, 3)))[0][:, :, 2:].ravel())
        assert len(np.unique(points.round(9), axis=0)) == len(points)
    whole = np.concatenate(counts)
    mean = 300.0 * 0.5 * 0.5 * 0.5
    assert whole.mean() == pytest.approx(mean, abs=4.0 * math.sqrt(mean / len(whole)))
    assert whole.var() == pytest.approx(mean, rel=0.2)
    assert not np.array_equal(counts[0], counts[1])


def test_a_long_narrow_view_costs_what_is_in_it(wall):
    camera = replace(turned(wall().camera, yaw_deg=33.0), fx=60000.0, fy=60000.0)
    area = (-0.0013, -0.001, 0.0026, 0.002)
    found = in_view(camera, KeyedDraws(5, 1, 0, "r"), 0, 20.0, area, 0.2, 400.0)
    assert len(found.points) == pytest.approx(20.0 * 0.0026 * 0.002 * 400.0**3 / 3.0, rel=0.15)


def test_a_pair_of_cameras_shows_one_snowfall(ground, shown):
    """Against an even wall of sky the two pictures are as unlike as their parallax, not as two snowfalls are."""
    still = {"strength": 6.0, "wind_m_s": 0.0, "gusts_m_s": 0.0}
    frame = ground(0.0, around=1.0)
    draws = KeyedDraws(3, 4, 0, "air", scene=2, view=0)
    effect = builtin_registry().effect("snow")
    given = {p.name: p.default for p in effect.parameters} | still
    left = effect.apply(given, frame.linear, frame, draws)
    beside = replace(frame, camera=turned(frame.camera, right_m=1e-5))
    right = effect.apply(given, frame.linear, beside, replace(draws, index=5, view=1))
    another = effect.apply(given, frame.linear, frame, replace(draws, index=6, scene=3))
    assert np.abs(left - right).mean() < 0.02 * np.abs(left - another).mean()


@pytest.mark.parametrize("effect", [rain, snow])
def test_in_a_picture_of_one_pixel_all_that_falls_is_haze(effect, wall, shown, layers):
    frame = wall(5.0)
    one_pixel = replace(
        frame, width=1, height=1, camera=frame.camera.resized(1, 1),
        **{what: getattr(frame, what)[:1, :1] for what in ("linear", "depth", "normal", "surface_id")},
    )  # fmt: skip
    name = effect.__name__.rpartition(".")[2]
    cover = float(layers(name, one_pixel, rate_mm_h=20.0)[f"{name}_cover"][0, 0])
    assert cover == pytest.approx(1.0 - math.exp(-5.0 * effect.sizes(20.0).extinction_per_m), rel=0.05)
    assert np.isfinite(shown(name, one_pixel, rate_mm_h=20.0)).all()


@pytest.mark.parametrize(("width", "height"), [(1, 23), (23, 1), (1, 1)])
def test_a_picture_one_pixel_wide_looks_into_a_volume(wall, width, height):
    """A view without area has no particles, and so no end of the cubes in which they are looked for."""
    camera = wall(5.0).camera.resized(width, height)
    _, _, wide, high = window(camera, 0.0)
    assert (wide, high) == (pytest.approx(max(1, width - 1) / camera.fx), pytest.approx(max(1, height - 1) / camera.fy))
