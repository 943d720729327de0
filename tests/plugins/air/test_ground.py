"""Snow and water on what faces up: shares, reflectances and mirrors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.plugins.effects._air.ground import lie_of, light_on
from myriorama.plugins.effects._air.light import surroundings_of
from myriorama.scenes.lights import SunLight


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_snow_lies_on_its_share_of_level_ground(share, ground, layers):
    frame = ground()
    shares = []
    for index in range(6):
        cover = layers("snow", frame, index=index, strength=0.0, lying=share, patch_m=0.1)["snow_cover"].astype(float)
        shares.append(cover[80:].mean())
        assert cover[frame.depth == 0].max() == 0.0
    assert np.mean(shares) == pytest.approx(share, abs=0.06)


def test_no_snow_or_water_lies_on_a_wall(wall, shown):
    frame = wall(3.0)
    for name, given in (("snow", {"strength": 0.0, "lying": 1.0}), ("wet_surface", {"wetness": 1.0, "puddles": 1.0})):
        np.testing.assert_allclose(shown(name, frame, **given), frame.linear, atol=1e-6)


def test_snow_is_white_in_the_light_that_arrives(ground, shown):
    frame = ground(0.05, around=0.4)
    white = shown("snow", frame, strength=0.0, lying=1.0)
    assert white[90:].mean() == pytest.approx(0.87 * 0.4, rel=0.03)


def test_shadows_are_told_from_light_and_snow_in_them_is_darker(ground, shown):
    frame = replace(ground(0.0, around=0.1), lights=(SunLight((0.0, 0.0, -1.0), (2.0, 2.0, 2.0)),))
    light = np.full((120, 160, 3), 0.3 * (0.1 + 2.0 / np.pi), dtype=np.float32)
    light[:, 100:] = 0.3 * 0.1
    frame = replace(frame, linear=light)
    lit = light_on(frame, lie_of(frame, "snow"), light, surroundings_of(frame), "snow").share
    assert lit[90:, :95].min() > 0.95
    assert lit[90:, 105:].max() < 0.05
    white = shown("snow", frame, strength=0.0, lying=1.0)
    assert white[90:, :95].mean() == pytest.approx(0.87 * (0.1 + 2.0 / np.pi), rel=0.03)
    assert white[90:, 105:].mean() == pytest.approx(0.87 * 0.1, rel=0.05)


@pytest.mark.parametrize(("dry", "left"), [(0.1, 0.934 * 0.526 / (1 - 0.0474)), (0.8, 0.934 * 0.526 / (1 - 0.3792))])
def test_wet_ground_is_darker_by_its_reflectance_and_mirrors_by_fresnel(dry, left, ground, shown):
    around = 0.4
    frame = ground(dry * around, around=around)
    wet = shown("wet_surface", frame, wetness=1.0, porosity=1.0, puddles=1.0)
    rows = np.array([70, 90, 115])
    slant = (rows + 0.5 - 60.0) / 150.0
    cosine = slant / np.sqrt(1.0 + slant**2)
    fresnel = 0.0204 + 0.9796 * (1.0 - cosine) ** 5
    expected = dry * around * left + fresnel * around
    np.testing.assert_allclose(wet[rows, 80, 1], expected, rtol=0.03)
    glazed = shown("wet_surface", frame, wetness=1.0, porosity=0.0, puddles=1.0)
    np.testing.assert_allclose(glazed[rows, 80, 1], dry * around + fresnel * around, rtol=0.03)


def test_a_puddle_mirrors_what_stands_behind_it(ground, shown):
    """A red wall across the far ground: its mirror image stands below its foot, as high as the wall is."""
    frame = ground(0.1, around=0.2)
    depth, normal, light = frame.depth.copy(), frame.normal.copy(), frame.linear.copy()
    far = (depth > 6.0) | (depth == 0.0)
    top = int(60 + 150.0 * (1.5 - 2.5) / 6.0)  # 2.5 m high, 6 m away
    far[:top] = False
    depth[far], light[far] = 6.0, (0.9, 0.0, 0.0)
    normal[far] = (0.0, 0.0, -1.0)
    ids = np.where(far, 2, frame.surface_id).astype(np.uint32)
    frame = replace(frame, depth=depth, normal=normal, linear=light, surface_id=ids)
    wet = shown("wet_surface", frame, wetness=1.0, puddles=1.0)
    foot = int(np.nonzero(far[:, 80])[0].max())
    # A point at height h mirrors to 150 * (1.5 + h) / 6 below the horizon.
    redness = wet[..., 0] - wet[..., 2]
    assert redness[foot + 6, 80] > 0.03
    last = 60 + int(150.0 * (1.5 + 2.5) / 6.0)
    assert last > 119  # all of the ground in view lies within the image of the wall
    low = replace(frame, depth=np.where(ids == 2, np.float32(6.0), frame.depth))
    short = far.copy()
    short[: int(60 + 150.0 * (1.5 - 0.5) / 6.0)] = False  # 0.5 m high
    light = np.where(short[..., None], light, np.float32(0.1)).astype(np.float32)
    light[far & ~short] = 0.2
    wet = shown("wet_surface", replace(low, linear=light), wetness=1.0, puddles=1.0)
    redness = wet[..., 0] - wet[..., 2]
    ends = 60 + 150.0 * (1.5 + 0.5) / 6.0
    rows = np.nonzero(redness[foot + 3 :, 80] > 0.01)[0] + foot + 3
    assert rows.max() == pytest.approx(ends, abs=3)
