"""The effects of the lens by the laws that they state: light is kept, green stays, drops turn things over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from myriorama.plugins.effects._lens.front import drops_on
from myriorama.plugins.effects._lens.glare import blade_kernel, ghosts_of, star_kernel
from myriorama.plugins.effects._spread import block_means, blurred, enlarged


@pytest.mark.parametrize("sigma_px", [0.7, 3.0, 5.0, 17.0, 60.0])
@pytest.mark.parametrize("shape", [(120, 160), (97, 131)])
def test_what_is_spread_is_not_lost_and_even_light_stays(sigma_px: float, shape: tuple[int, int], flat: Any) -> None:
    picture = np.zeros((*shape, 3), np.float32)
    picture[5, 7] = (100.0, 50.0, 1.0)
    wide = blurred(picture, sigma_px)
    np.testing.assert_allclose(wide.sum(axis=(0, 1), dtype=float), (100.0, 50.0, 1.0), rtol=1e-5)
    np.testing.assert_allclose(blurred(flat(0.3, *shape), sigma_px), 0.3, rtol=1e-5)


@pytest.mark.parametrize("sigma_px", [3.0, 5.0, 12.0])
def test_it_is_a_gaussian_of_that_width(sigma_px: float) -> None:
    picture = np.zeros((160, 160, 3), np.float32)
    picture[80, 80] = 1.0
    wide = blurred(picture, sigma_px)[..., 1].astype(float)
    y, x = np.mgrid[:160, :160] - 80.0
    assert np.sqrt((wide * x * x).sum()) == pytest.approx(sigma_px, rel=0.06)
    assert np.sqrt((wide * y * y).sum()) == pytest.approx(sigma_px, rel=0.06)


def test_means_of_blocks_come_back_up_smoothly(flat: Any) -> None:
    x = np.arange(131, dtype=np.float32)
    picture = np.broadcast_to(x[None, :, None], (97, 131, 3)).copy()
    back = enlarged(block_means(picture, 4), 97, 131, 4)
    np.testing.assert_allclose(back[:, 4:-4], picture[:, 4:-4], atol=0.02)


@pytest.mark.parametrize("strength", [0.05, 0.5, 1.0])
def test_bloom_keeps_the_light_and_lifts_what_is_dark(run: Any, lamps: Any, strength: float) -> None:
    out = run("bloom", lamps, strength=strength)
    np.testing.assert_allclose(out.sum(axis=(0, 1), dtype=float), lamps.sum(axis=(0, 1), dtype=float), rtol=1e-5)
    assert out[31, 111, 0] < lamps[31, 111, 0]
    assert out[25, 111, 0] > lamps[25, 111, 0]
    assert run("bloom", 2 * lamps, strength=strength) == pytest.approx(2 * out, rel=1e-5)


def test_lateral_colour_moves_red_and_blue_by_the_share_told_and_green_not_at_all(run: Any) -> None:
    y, x = np.mgrid[:240, :320] + 0.5
    middle = np.array([160.0, 120.0])
    spots = [(40.0, 30.0), (250.0, 200.0), (160.0, 120.0), (300.0, 20.0)]
    picture = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 18.0) for a, b in spots)
    out = run("chromatic_aberration", np.repeat(picture[..., None], 3, axis=2).astype(np.float32), red_percent=1.0,
              blue_percent=-0.5)  # fmt: skip
    for a, b in spots:
        near = (np.abs(x - a) < 12) & (np.abs(y - b) < 12)
        for channel, factor in ((0, 1.01), (1, 1.0), (2, 0.995)):
            weight = out[..., channel][near].astype(float)
            found = np.array([(weight * x[near]).sum(), (weight * y[near]).sum()]) / weight.sum()
            np.testing.assert_allclose(found, middle + factor * (np.array([a, b]) - middle), atol=0.05)
    np.testing.assert_array_equal(out[..., 1], picture.astype(np.float32))


def test_lateral_colour_draws_no_dark_rim_beside_a_lamp(run: Any, lamps: Any) -> None:
    out = run("chromatic_aberration", lamps, red_percent=0.7, blue_percent=-0.7)
    assert out.min() >= lamps.min()
    assert out.max() <= lamps.max()


@pytest.mark.parametrize(("blades", "rays"), [(5, 10), (6, 6), (7, 14), (8, 8)])
def test_a_star_has_a_ray_for_each_blade_or_two(blades: int, rays: int) -> None:
    kernel = star_kernel(120, 160, blades, 9.0, 40.0, 0.0)
    np.testing.assert_allclose(kernel.sum(axis=(0, 1), dtype=float), 1.0, rtol=1e-4)
    angles = np.arange(720) / 720.0 * 2 * np.pi
    ring = np.zeros(720)
    for radius in range(40, 70):
        row = np.rint(119 + radius * np.sin(angles)).astype(int)
        column = np.rint(159 + radius * np.cos(angles)).astype(int)
        ring += kernel[row, column, 1]
    spectrum = np.abs(np.fft.rfft(ring))[1:40]
    assert np.argmax(spectrum) + 1 == rays


def test_flare_adds_light_of_what_is_bright_alone(run: Any, lamps: Any, flat: Any) -> None:
    out = run("flare", lamps)
    assert (out >= lamps - 1e-6).all()
    assert out.sum() > lamps.sum()
    dull = flat(0.9)
    assert run("flare", dull) is dull
    more = run("flare", lamps, strength=0.6)
    np.testing.assert_allclose(more - lamps, 2 * (out - lamps), atol=1e-4)


def test_ghosts_lie_on_the_line_through_the_middle(run: Any) -> None:
    picture = np.zeros((120, 160, 3), np.float32)
    picture[30, 40] = 500.0  # a quarter of the picture from its middle, up and to the left
    for ghost in ghosts_of(3, 6):
        assert 0.1 < abs(ghost.scale) < 1.5
    added = run("flare", picture, star=0.0, ghosts=6, lens=3) - picture
    y, x = np.mgrid[:120, :160]
    off = np.abs((y - 59.5) * (40 - 79.5) - (x - 79.5) * (30 - 59.5)) / np.hypot(40 - 79.5, 30 - 59.5)
    assert added[off < 18].sum() > 0.95 * added.sum()
    kernel = blade_kernel(40, 50, 6, 0.0, 9.0)
    np.testing.assert_allclose(kernel.sum(axis=(0, 1), dtype=float), 1.0, rtol=1e-5)


def test_dirt_is_the_lenss_and_stays_the_same_at_other_sizes(run: Any, flat: Any) -> None:
    dark = 0.5 - run("lens_dirt", flat(0.5, 240, 320), lens=4, strength=1.0, smears=0.0)[..., 0]
    again = 0.5 - run("lens_dirt", flat(0.5, 240, 320), index=7, lens=4, strength=1.0, smears=0.0)[..., 0]
    other = 0.5 - run("lens_dirt", flat(0.5, 240, 320), lens=5, strength=1.0, smears=0.0)[..., 0]
    large = 0.5 - run("lens_dirt", flat(0.5, 480, 640), lens=4, strength=1.0, smears=0.0)[..., 0]
    np.testing.assert_array_equal(dark, again)
    assert abs(np.corrcoef(dark.ravel(), other.ravel())[0, 1]) < 0.2
    halved = large.reshape(240, 2, 320, 2).mean(axis=(1, 3))
    assert np.corrcoef(dark.ravel(), halved.ravel())[0, 1] > 0.95


def test_dirt_takes_what_its_channel_tells_and_glows_near_a_lamp(run: Any, flat: Any, lamps: Any) -> None:
    from myriorama.plugins.registry import builtin_registry
    from myriorama.scenes.parameters.streams import KeyedDraws
    from myriorama.scenes.rendering.frame import Frame

    plugin = builtin_registry().effect("lens_dirt")
    values = {p.name: p.default for p in plugin.parameters}
    cover = plugin.channels(values, Frame("k", 160, 120, "none"), KeyedDraws(3, 0, 0, "dirt"))["lens_cover"]
    assert cover.dtype == np.float32
    assert 0.0 <= cover.min() < cover.max() <= 1.0
    even = run("lens_dirt", flat(0.4))
    np.testing.assert_allclose(even[..., 0], 0.4 * (1.0 - cover * 0.5), atol=1e-5)
    lit = run("lens_dirt", lamps)
    dirty = cover > 0.1
    assert (lit - lamps)[..., 0][dirty].max() > 0.05


def test_a_drop_shows_the_scene_upside_down(run: Any) -> None:
    picture = np.full((240, 320, 3), 0.05, np.float32)
    picture[:120] = 1.0  # a bright sky
    from myriorama.plugins.effects._lens.front import drops_on

    found = drops_on(1, 240, 320, 5, 6.0, 0.2)
    out = run("lens_drops", picture, drops=5, lens=1, size_percent=6.0, softness_percent=0.2)[..., 0]
    free = found.cover == 0.0
    np.testing.assert_array_equal(out[free], picture[..., 0][free])
    seen_sky = found.source_y < 0.45
    clear = found.cover[found.rows, found.columns] > 0.99
    bright = out[found.rows, found.columns] / np.maximum(found.shade, 0.2)
    middle = clear & (found.shade > 0.9)
    assert bright[middle & seen_sky].mean() > 2 * bright[middle & (found.source_y > 0.55)].mean()
    # in each drop what is lower looks higher
    assert np.corrcoef(found.rows[middle], found.source_y[middle])[0, 1] < 0.9
    one = drops_on(2, 240, 320, 1, 10.0, 0.2)
    if len(one.rows) > 50:
        assert np.corrcoef(one.rows, one.source_y)[0, 1] < -0.9
        assert np.corrcoef(one.columns, one.source_x)[0, 1] < -0.9


@pytest.mark.parametrize("lens", [0, 1, 2, 3])
def test_no_seam_runs_through_drops_that_have_met(lens: int) -> None:
    """Away from the water's own edge, what it shows goes over from one drop to the next."""
    height, width, middling = 240, 320, 16
    drops = drops_on(lens, height, width, 80, 4.0, 0.35)
    looks, deep = np.zeros((height, width)), distance_transform_edt(np.pad(drops.cover > 0.02, 1))[1:-1, 1:-1]
    looks[drops.rows, drops.columns] = drops.source_y
    inside = deep > 0.5 * middling
    assert inside.mean() > 0.1
    steps = np.abs(np.diff(looks, axis=0))[inside[1:] & inside[:-1]]
    # In parts of the picture's height from one row to the next; with seams it is 0.6 and more.
    assert np.percentile(steps, 99.5) < 0.25
    assert (drops.shade > 0).all()
    assert np.isfinite(drops.source_x).all()
