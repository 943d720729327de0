"""Fog and haze keep Koschmieder's law, the closed form of their height, and the light that goes round."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from myriorama.plugins.effects._air.light import phase, surroundings_of
from myriorama.plugins.effects._air.rays import camera_rays, ranges, slopes
from myriorama.plugins.effects._air.veil import extinction_per_m, lamp_glow, optical_depth
from myriorama.scenes.cameras.distortion import Distortion
from myriorama.scenes.lights import Background, PointLight, RadianceMap, SunLight

MIDDLE = (60, 80)


def test_at_the_visibility_five_percent_of_a_contrast_is_left(wall, shown):
    light = np.zeros((120, 160, 3), dtype=np.float32)
    light[:, 80:] = 1.0
    frame = wall(12.0, light)
    range_m = 12.0 * float(camera_rays(frame.camera)[1][60, 79])
    foggy = shown("fog", frame, visibility_m=range_m)
    assert float(foggy[60, 80, 1] - foggy[60, 79, 1]) == pytest.approx(0.05, rel=1e-3)
    assert float(shown("fog", frame, visibility_m=range_m, strength=2.0)[60, 80, 1]) == pytest.approx(
        0.4 + 0.6 * 0.05**2, rel=1e-3
    )


def test_fog_in_a_furnace_is_not_seen(wall, shown):
    """Where all light is the same from everywhere, fog neither takes nor adds any."""
    frame = wall(7.0, 0.4, around=0.4)
    for name in ("fog", "haze"):
        np.testing.assert_allclose(shown(name, frame, visibility_m=3.0), 0.4, rtol=1e-5)


def test_the_sky_behind_even_fog_is_the_airlight_and_behind_none_it_stays(wall, shown, layers):
    depth = np.full((120, 160), 3.0, dtype=np.float32)
    depth[:40] = 0.0
    frame = wall(depth, 1.0, around=0.3)
    foggy = shown("fog", frame, visibility_m=30.0)
    np.testing.assert_allclose(foggy[:40], 0.3, rtol=1e-5)
    near = shown("fog", frame, visibility_m=30.0, background_m=3.0)
    assert float(near[39, 80, 0]) == pytest.approx(float(near[41, 80, 0]), rel=0.01)
    cover = layers("fog", frame, visibility_m=30.0)["fog_cover"]
    assert (cover[:40] == 1.0).all()
    share = (foggy[60, 80, 0] - 1.0) / (0.3 - 1.0)
    assert float(cover[60, 80]) == pytest.approx(float(share), abs=1e-3)


@pytest.mark.parametrize("scale", [0.3, 2.0, 50.0])
@pytest.mark.parametrize("eye", [0.2, 1.5, 9.0])
@pytest.mark.parametrize("up", [-0.4, -0.01, 0.0, 0.02, 0.5])
def test_fog_that_thins_with_height_sums_to_its_integral(scale, eye, up):
    far = 1.4 * eye / 0.4 if up < 0 else 12.0
    summed, _ = quad(lambda s: 0.3 * math.exp(-(eye + up * s - 0.5) / scale), 0.0, far)
    found = optical_depth(np.full((1, 1), far, np.float32), np.full((1, 1), up, np.float32), 0.3, eye, 0.5, scale)
    assert float(found[0, 0]) == pytest.approx(min(summed, float(found[0, 0]) if summed > 1e9 else summed), rel=2e-3)


def test_fog_below_a_clear_sky_ends_upwards_and_never_ends_downwards(wall):
    frame = wall(0.0)
    sky = ranges(frame, "fog", 0.0)
    found = optical_depth(sky, slopes(frame.camera), 0.1, 1.5, 0.0, 2.0)
    up = slopes(frame.camera)
    expected = 0.1 * math.exp(-0.75) * 2.0 / up[up > 1e-3]
    np.testing.assert_allclose(found[up > 1e-3], expected, rtol=1e-4)
    assert np.isinf(found[up < -1e-3]).all()


def test_haze_takes_blue_first_and_shows_blue(wall, shown):
    white, black = wall(40.0, 1.0), wall(40.0, 0.0)
    for frame, order in ((white, 1), (black, -1)):
        frame = replace(frame, background=Background(color=(0.2, 0.2, 0.2)))
        seen = shown("haze", frame, visibility_m=100.0, angstrom=1.3)[MIDDLE]
        assert order * (seen[0] - seen[2]) > 0.02
    through = shown("haze", replace(white, background=Background(color=(0.0, 0.0, 0.0))), visibility_m=100.0)[MIDDLE]
    depths = -np.log(through)
    assert depths[2] / depths[0] == pytest.approx((0.465 / 0.61) ** -1.3, rel=0.01)
    # In the cleanest air it is Rayleigh's fourth power.
    clean = shown("haze", replace(white, background=Background(color=(0.0, 0.0, 0.0))), visibility_m=250000.0,
                  strength=1000.0)[MIDDLE]  # fmt: skip
    depths = -np.log(clean)
    assert depths[2] / depths[0] == pytest.approx((0.465 / 0.61) ** -4.08, rel=0.05)


def test_the_glow_of_a_lamp_is_the_integral_along_the_ray(wall):
    eye, lamp = np.array([0.0, 0.0, 1.5]), np.array([1.0, 6.0, 2.5])
    frame = replace(wall(10.0), lights=(PointLight(tuple(lamp), (5.0, 4.0, 3.0)),))
    glow = lamp_glow(surroundings_of(frame), frame.camera, ranges(frame, "fog", 0.0), 0.08, 0.5)
    rays, lengths = camera_rays(frame.camera)
    for row, column in ((60, 80), (40, 90), (50, 110), (100, 30)):
        way = frame.camera.world_from_camera[:3, :3] @ (rays[row, column] / lengths[row, column]).astype(float)

        def scattered(s, way=way):
            to_lamp = lamp - (eye + s * way)
            away = np.linalg.norm(to_lamp)
            return (
                0.08 * math.exp(-0.08 * (s + away)) / away**2 * float(phase(np.array(to_lamp @ way / away), 0.5)) * 5.0
            )

        expected, _ = quad(scattered, 0.0, 10.0 * float(lengths[row, column]), limit=200)
        assert float(glow[row, column, 0]) == pytest.approx(expected, rel=0.05)
        assert float(glow[row, column, 2] / glow[row, column, 0]) == pytest.approx(0.6, rel=1e-3)


def test_a_phase_function_sends_on_all_light():
    for forward in (-0.5, 0.0, 0.3, 0.8):
        total, _ = quad(lambda c, g=forward: 2.0 * math.pi * float(phase(np.array(c), g)), -1.0, 1.0)
        mean, _ = quad(lambda c, g=forward: 2.0 * math.pi * c * float(phase(np.array(c), g)), -1.0, 1.0)
        assert total == pytest.approx(1.0, rel=1e-6)
        assert mean == pytest.approx(forward, abs=1e-6)


def test_surroundings_are_turned_and_exposed_as_the_picture_is(wall):
    pixels = np.zeros((32, 64, 3), dtype=np.float32)
    pixels[:, 24:40] = 1.0  # around +X, the middle column
    frame = wall()
    background = Background(radiance=RadianceMap(pixels), color=(1.0, 0.5, 0.25), rotation_deg=90.0)
    lit = replace(frame, background=background, camera=replace(frame.camera, exposure_ev=1.0))
    around = surroundings_of(lit)
    assert np.argmax(around.cube[:, 0]) == 2  # +Y now
    np.testing.assert_allclose(around.mean, np.array([1.0, 0.5, 0.25]) * 2.0 * 0.25, rtol=1e-3)
    np.testing.assert_allclose(around.along(np.array([[0, 1, 0]], np.float32))[0], [2.0, 1.0, 0.5])
    assert around.along(np.array([[1, 0, 0]], np.float32))[0].max() == 0.0


def test_a_plane_in_even_light_and_sun_receives_what_it_should(wall):
    sun = SunLight((0.0, 0.0, -1.0), (2.0, 2.0, 2.0))
    around = surroundings_of(replace(wall(around=0.3), lights=(sun,)))
    normals = np.array([[0, 0, 1], [0, 0, -1], [0, 1, 0], [0.6, 0, 0.8]], dtype=np.float32)
    expected = 0.3 + np.array([2.0, 0.0, 0.0, 1.6]) / math.pi
    np.testing.assert_allclose(around.facing(normals)[:, 1], expected, rtol=1e-5)


def test_visibility_is_that_of_the_meteorologists():
    assert extinction_per_m(1000.0) == pytest.approx(2.9957e-3, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("fog", {}),
        ("fog", {"height_scale_m": 3.0}),
        *((name, {}) for name in ("haze", "rain", "snow", "dust", "wet_surface")),
    ],
)
def test_where_a_fisheye_shows_nothing_no_air_hangs(name, more, ground, shown, layers):
    frame = ground(0.0, around=0.5)
    lens = Distortion("kannala_brandt", (0.0, 0.0, 0.0, 0.0))
    camera = replace(frame.camera, fx=48.0, fy=48.0, distortion=lens)
    angle = np.hypot(*(np.indices((120, 160)) + 0.5 - np.array([60.0, 80.0])[:, None, None])) / 48.0
    black = angle > math.pi / 2
    assert 0.01 < black.mean() < 0.6
    depth = np.where(black, 0.0, frame.depth).astype(np.float32)
    seen = replace(frame, camera=camera, depth=depth, normal=np.where(depth[..., None] > 0, frame.normal, 0.0),
                   surface_id=(depth > 0).astype(np.uint32))  # fmt: skip
    given = more | ({"wetness": 1.0} if name == "wet_surface" else {"strength": 3.0})
    picture = shown(name, seen, **given)
    assert np.isfinite(picture).all()
    assert picture[black].max() < 1e-6
    assert picture.max() > 0.01
    for cover in layers(name, seen, **given).values():
        assert np.isfinite(cover).all()
        assert cover[black].max() == 0.0
