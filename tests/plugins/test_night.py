"""Moon, night sky and the lamps that come on after dusk."""

from __future__ import annotations

import math

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.lights import SpotLight, SunLight
from myriorama.scenes.parameters.schema import Color
from myriorama.scenes.radiometry.color import luminance
from myriorama.scenes.radiometry.equirect import irradiance
from myriorama.scenes.radiometry.moon import moonlight_klx
from myriorama.scenes.radiometry.sky import REFERENCE_KLX, sky_map

REGISTRY = builtin_registry()
UP = np.array([0.0, 0.0, 1.0])
MIDNIGHT = {"time_h": 0.0, "day_of_year": 355.0, "latitude_deg": 45.0}


def build(name, **given):
    plugin = REGISTRY.environment(name)
    values = {}
    for p in plugin.parameters:
        default = p.default
        if isinstance(p, Color):
            default = tuple(int(str(default)[i : i + 2], 16) / 255 for i in (1, 3, 5))
        values[p.name] = tuple(default) if isinstance(default, list) else default
    return plugin.build(values | given)


def test_the_full_moon_gives_a_quarter_of_a_lux_and_the_half_moon_a_tenth_of_that():
    assert moonlight_klx(1.0, 90.0) * 1000.0 == pytest.approx(0.228, rel=0.02)
    assert 8.0 < moonlight_klx(1.0, 60.0) / moonlight_klx(0.5, 60.0) < 13.0
    assert moonlight_klx(1.0, 10.0) < 0.5 * moonlight_klx(1.0, 60.0)
    assert moonlight_klx(1.0, -1.0) == moonlight_klx(0.0, 60.0) == 0.0


def test_the_moon_is_a_light_with_its_direction_only_by_night():
    moonlit = build("sky", **MIDNIGHT, moon_share=1.0, moon_azimuth_deg=30.0, moon_elevation_deg=50.0, north_deg=17.0)
    assert len(moonlit.lights) == 1
    moon = moonlit.lights[0]
    assert isinstance(moon, SunLight)
    height = math.radians(50.0)
    expected = -np.array(
        [math.cos(height) * math.cos(math.pi / 6), math.cos(height) * math.sin(math.pi / 6), math.sin(height)]
    )
    np.testing.assert_allclose(moon.direction, expected, atol=1e-9)
    assert build("sky", **MIDNIGHT).lights == ()
    assert build("sky", **MIDNIGHT, moon_share=1.0, moon_elevation_deg=-5.0).lights == ()
    assert len(build("sky", moon_share=1.0).lights) == 1  # by day the sun alone


@pytest.mark.parametrize("adaptation", [0.0, 0.5, 0.85])
def test_a_brighter_moon_and_a_town_make_a_brighter_night(adaptation):
    def paper(**given):
        parts = build("sky", **MIDNIGHT, adaptation=adaptation, white_balance=0.0, **given)
        background = parts.background
        lit = luminance(irradiance(background.radiance.pixels, UP) * np.array(background.color))
        return float(lit + sum(luminance(np.array(s.irradiance)) * -s.direction[2] for s in parts.lights)) / math.pi

    dark, half, full = paper(), paper(moon_share=0.5), paper(moon_share=1.0)
    assert dark < half < full
    assert dark < paper(sky_glow=100.0)
    if adaptation == 0.0:
        # In the scale of the reference light: a full moon 40 degrees high.
        moon_klx = moonlight_klx(1.0, 40.0) * math.sin(math.radians(40.0))
        assert full == pytest.approx((moon_klx * 1.15 + 1e-6) / REFERENCE_KLX, rel=0.02)
        assert dark == pytest.approx(1e-6 / REFERENCE_KLX, rel=0.02)


def test_dusk_turns_blue_and_loses_the_sunsets_glow():
    def sky(elevation):
        pixels = sky_map(elevation, 3.0, 0.0, (0.1, 0.1, 0.1)).radiance.pixels[:60].astype(float)
        toward, away = pixels[50:, 120:136].mean(axis=(0, 1)), pixels[50:, :8].mean(axis=(0, 1))
        return pixels.mean(axis=(0, 1)), float(luminance(toward) / luminance(away))

    sunset, dusk, night = sky(0.0), sky(-6.0), sky(-25.0)
    assert sunset[1] > dusk[1] > night[1]
    assert night[1] == pytest.approx(1.0, abs=0.01)
    assert dusk[0][2] / dusk[0][0] > sunset[0][2] / sunset[0][0]


@pytest.mark.parametrize("name", ["street_lamps", "headlights"])
def test_lamps_come_on_as_the_sun_sinks(name):
    def burning(time_h, below):
        given = {"time_h": time_h, "day_of_year": 80.0, "latitude_deg": 45.0, "only_below_sun_deg": below}
        return len(build(name, **given).lights)

    every = 3 if name == "street_lamps" else 2
    assert burning(12.0, 90.0) == every  # 90 is always
    assert burning(12.0, -2.0) == burning(17.9, -2.0) == 0
    assert burning(18.5, -2.0) == burning(0.0, -2.0) == burning(5.0, -2.0) == every


def test_street_lamps_stand_in_a_row_and_keep_their_strength_below():
    parts = build("street_lamps", first_m=(1.0, 2.0, 6.0), count=4, spacing_m=10.0, azimuth_deg=0.0, strength=0.5,
                  ground_m=1.0)  # fmt: skip
    assert [round(light.position[0], 9) for light in parts.lights] == [1.0, 11.0, 21.0, 31.0]
    for light in parts.lights:
        assert isinstance(light, SpotLight)
        received = float(luminance(np.array(light.intensity))) / 5.0**2
        assert received / math.pi == pytest.approx(0.5, rel=1e-3)


def test_headlights_are_apart_across_their_way_and_dip():
    left, right = build("headlights", position_m=(0.0, 0.0, 0.7), azimuth_deg=90.0, dip_deg=3.0, apart_m=1.4).lights
    np.testing.assert_allclose(np.array(right.position) - np.array(left.position), [1.4, 0.0, 0.0], atol=1e-9)
    ahead = [0.0, math.cos(math.radians(3.0)), -math.sin(math.radians(3.0))]
    np.testing.assert_allclose(left.direction, ahead, atol=1e-9)
