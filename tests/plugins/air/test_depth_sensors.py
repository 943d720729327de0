"""Depth sensors: noise, steps, shadows, holes and flying pixels are those that the parameters state."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.errors import PluginError

FOCAL = 150.0
PLAIN = {
    "stereo_depth": {"least_contrast": 0.0, "outliers": 0.0, "fattening": 0.0, "nearest_m": 0.0},
    "structured_light_depth": {"least_signal": 0.0, "nearest_m": 0.0, "furthest_m": 100.0},
    "tof_depth": {"indirect": 0.0, "footprint_px": 0.0, "least_amplitude": 0.0, "nearest_m": 0.0, "wraps": False},
}
LAYER = {name: f"depth_{name.removesuffix('_depth')}" for name in PLAIN}


def step(near=1.0, far=2.5):
    depth = np.full((120, 160), far, dtype=np.float32)
    depth[30:90, 60:110] = near
    return depth


@pytest.mark.parametrize("name", PLAIN)
def test_a_perfect_sensor_measures_the_exact_depth(name, wall, layers):
    frame = wall(1.7, 0.3)
    perfect = {"noise_m": 0.0} if name == "tof_depth" else {"noise_px": 0.0, "step_px": 0.0}
    found = layers(name, frame, **PLAIN[name], **perfect)[LAYER[name]]
    assert found.dtype == np.float32
    assert found.shape == (120, 160)
    assert (found > 0).mean() > 0.8
    np.testing.assert_allclose(found[found > 0], 1.7, rtol=1e-5)


@pytest.mark.parametrize("name", ["stereo_depth", "structured_light_depth"])
@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_noise_of_disparities_is_as_stated_and_of_depths_grows_with_their_square(name, noise, wall, layers):
    for depth_m in (1.0, 3.0):
        parts = []
        for index in range(3):
            given = {"noise_px": noise, "step_px": 0.0, "baseline_m": 0.2}
            found = layers(name, wall(depth_m, 0.3), index=index, **PLAIN[name], **given)[LAYER[name]]
            parts.append(found[found > 0].astype(float))
        depths = np.concatenate(parts)
        disparities = FOCAL * 0.2 / depths
        assert disparities.std() == pytest.approx(noise, rel=0.03)
        assert disparities.mean() == pytest.approx(FOCAL * 0.2 / depth_m, abs=0.01)
        if noise < 0.1:
            assert depths.std() == pytest.approx(noise * depth_m**2 / (FOCAL * 0.2), rel=0.03)


@pytest.mark.parametrize("name", ["stereo_depth", "structured_light_depth"])
def test_depths_are_whole_steps_of_disparity(name, wall, layers):
    ramp = np.linspace(1.0, 6.0, 120)[:, None].repeat(160, axis=1)
    given = {"noise_px": 0.0, "step_px": 0.25, "baseline_m": 0.2}
    more = {} if name == "stereo_depth" else {"footprint_px": 1}
    found = layers(name, wall(ramp, 0.3), **PLAIN[name], **given, **more)[LAYER[name]]
    steps = FOCAL * 0.2 / found[found > 0] / 0.25
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)
    far, near = np.unique(found[found > 4.0]), np.unique(found[(found > 1.0) & (found < 2.0)])
    assert np.diff(far).mean() > 4.0 * np.diff(near).mean()


@pytest.mark.parametrize("name", ["stereo_depth", "structured_light_depth"])
def test_what_the_second_view_does_not_see_is_a_hole_as_wide_as_the_disparities_differ(name, wall, layers):
    frame = wall(step(), 0.3)
    more = {} if name == "stereo_depth" else {"footprint_px": 1}
    given = {"noise_px": 0.0, "step_px": 0.0, "baseline_m": 0.1}
    found = layers(name, frame, **PLAIN[name], **given, **more)[LAYER[name]]
    shadow = FOCAL * 0.1 * (1.0 / 1.0 - 1.0 / 2.5)
    row = found[60]
    holes = np.nonzero(row[20:60] == 0)[0] + 20
    assert holes.max() == 59  # it ends at the near thing's left side
    assert len(holes) == pytest.approx(shadow, abs=1.5)
    assert (row[60:110] > 0).all()
    assert (row[112:] > 0).all()
    border = FOCAL * 0.1 / 2.5 if name == "stereo_depth" else 0.0
    assert (found[5] == 0).sum() == pytest.approx(border, abs=1.0)


def test_stereo_has_holes_without_texture_at_a_slant_and_where_it_is_too_bright_or_dark(wall, layers):
    rng = np.random.default_rng(1)
    light = 0.3 * (1.0 + 0.2 * rng.standard_normal((120, 160, 1))).clip(0.1, 2.0) * np.ones(3)
    light[:, 40:80] = 0.3
    light[:, 80:110] *= 40.0
    light[:, 110:140] *= 1e-3
    frame = wall(2.0, light.astype(np.float32))
    given = {"outliers": 0.0, "baseline_m": 0.02, "nearest_m": 0.0}
    found = layers("stereo_depth", frame, **given)["depth_stereo"]
    kept = (found > 0).mean(axis=0)
    assert kept[10:35].min() > 0.95
    for start, end in ((45, 75), (85, 105), (115, 135)):
        assert kept[start:end].max() == 0.0
    slanted = np.zeros((120, 160, 3), dtype=np.float32)
    slanted[..., 0], slanted[..., 2] = math.sin(math.radians(85.0)), -math.cos(math.radians(85.0))
    assert (layers("stereo_depth", replace(frame, normal=slanted), **given)["depth_stereo"][:, 75:85] == 0).all()


def test_near_things_grow_and_wrong_matches_are_as_many_as_stated(wall, layers):
    frame = wall(step(), 0.3)
    given = {**PLAIN["stereo_depth"], "noise_px": 0.0, "step_px": 0.0, "window_px": 9}
    grown = layers("stereo_depth", frame, **{**given, "fattening": 1.0})["depth_stereo"]
    assert ((grown[60] > 0.99) & (grown[60] < 1.01)).sum() == 50 + 2 * 4
    wrong = layers("stereo_depth", wall(2.0, 0.3), **{**given, "outliers": 0.1, "furthest_m": 1e5, "baseline_m": 0.01})
    off = np.abs(wrong["depth_stereo"] - 2.0) > 0.02
    assert off[:, 5:].mean() == pytest.approx(1.0 - math.exp(-0.1), abs=0.012)


def test_structured_light_mixes_at_edges_and_loses_dark_and_bright_things(wall, layers):
    frame = wall(step(), 0.3)
    given = {**PLAIN["structured_light_depth"], "noise_px": 0.0, "step_px": 0.0, "baseline_m": 0.1}
    found = layers("structured_light_depth", frame, **{**given, "flying": 1.0})["depth_structured_light"]
    flying = (found > 1.02) & (found < 2.45)
    assert flying[28:92, 58:112].sum() > 100
    assert flying[:20].sum() == 0
    none = layers("structured_light_depth", frame, **{**given, "flying": 0.0})["depth_structured_light"]
    assert ((none > 1.02) & (none < 2.45)).sum() == 0
    some = layers("structured_light_depth", frame, **{**given, "flying": 0.4})["depth_structured_light"]
    lit = flying & (found > 0)
    assert (some[lit] > 0).mean() == pytest.approx(0.4, abs=0.1)
    light = np.full((120, 160, 3), 0.3, dtype=np.float32)
    light[:, :40], light[:, 120:] = 0.001, 5.0
    holes = layers("structured_light_depth", wall(2.0, light), **{**given, "least_signal": 0.01})
    kept = (holes["depth_structured_light"] > 0).mean(axis=0)
    assert kept[:38].max() == 0.0
    assert kept[45:115].min() == 1.0
    assert kept[122:].max() == 0.0


@pytest.mark.parametrize("ambient", [0.0, 3.0])
@pytest.mark.parametrize("albedo", [0.2, 0.9])
def test_time_of_flight_noise_follows_amplitude_and_ambient_light(ambient, albedo, wall, layers):
    around, depth_m = 0.5, 2.0
    frame = wall(depth_m, albedo * around, around=around)
    many = []
    for index in range(30):
        given = {**PLAIN["tof_depth"], "noise_m": 0.004, "ambient": ambient}
        many.append(layers("tof_depth", frame, index=index, **given)["depth_tof"][55:65, 70:90].astype(float).ravel())
    amplitude = albedo / depth_m**2
    expected = 0.004 * math.sqrt(amplitude + ambient * albedo * around) / amplitude
    assert np.concatenate(many).std() == pytest.approx(expected, rel=0.03)
    assert np.concatenate(many).mean() == pytest.approx(depth_m, abs=expected / 10)


def test_ranges_beyond_the_ambiguity_fold_back(wall, layers):
    once = 299792458.0 / (2 * 20e6)
    given = {**PLAIN["tof_depth"], "noise_m": 0.0, "wraps": True}
    frame = wall(9.0, 0.3)
    assert layers("tof_depth", frame, **given)["depth_tof"][60, 80] == pytest.approx(9.0 - once, abs=2e-3)
    other = layers("tof_depth", frame, **{**given, "wraps": False})["depth_tof"]
    assert other[60, 80] == pytest.approx(9.0, abs=1e-3)


def test_time_of_flight_mixes_at_edges_and_indirect_light_is_late(wall, layers):
    given = {**PLAIN["tof_depth"], "noise_m": 0.0}
    frame = wall(step(), 0.3)
    mixed = layers("tof_depth", frame, **{**given, "footprint_px": 0.8})["depth_tof"]
    flying = (mixed > 1.02) & (mixed < 2.45)
    assert 50 < flying.sum() < 900
    assert not flying[40:80, 65:105].any()
    late = layers("tof_depth", wall(2.0, 0.3), **{**given, "indirect": 0.1})["depth_tof"]
    assert 0.0005 < float(late[60, 80]) - 2.0 < 0.1


@pytest.mark.parametrize("name", PLAIN)
def test_a_sensor_repeats_by_key_changes_no_picture_and_is_off_when_it_is_off(name, wall, layers, shown):
    frame = wall(step(), 0.3)
    given = PLAIN[name]
    first = layers(name, frame, **given)[LAYER[name]]
    assert first.tobytes() == layers(name, frame, **given)[LAYER[name]].tobytes()
    assert first.tobytes() != layers(name, frame, index=1, **given)[LAYER[name]].tobytes()
    assert layers(name, frame, enabled=False) == {}
    assert shown(name, frame) is frame.linear
    assert (layers(name, wall(0.0, 0.3), **given)[LAYER[name]] == 0).all()
    cut = layers(name, frame, **{**given, "nearest_m": 1.5, "furthest_m": 2.0})[LAYER[name]]
    assert (cut[cut > 0] >= 1.5).all()
    assert (cut <= 2.0).all()
    with pytest.raises(PluginError, match="depth"):
        layers(name, replace(frame, depth=None))
