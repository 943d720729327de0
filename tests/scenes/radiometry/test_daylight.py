"""The sun's place, the light that reaches the ground, and the sky, against astronomy and published figures."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from myriorama.scenes.radiometry.color import luminance
from myriorama.scenes.radiometry.daylight import direct_sun, ground_illuminance_klx, overcast_illuminance_klx
from myriorama.scenes.radiometry.equirect import directions, irradiance
from myriorama.scenes.radiometry.sky import REFERENCE_KLX, sky_illuminances_klx, sky_map
from myriorama.scenes.radiometry.solar import declination, sun_position

ASPHALT = (0.1, 0.1, 0.1)


def sky_pixels(elevation, turbidity, cloudiness):
    sky = sky_map(elevation, turbidity, cloudiness, ASPHALT)
    assert float(luminance(irradiance(sky.radiance.pixels, UP))) == pytest.approx(math.pi, rel=1e-5)
    return sky.radiance.pixels.astype(np.float64) * sky.scale


UP = np.array([0.0, 0.0, 1.0])


def test_equator_at_equinox_noon_has_the_sun_overhead():
    assert math.degrees(sun_position(12.0, 80.0, 0.0).elevation) > 89.0
    assert math.degrees(sun_position(12.0, 266.0, 0.0).elevation) > 88.5


@pytest.mark.parametrize("latitude", [-33.9, 0.0, 23.44, 51.5, 66.6])
@pytest.mark.parametrize(("day", "tilt"), [(172.0, 23.44), (355.0, -23.44)])
def test_noon_elevation_at_the_solstices(latitude, day, tilt):
    position = sun_position(12.0, day, latitude)
    assert math.degrees(position.elevation) == pytest.approx(90.0 - abs(latitude - tilt), abs=0.1)


def test_the_sun_rises_in_the_east_passes_south_and_sets_in_the_west():
    for time_h, azimuth in ((6.0, 0.0), (18.0, 180.0)):
        position = sun_position(time_h, 80.5, 45.0)
        assert math.degrees(position.elevation) == pytest.approx(0.0, abs=0.6)
        assert abs(math.degrees(position.azimuth)) == pytest.approx(azimuth, abs=0.6)
    assert math.degrees(sun_position(12.0, 100.0, 45.0).azimuth) == pytest.approx(-90.0)
    assert math.degrees(sun_position(12.0, 100.0, -45.0).azimuth) == pytest.approx(90.0)
    assert math.degrees(sun_position(0.0, 172.0, 80.0).elevation) > 10.0  # midnight sun
    toward = sun_position(9.0, 150.0, 40.0).toward
    assert toward[0] > 0
    assert toward[2] > 0
    assert np.linalg.norm(toward) == pytest.approx(1.0)


def test_declination_stays_within_the_tropics_and_repeats():
    tilts = [math.degrees(declination(d)) for d in range(1, 366)]
    assert max(tilts) == pytest.approx(23.45, abs=0.05)
    assert min(tilts) == pytest.approx(-23.45, abs=0.05)
    assert declination(1.0) == pytest.approx(declination(366.0), abs=1e-9)


# Almanac values: sunset about 0.75 klx, end of civil, nautical and astronomical twilight 3.4, 0.008, 0.0007 lx.
@pytest.mark.parametrize(
    ("elevation", "lux", "within"),
    [(90, 129e3, 0.03), (0, 758, 0.05), (-6, 3.4, 0.05), (-12, 0.0081, 0.1), (-30, 0.001, 1e-9)],
)
def test_ground_illuminance_at_the_almanacs_points(elevation, lux, within):
    assert 1000.0 * ground_illuminance_klx(elevation) == pytest.approx(lux, rel=within)


def test_illuminance_falls_with_the_sun_and_has_no_step():
    levels = np.array([ground_illuminance_klx(e) for e in np.arange(60.0, -25.0, -0.05)])
    assert (np.diff(levels) <= 1e-9).all()
    assert (levels[1:] / levels[:-1] > 0.93).all()
    clouded = np.array([overcast_illuminance_klx(e) for e in np.arange(60.0, -25.0, -0.05)])
    assert (np.diff(clouded) <= 1e-9).all()


def test_direct_sun_dims_and_reddens_towards_the_horizon_and_in_haze():
    heights = [direct_sun(e, 2.5) for e in (80.0, 40.0, 15.0, 5.0, 1.0)]
    assert all(a.illuminance_klx > b.illuminance_klx for a, b in pairwise(heights))
    ratio = [d.color[0] / d.color[2] if d.color[2] else math.inf for d in heights]
    assert ratio == sorted(ratio)
    assert 85.0 < direct_sun(90.0, 2.5).illuminance_klx < 105.0  # clear noon, about 100 klx
    assert direct_sun(45.0, 8.0).illuminance_klx < direct_sun(45.0, 2.5).illuminance_klx
    assert direct_sun(-1.0, 2.5).illuminance_klx == 0.0


@pytest.mark.parametrize("elevation", [75.0, 40.0, 10.0, -4.0, -15.0])
@pytest.mark.parametrize("cloudiness", [0.0, 0.4, 1.0])
def test_sky_gives_the_ground_what_the_curves_say(elevation, cloudiness):
    sky = sky_pixels(elevation, 3.0, cloudiness)
    clear, overcast = sky_illuminances_klx(elevation, 3.0)
    expected = (1 - cloudiness) * clear + cloudiness * overcast + 1e-6
    received = float(luminance(irradiance(sky, UP))) / math.pi * REFERENCE_KLX
    assert received == pytest.approx(expected, rel=1e-3)
    if elevation > 0 and cloudiness == 0.0:
        direct = direct_sun(elevation, 3.0).illuminance_klx * math.sin(math.radians(elevation))
        assert direct + received == pytest.approx(ground_illuminance_klx(elevation), rel=1e-3)


def test_clear_sky_is_bluest_away_from_the_sun_and_brightest_around_it():
    sky = sky_pixels(35.0, 2.5, 0.0)
    toward = directions(*sky.shape[:2])
    bright = luminance(sky)
    upper = toward[..., 2] > 0.05
    sun = np.array([math.cos(math.radians(35)), 0.0, math.sin(math.radians(35))])
    brightest = np.unravel_index(np.argmax(np.where(upper, bright, 0)), bright.shape)
    assert float(toward[brightest] @ sun) > math.cos(math.radians(5.0))
    near, far = toward @ sun > 0.95, upper & (toward @ sun < 0.2) & (toward[..., 2] > 0.5)
    assert bright[near].mean() > 3 * bright[far].mean()
    blue = sky[..., 2] / sky[..., 0]
    assert blue[far].mean() > 1.5 * blue[near].mean()
    row = np.argmin(np.abs(toward[:, 0, 2] - 0.05))
    away = 0  # the column opposite to the sun
    assert bright[row, away] > bright[20, away]  # the horizon is brighter than the sky above it


def test_overcast_sky_is_grey_and_three_times_brighter_overhead():
    sky = sky_pixels(40.0, 3.0, 1.0)
    upper = sky[: len(sky) // 2]
    assert luminance(upper[0, 0]) / luminance(upper[-1, 0]) == pytest.approx(3.0, rel=0.05)
    np.testing.assert_allclose(upper / luminance(upper)[..., None], 1.0, atol=2e-3)


def test_sky_fades_without_a_step_through_dusk():
    means = [float(sky_pixels(e, 3.0, 0.0)[:64].mean()) for e in (1.0, 0.5, 0.0, -0.5, -1.0)]
    steps = np.array(means[1:]) / np.array(means[:-1])
    assert (steps < 1.0).all()
    assert (steps > 0.5).all()


@pytest.mark.parametrize("turbidity", [2.0, 4.0, 10.0])
@pytest.mark.parametrize("elevation", [90.0, 30.0, 3.0, 0.0, -10.0, -40.0])
def test_every_sky_is_finite_and_not_black(turbidity, elevation):
    pixels = sky_map(elevation, turbidity, 0.0, ASPHALT).radiance.pixels
    assert np.isfinite(pixels).all()
    assert (luminance(pixels[:64]) > 1e-3).all()  # nothing is lost in half floats
