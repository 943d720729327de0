"""Procedural textures: keyed, tileable, bounded in memory, and fast enough to draw per sample."""

from __future__ import annotations

import time

import numpy as np
import pytest

from myriorama.scenes.materials import glyphs, prints, textures
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.materials.noise import cloud, normals_from_height, smoothstep, uniforms
from myriorama.scenes.materials.packaging import carton_texture, label_texture, sheet_size_px
from myriorama.scenes.materials.patterns import PATTERNS
from myriorama.scenes.materials.textures import color_texture, normal_texture, pattern_map


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_a_function_of_its_seed(name: str) -> None:
    first, again, other = (PATTERNS[name](seed, 512) for seed in (7, 7, 8))
    assert first.mix.shape == (512, 512)
    assert first.mix.dtype == np.uint8
    np.testing.assert_array_equal(first.mix, again.mix)
    assert (first.mix != other.mix).mean() > 0.003
    assert np.ptp(first.mix) > 100, "the second colour hardly shows"


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_tiles(name: str) -> None:
    """Steps across the rim are no larger than those inside."""
    mix = PATTERNS[name](3, 512).mix.astype(np.float64)
    for axis in (0, 1):
        steps = np.abs(mix - np.roll(mix, 1, axis=axis)).mean(axis=1 - axis)
        inside = np.sort(steps[1:])
        assert steps[0] <= inside[-1] * 1.25 + 1.0


def test_a_cut_off_noise_would_fail_the_tiling_test() -> None:
    mix = PATTERNS["noise"](3, 512).mix[:, :300].astype(np.float64)
    steps = np.abs(mix - np.roll(mix, 1, axis=1)).mean(axis=0)
    assert steps[0] > np.sort(steps[1:])[-1] * 1.25 + 1.0


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_fast(name: str) -> None:
    best = np.inf
    for seed in range(4):
        start = time.process_time()
        PATTERNS[name](seed, 512)
        best = min(best, time.process_time() - start)
    assert best < 0.040


def test_uniforms_are_uniform_keyed_and_stable() -> None:
    values = uniforms("a", 1, 20000)
    assert values.min() >= 0
    assert values.max() < 1
    counts = np.histogram(values, 20, (0, 1))[0]
    assert float(((counts - 1000.0) ** 2 / 1000.0).sum()) < 45
    assert np.abs(np.corrcoef(values, uniforms("a", 2, 20000))[0, 1]) < 0.03
    assert np.abs(np.corrcoef(values, uniforms("b", 1, 20000))[0, 1]) < 0.03
    np.testing.assert_array_equal(uniforms("a", 1, 10), values[:10])
    # Frozen: another value here means that every project's textures changed.
    np.testing.assert_allclose(
        uniforms("frozen", 0, 3), [0.28017627969660286, 0.7729942103770228, 0.5467644079899397], atol=1e-16
    )


def test_a_cloud_has_its_spectrum_and_keeps_it_at_other_sizes() -> None:
    small, large = (cloud("c", 5, size, lowest=3, highest=20, slope=1.0) for size in (128, 256))
    assert large.mean() == pytest.approx(0, abs=1e-5)
    assert large.std() == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(large[::2, ::2], small, atol=0.02)
    power = np.abs(np.fft.fft2(large)) ** 2
    k = np.fft.fftfreq(256, 1 / 256)
    radius = np.hypot(k[:, None], k)
    assert power[(radius < 2.9) | (radius > 20.1)].sum() < 1e-6 * power.sum()
    with pytest.raises(ValueError, match="cannot carry"):
        cloud("c", 0, 64, lowest=1, highest=32, slope=1.0)


def test_stretch_lengthens_features() -> None:
    field = cloud("s", 1, 256, lowest=4, highest=60, slope=1.0, stretch=(1.0, 6.0))
    across = np.abs(np.diff(field, axis=1)).mean()
    along = np.abs(np.diff(field, axis=0)).mean()
    assert along < 0.4 * across


def test_relief_of_a_ramp_leans_against_it() -> None:
    x = np.arange(64, dtype=np.float32)
    ripple = np.sin(2 * np.pi * x / 64).astype(np.float32) * 10
    rising_right = np.tile(ripple, (64, 1))
    right = normals_from_height(rising_right, 1.0)[32, 0].astype(np.float64) / 127.5 - 1
    assert right[0] < -0.5
    assert abs(right[1]) < 0.01
    # Rows run down: a height that grows with the row falls upwards, so the normal leans up.
    down = normals_from_height(np.ascontiguousarray(rising_right.T), 1.0)[0, 32].astype(np.float64) / 127.5 - 1
    assert down[1] > 0.5
    assert abs(down[0]) < 0.01
    lengths = np.linalg.norm(normals_from_height(rising_right, 1.0) / 127.5 - 1, axis=2)
    np.testing.assert_allclose(lengths, 1.0, atol=0.01)
    flat = normals_from_height(np.zeros((4, 4), dtype=np.float32), 1.0)
    np.testing.assert_array_equal(flat[0, 0], [128, 128, 255])


def test_colours_land_where_the_pattern_says() -> None:
    texture = color_texture("checks", 0, (1.0, 0.0, 0.2), (0.0, 0.4, 1.0), 64)
    assert texture.srgb
    np.testing.assert_array_equal(texture.pixels[0, 0], [255, 0, 51])
    np.testing.assert_array_equal(texture.pixels[0, 8], [0, 102, 255])
    np.testing.assert_array_equal(texture.pixels[8, 8], [255, 0, 51])
    assert color_texture("checks", 0, (1.0, 0.0, 0.2), (0.0, 0.4, 1.0), 64) is texture
    assert normal_texture("checks", 0) is None
    relief = normal_texture("wood", 0)
    assert relief is not None
    assert not relief.srgb
    with pytest.raises(ValueError, match="no pattern 'tartan'"):
        pattern_map("tartan", 0)


def test_the_caches_are_bounded() -> None:
    for seed in range(60):
        color_texture("stripes", seed, (0.1, 0.2, 0.3), (seed / 60, 0.5, 0.5))
    assert textures._textures.nbytes <= textures.CACHE_BYTES
    assert textures._maps.nbytes <= textures.CACHE_BYTES
    assert len(textures._textures) < 60


def test_every_letter_has_strokes_inside_its_cell() -> None:
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%-+.& ":
        segments = glyphs.strokes(letter)
        assert segments.shape[1] == 4
        assert (letter == " ") == (len(segments) == 0)
        if len(segments):
            assert segments.min() >= -0.5
            assert segments[:, ::2].max() <= 4.5
            assert segments[:, 1::2].max() <= 6
    for word in (*prints.NAMES, *prints.LINES):
        assert all(glyphs.strokes(letter) is not None for letter in word)
    with pytest.raises(ValueError, match="no strokes"):
        glyphs.strokes("ß")


def test_ink_covers_what_it_should() -> None:
    sheet = prints.blank(40, 60, (0.0,))
    prints.bar(sheet, 10.25, 5.5, 20.5, 10.0, (1.0,))
    assert sheet.sum() == pytest.approx(205.0, rel=1e-5)
    sheet = prints.blank(80, 80, (0.0,))
    prints.disc(sheet, 40.3, 39.8, 25.0, (1.0,))
    assert sheet.sum() == pytest.approx(np.pi * 625, rel=2e-3)
    sheet = prints.blank(80, 80, (0.0,))
    prints.text(sheet, 10, 10, 60, "L", (1.0,), weight=0.1)
    # Upright bar at the left, foot at the bottom: an L that is neither mirrored nor upside down.
    assert sheet[15:60, 5:20].mean() > 0.3
    assert sheet[64:76, 12:44].mean() > 0.3
    assert sheet[10:55, 25:60].max() == 0


def test_what_leaves_the_sheet_is_cut() -> None:
    sheet = prints.blank(20, 20, (0.5, 0.5, 0.5))
    prints.bar(sheet, -10, -10, 15, 15, (1.0, 1.0, 1.0))
    prints.disc(sheet, 25, 25, 10, (0.0, 0.0, 0.0))
    prints.bar(sheet, 40, 40, 5, 5, (0.0, 0.0, 0.0))
    assert sheet[:5, :5].min() == 1.0
    assert sheet[10, 10, 0] == 0.5
    assert sheet[19, 19, 0] == 0.0


def test_packages_keep_their_proportions_and_their_colours() -> None:
    board, ink = srgb("#b98d5f"), srgb("#2d2a33")
    for width, height in ((0.2, 0.08), (1.0, 0.18), (0.05, 0.6)):
        w, h = sheet_size_px(width, height)
        assert w * h <= 2**19 + 4 * 1024
        assert w / h == pytest.approx(width / height, rel=0.06)
    label = label_texture(1, 0.2, 0.08, (0.95, 0.94, 0.9), ink)
    assert label is label_texture(1, 0.2, 0.08, (0.95, 0.94, 0.9), ink)
    assert label.key != label_texture(2, 0.2, 0.08, (0.95, 0.94, 0.9), ink).key
    plain, shipping, retail = (
        carton_texture(style, 0, (0.3, 0.2, 0.3, 0.2), 0.18, board, ink) for style in ("plain", "shipping", "retail")
    )
    np.testing.assert_allclose(plain.pixels.reshape(-1, 3).mean(axis=0) / 255, board, atol=0.01)
    assert shipping.pixels.mean() < plain.pixels.mean()
    assert retail.pixels.mean() > plain.pixels.mean()


def test_smoothstep_is_flat_at_both_ends() -> None:
    x = np.linspace(-1, 2, 301, dtype=np.float32)
    y = smoothstep(0.0, 1.0, x)
    assert y[0] == 0
    assert y[-1] == 1
    assert y[150] == pytest.approx(0.5)
    assert (np.diff(y) >= 0).all()
    np.testing.assert_allclose(smoothstep(1.0, 0.0, x), 1 - y, atol=1e-6)
