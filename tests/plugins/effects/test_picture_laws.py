"""The curve and what comes behind it, by the laws that they state."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from myriorama.plugins.effects.tone_curve import bent
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.rendering.tone import curved, rounded, srgb

CURVES = ("studio", "srgb", "gamma", "film", "log")


def ramp(high: float = 4.0) -> Any:
    return np.repeat(np.linspace(0.0, high, 40 * 50, dtype=np.float32).reshape(40, 50, 1), 3, axis=2)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("white_light", [1.0, 4.0, 16.0])
def test_every_curve_rises_from_black_within_its_ends(run: Any, curve: str, white_light: float) -> None:
    out = run("tone_curve", ramp(20.0), curve=curve, white_light=white_light, contrast=1.1)
    assert out.dtype == np.float32
    assert 0.0 <= out.min() <= out.max() <= 1.0
    assert (np.diff(out[..., 0].ravel()) >= -1e-6).all()
    if curve != "studio":
        assert out.max() == pytest.approx(1.0, abs=1e-4)


def test_curves_are_the_ones_they_are_named_after(run: Any) -> None:
    x = ramp(1.0)
    np.testing.assert_array_equal(run("tone_curve", x, curve="srgb"), srgb(x))
    np.testing.assert_allclose(run("tone_curve", x, curve="gamma", gamma=2.0), np.sqrt(x), atol=1e-6)
    np.testing.assert_allclose(run("tone_curve", x, contrast=1.0 + 1e-7), curved(x), atol=1e-5)
    stops = run("tone_curve", np.full((1, 1, 3), 0.25, np.float32), curve="log", log_stops=8.0)
    np.testing.assert_allclose(stops, 1.0 - 2.0 / 8.0, rtol=1e-6)


@pytest.mark.parametrize("white_light", [1.5, 4.0, 16.0])
def test_film_keeps_middle_grey_and_ends_at_white(run: Any, white_light: float) -> None:
    grey = run("tone_curve", np.full((1, 1, 3), 0.18, np.float32), curve="film", white_light=white_light)
    np.testing.assert_allclose(grey, srgb(np.float32(0.18)), atol=2e-3)
    white = run("tone_curve", np.full((1, 1, 3), white_light, np.float32), curve="film", white_light=white_light)
    np.testing.assert_allclose(white, 1.0, atol=1e-4)


@pytest.mark.parametrize("toe", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("shoulder", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("contrast", [0.5, 1.0, 2.0])
def test_bending_never_turns_back_and_keeps_its_ends_and_middle(toe: float, shoulder: float, contrast: float) -> None:
    x = np.linspace(0, 1, 4001, dtype=np.float32)
    y = bent(x, contrast, toe, shoulder)
    assert (np.diff(y) >= -1e-6).all()
    np.testing.assert_allclose(y[[0, -1]], [0.0, 1.0], atol=1e-6)
    pivot = np.float32(0.4614)
    near = bent(np.array([pivot - 0.002, pivot, pivot + 0.002], np.float32), contrast, toe, shoulder)
    assert near[1] == pytest.approx(pivot, abs=1e-6)
    assert (near[2] - near[0]) / 0.004 == pytest.approx(contrast, rel=0.05)


def test_saturation_turns_about_luma(run: Any) -> None:
    picture = np.tile(np.float32([0.5, 0.2, 0.1]), (4, 4, 1))
    plain = run("tone_curve", picture, curve="srgb")[0, 0]
    grey = run("tone_curve", picture, curve="srgb", saturation=0.0)[0, 0]
    assert np.ptp(grey) == pytest.approx(0.0, abs=1e-6)
    assert grey[0] == pytest.approx(plain @ [0.2126, 0.7152, 0.0722], rel=1e-5)


@pytest.mark.parametrize("bits", [1, 3, 8, 11])
def test_a_picture_has_as_many_levels_as_bits_tell(run: Any, bits: int) -> None:
    out = run("quantise", ramp(1.0), bits=bits)
    steps = out.astype(float) * (2**bits - 1)
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)
    assert np.abs(out - ramp(1.0)).max() <= 0.5 / (2**bits - 1) + 1e-6
    assert len(np.unique(out)) == min(2**bits, 2000)


def test_dither_keeps_the_mean_where_rounding_would_not(run: Any, flat: Any) -> None:
    assert run("quantise", flat(0.4), bits=1).mean() == 0.0
    assert run("quantise", flat(0.4), bits=1, dither=True).mean() == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize(("chroma", "number"), [("4:4:4", 0), ("4:2:2", 1), ("4:2:0", 2)])
def test_jpeg_is_what_the_library_makes_of_the_picture(run: Any, lamps: Any, chroma: str, number: int) -> None:
    picture = curved(lamps)
    coded = BytesIO()
    Image.fromarray(rounded(picture)).save(coded, "JPEG", quality=40, subsampling=number)
    wanted = np.asarray(Image.open(coded)).astype(np.float32) / np.float32(255.0)
    np.testing.assert_array_equal(run("jpeg", picture, quality=40, chroma=chroma), wanted)


def test_jpeg_is_worse_at_lower_quality(run: Any) -> None:
    y, x = np.mgrid[:96, :128]
    picture = np.stack([0.5 + 0.4 * np.sin(x / 2.3), 0.5 + 0.4 * np.cos(y / 3.1), (x % 17) / 17.0], axis=2)
    errors = [np.abs(run("jpeg", picture.astype(np.float32), quality=q) - picture).mean() for q in (10, 50, 95)]
    assert errors[0] > errors[1] > errors[2] > 0.0


def test_a_thermal_look_gives_each_surface_its_warmth_and_the_palettes_their_ends(run: Any) -> None:
    surface = np.zeros((60, 80), np.uint32)
    surface[10:30, 10:30], surface[10:30, 45:70], surface[40:55, 20:60] = 3, 4, 9
    frame = Frame("k", 80, 60, "none", surface_id=surface)
    picture = np.full((60, 80, 3), 0.3, np.float32)
    still = {"own_warmth": 1.0, "softness_px": 0.0, "noise_percent": 0.0, "stripes_percent": 0.0, "gain": 1.0}
    white = run("thermal_grey", picture, frame=frame, **still)
    for number in (0, 3, 4, 9):
        assert np.ptp(white[surface == number]) == 0.0
    assert len({float(white[surface == n][0, 0]) for n in (0, 3, 4, 9)}) == 4
    assert (white.min(), white.max()) == (0.0, 1.0)
    black = run("thermal_grey", picture, frame=frame, **still, palette="black_hot")
    np.testing.assert_allclose(black, 1.0 - white, atol=1e-6)
    iron = run("thermal_grey", picture, frame=frame, **still, palette="iron")
    assert np.ptp(iron[..., 0] - iron[..., 2]) > 0.3
    other = run("thermal_grey", picture, frame=frame, index=1, **still)
    assert not np.array_equal(white, other)


def test_a_thermal_look_needs_no_surfaces(run: Any) -> None:
    out = run("thermal_grey", ramp(1.0))
    assert np.isfinite(out).all()
    assert np.corrcoef(out[..., 0].ravel(), ramp(1.0)[..., 0].ravel())[0, 1] > 0.95
