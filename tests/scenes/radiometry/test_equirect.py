"""The sums of an equirectangular map against integrals that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.scenes.lights import AreaLight, RadianceMap, SunLight
from myriorama.scenes.radiometry.equirect import (
    directions,
    irradiance,
    pixel_of,
    reduced,
    scalar_irradiance,
    solid_angles,
    turned_about_z,
)
from myriorama.scenes.radiometry.meter import light_level
from myriorama.scenes.radiometry.rectangle import (
    facing_form_factor,
    irradiance_from_rectangle,
    radiance_of_rectangle,
)
from myriorama.scenes.radiometry.sun_extraction import extract_sun


def test_layout_is_up_on_row_0_plus_x_in_the_middle_and_minus_y_to_the_right():
    toward = directions(64, 128)
    assert toward[0, :, 2].min() > 0.99
    np.testing.assert_allclose(toward[31:33, 63:65].mean(axis=(0, 1)), [1, 0, 0], atol=1e-2)
    np.testing.assert_allclose(toward[31:33, 95:97].mean(axis=(0, 1)), [0, -1, 0], atol=1e-2)
    for row, column in [(0, 0), (10, 127), (63, 5), (40, 64)]:
        assert pixel_of(toward[row, column], 64, 128) == (row, column)


def test_solid_angles_make_the_sphere():
    assert solid_angles(37, 91).sum() * 91 == pytest.approx(4 * math.pi)


def test_irradiance_of_an_even_map_and_of_a_cosine_sky():
    even = np.ones((64, 128, 3), dtype=np.float32)
    for normal in ([0, 0, 1], [1, 0, 0], [0.6, 0, -0.8]):
        np.testing.assert_allclose(irradiance(even, np.array(normal, dtype=float)), math.pi, rtol=1e-3)
    np.testing.assert_allclose(scalar_irradiance(even), 4 * math.pi, rtol=1e-6)
    # CIE overcast: integral of (1 + 2 cos t) / 3 * cos t over the upper hemisphere is 7 pi / 9.
    overcast = np.where(directions(128, 256)[..., 2:] > 0, (1 + 2 * directions(128, 256)[..., 2:]) / 3, 0.0)
    np.testing.assert_allclose(irradiance(overcast, np.array([0.0, 0, 1])), 7 * math.pi / 9, rtol=1e-3)
    assert light_level(even) == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("shape", [(64, 128), (96, 192), (60, 100)])
def test_reducing_keeps_the_light(shape):
    rng = np.random.default_rng(3)
    pixels = rng.gamma(0.3, size=(*shape, 3)).astype(np.float32)
    small = reduced(pixels, 50)
    assert small.shape[1] <= 50
    np.testing.assert_allclose(scalar_irradiance(small), scalar_irradiance(pixels), rtol=1e-5)
    assert reduced(pixels, 4000) is pixels


def _sky_with_sun(height, elevation_deg, azimuth_deg, radius_deg, radiance):
    toward = directions(height, 2 * height)
    elevation, azimuth = math.radians(elevation_deg), math.radians(azimuth_deg)
    sun = np.array(
        [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
    )
    pixels = np.where(toward[..., 2:] > 0, [0.3, 0.4, 0.6], [0.1, 0.08, 0.06]).astype(np.float32)
    disc = toward @ sun > math.cos(math.radians(radius_deg))
    pixels[disc] = radiance
    return RadianceMap(pixels), sun, disc


@pytest.mark.parametrize(("elevation", "azimuth", "radius"), [(60, 20, 0.5), (25, 179, 1.0), (8, -100, 2.0)])
def test_taking_the_sun_out_keeps_the_energy(elevation, azimuth, radius):
    radiance, toward_sun, disc = _sky_with_sun(512, elevation, azimuth, radius, [9000.0, 8000.0, 6000.0])
    left, sun = extract_sun(radiance)
    assert sun is not None
    np.testing.assert_allclose(-np.array(sun.direction), toward_sun, atol=2e-3)
    assert left.pixels.max() < 1.0
    np.testing.assert_array_equal(left.pixels[~disc], radiance.pixels[~disc])
    assert sun.angular_diameter_deg == pytest.approx(2 * radius, rel=0.25)
    for normal in ([0, 0, 1], [1, 0, 0], [0, 1, 0], [-1, 0, 0], list(toward_sun), [0.6, 0.0, 0.8]):
        n = np.array(normal, dtype=float)
        before = irradiance(radiance.pixels, n)
        after = irradiance(left.pixels, n) + np.array(sun.irradiance) * max(0.0, -float(n @ np.array(sun.direction)))
        np.testing.assert_allclose(after, before, atol=0.01 * float(np.max(sun.irradiance)))
        if abs(float(n @ toward_sun)) > 0.1:  # at grazing light the disc is cut by the plane's horizon
            np.testing.assert_allclose(after, before, rtol=0.01)
    np.testing.assert_allclose(
        scalar_irradiance(left.pixels) + np.array(sun.irradiance), scalar_irradiance(radiance.pixels), rtol=1e-4
    )


def test_a_window_and_an_even_sky_stay_in_the_map():
    wide, _, _ = _sky_with_sun(128, 40, 0, 15.0, [50.0, 50.0, 50.0])
    assert extract_sun(wide) == (wide, None)
    even = RadianceMap(np.full((64, 128, 3), 0.5, dtype=np.float32))
    assert extract_sun(even) == (even, None)
    black = RadianceMap(np.zeros((64, 128, 3), dtype=np.float32))
    assert extract_sun(black) == (black, None)


def test_light_level_of_suns():
    high = SunLight((0.0, 0.0, -1.0), (math.pi, math.pi, math.pi))
    low = SunLight((1.0, 0.0, 0.0), (math.pi, math.pi, math.pi))
    assert light_level(None, (high,)) == pytest.approx(1.0)
    assert light_level(None, (low,)) == pytest.approx(0.5)


@pytest.mark.parametrize(("w", "h", "d"), [(0.5, 0.5, 1.0), (2.0, 0.3, 0.7), (0.01, 0.01, 3.0)])
def test_rectangle_light_by_formula_sum_and_map_agree(w, h, d):
    light = AreaLight((0.0, 0.0, d), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), w, h, (2.0, 2.0, 2.0))
    up = np.array([0.0, 0.0, 1.0])
    expected = 2.0 * math.pi * facing_form_factor(w, h, d)
    np.testing.assert_allclose(irradiance_from_rectangle(light, np.zeros(3), up, cells=40), expected, rtol=2e-3)
    if w > 0.1:
        toward = directions(512, 1024)
        np.testing.assert_allclose(
            irradiance(radiance_of_rectangle(light, np.zeros(3), toward), up), expected, rtol=5e-3
        )
    if w < 0.1:
        assert expected == pytest.approx(2.0 * w * h / d**2, rel=1e-3)


def test_turning_is_counter_clockwise():
    np.testing.assert_allclose(turned_about_z(np.array([1.0, 0.0, 0.5]), 90.0), [0.0, 1.0, 0.5], atol=1e-12)
