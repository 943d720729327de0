"""The sensor's effects by the laws that they state: stops, neutral greys, electrons, mosaics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from myriorama.scenes.radiometry.color import planckian_xy, rgb_from_xyz, xyz_from_xy


def test_a_stop_doubles_every_value(run: Any, flat: Any) -> None:
    light = np.linspace(0.0, 3.0, 120 * 160 * 3, dtype=np.float32).reshape(120, 160, 3)
    np.testing.assert_array_equal(run("exposure", light, gain_ev=1.0), 2 * light)
    np.testing.assert_allclose(run("exposure", light, gain_ev=-2.5), light * 2.0**-2.5, rtol=1e-6)


@pytest.mark.parametrize("kelvin", [2800.0, 4000.0, 5000.0, 9000.0])
def test_light_of_the_set_temperature_becomes_neutral(run: Any, kelvin: float) -> None:
    body, white = (rgb_from_xyz(xyz_from_xy(*planckian_xy(t))) for t in (kelvin, 6500.0))
    lit = np.tile((0.2 * body / white).astype(np.float32), (8, 8, 1))
    red, green, blue = run("white_balance", lit, temperature_k=kelvin)[0, 0]
    assert red == pytest.approx(green, rel=1e-4)
    assert blue == pytest.approx(green, rel=1e-4)


def test_balance_keeps_the_luminance_of_a_grey_card_and_turns_its_colour_the_right_way(run: Any, flat: Any) -> None:
    for values in ({"temperature_k": 3500.0}, {"temperature_k": 10000.0}, {"tint": 10.0}, {"tint": -10.0}):
        pixel = run("white_balance", flat(0.18), **values)[0, 0]
        assert pixel @ [0.2126, 0.7152, 0.0722] == pytest.approx(0.18, rel=1e-5)
    red, green, blue = run("white_balance", flat(0.18), temperature_k=4000.0)[0, 0]
    assert blue > green > red
    red, green, blue = run("white_balance", flat(0.18), tint=10.0)[0, 0]
    assert min(red, blue) > green


@pytest.mark.parametrize("iso", [100.0, 1600.0, 25600.0])
def test_variance_against_mean_is_a_line_whose_slope_is_the_gain_and_whose_end_is_the_read_noise(
    run: Any, flat: Any, iso: float
) -> None:
    electrons = 30000.0 * 100.0 / iso
    read = 6.0
    means, variances = [], []
    for light in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6):
        if light * electrons < 6 * read:
            continue  # what is cut at black has another mean
        noisy = run("sensor_noise", flat(light, 400, 400), iso=iso, read_noise_e=read).astype(float) * electrons
        means.append(noisy.mean())
        variances.append(noisy.var())
        assert noisy.var() == pytest.approx(light * electrons + read**2, rel=0.03)
        assert noisy.mean() == pytest.approx(light * electrons, rel=0.003)
    slope, end = np.polyfit(means, variances, 1)
    assert slope == pytest.approx(1.0, abs=0.03)
    assert end == pytest.approx(read**2, abs=0.03 * max(variances))


@pytest.mark.parametrize("mean", [0.2, 1.0, 3.0, 3.99, 4.01, 12.0])
def test_few_electrons_have_the_moments_of_a_poisson_count(run: Any, flat: Any, mean: float) -> None:
    white = 30000.0 * 100.0 / 204800.0
    noisy = run("sensor_noise", flat(mean / white, 300, 400), iso=204800.0, read_noise_e=0.0).astype(float) * white
    if mean < 4.0:
        np.testing.assert_allclose(noisy, np.rint(noisy), atol=1e-4)  # whole electrons
        assert np.mean(np.rint(noisy) == 0) == pytest.approx(np.exp(-mean), abs=0.005)
    assert noisy.mean() == pytest.approx(mean, rel=0.01)
    assert noisy.var() == pytest.approx(mean, rel=0.03)
    skew = np.mean((noisy - noisy.mean()) ** 3) / noisy.var() ** 1.5
    assert skew == pytest.approx(mean**-0.5, rel=0.06)


def test_the_dark_leaves_its_noise_and_takes_its_mean_with_it(run: Any, flat: Any) -> None:
    values = {"iso": 100.0, "read_noise_e": 0.0, "dark_current_e_s": 40000.0, "exposure_s": 0.5}
    noisy = run("sensor_noise", flat(0.1, 300, 300), **values).astype(float) * 30000.0
    assert noisy.mean() == pytest.approx(3000.0, rel=0.002)
    assert noisy.var() == pytest.approx(3000.0 + 20000.0, rel=0.03)


def test_the_fixed_pattern_is_the_sensors_and_no_samples(run: Any, flat: Any) -> None:
    values = {"iso": 100.0, "full_well_e": 1e6, "read_noise_e": 0.0, "response_percent": 2.0, "offset_e": 900.0}
    first, second = (run("sensor_noise", flat(0.5), index=i, **values).astype(float) for i in (0, 1))
    other = run("sensor_noise", flat(0.5), sensor=1, **values).astype(float)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.98
    assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.03
    both = 0.5 * (first + second)  # what is of one sample is halved
    wanted = (0.02 * 0.5) ** 2 + (900.0 / 1e6) ** 2 + 0.5 * 0.5 / 1e6
    assert both.var() == pytest.approx(wanted, rel=0.03)


def test_response_goes_with_the_light_and_the_offset_does_not(run: Any, flat: Any) -> None:
    only = {"iso": 100.0, "full_well_e": 1e6, "read_noise_e": 0.0}
    for light in (0.25, 1.0):
        spread = run("sensor_noise", flat(light), response_percent=3.0, **only).astype(float).std()
        assert spread == pytest.approx(0.03 * light, rel=0.03)
        spread = run("sensor_noise", flat(light), offset_e=5000.0, **only).astype(float).std()
        assert spread == pytest.approx(np.hypot(0.005, np.sqrt(light / 1e6)), rel=0.03)


def test_bands_lie_along_rows_and_columns(run: Any, flat: Any) -> None:
    quiet = {"iso": 100.0, "full_well_e": 1e6, "read_noise_e": 0.0}
    light = flat(0.01, 200, 300)
    rows = [run("sensor_noise", light, index=i, row_noise_e=2000.0, **quiet).mean(axis=(1, 2)) for i in (0, 1)]
    columns = [run("sensor_noise", light, index=i, column_noise_e=2000.0, **quiet).mean(axis=(0, 2)) for i in (0, 1)]
    for bands in (rows[0], columns[0]):
        assert bands.std() == pytest.approx(2000.0 / 1e6, rel=0.15)
    assert abs(np.corrcoef(*rows)[0, 1]) < 0.25
    assert np.corrcoef(*columns)[0, 1] > 0.99


def test_hot_pixels_are_as_many_as_told_and_stay(run: Any, flat: Any) -> None:
    values = {"iso": 100.0, "read_noise_e": 0.0, "hot_pixels_ppm": 500.0, "hot_pixel_e": 8000.0}
    dark = flat(0.0, 400, 500)
    first, second = (run("sensor_noise", dark, index=i, **values) > 0.01 for i in (0, 1))
    share = first.mean() * 1e6
    assert share == pytest.approx(500.0 * np.exp(-300.0 / 8000.0), rel=0.12)
    assert (first & second).sum() > 0.97 * first.sum()
    more = run("sensor_noise", dark, **{**values, "hot_pixels_ppm": 2000.0}) > 0.01
    assert (more & first).sum() > 0.97 * first.sum()  # the same ones, and others


def test_a_full_well_shows_no_more(run: Any, flat: Any) -> None:
    assert run("sensor_noise", flat(5.0), clip_light=1.5).max() == pytest.approx(1.5)
    assert run("sensor_noise", flat(5.0)).max() > 5.0


@pytest.mark.parametrize("pattern", ["rggb", "bggr", "grbg", "gbrg"])
@pytest.mark.parametrize("demosaic", ["malvar", "bilinear"])
@pytest.mark.parametrize("shape", [(40, 60), (37, 51)])
def test_what_the_filter_let_through_stays_and_even_light_comes_back(
    run: Any, flat: Any, pattern: str, demosaic: str, shape: tuple[int, int]
) -> None:
    y, x = np.mgrid[: shape[0], : shape[1]]
    picture = np.stack([0.2 + 0.01 * x, 0.3 + 0.01 * y, 0.9 - 0.005 * (x + y)], axis=2).astype(np.float32)
    back = run("bayer", picture, pattern=pattern, demosaic=demosaic)
    raw = run("bayer", picture, pattern=pattern, demosaic="mosaic")[..., 0]
    for row in range(2):
        for column in range(2):
            channel = "rgb".index(pattern[2 * row + column])
            here = np.s_[row::2, column::2]
            np.testing.assert_array_equal(back[here][..., channel], picture[here][..., channel])
            np.testing.assert_array_equal(raw[here], picture[here][..., channel])
    inside = np.s_[4:-4, 4:-4]
    np.testing.assert_allclose(back[inside], picture[inside], atol=2e-3 if demosaic == "bilinear" else 3e-3)


def test_gradients_bring_back_more_of_a_picture_than_means_do(run: Any) -> None:
    y, x = np.mgrid[:96, :128]
    light = 0.5 + 0.25 * np.sin(x / 3.1) * np.cos(y / 2.7) + 0.2 * (np.hypot(x - 60, y - 40) < 25)
    picture = (light[..., None] * np.array([0.9, 1.0, 0.8])).astype(np.float32)
    errors = {
        name: np.sqrt(np.mean((run("bayer", picture, demosaic=name) - picture)[4:-4, 4:-4] ** 2))
        for name in ("malvar", "bilinear")
    }
    assert errors["malvar"] < 0.7 * errors["bilinear"]


def test_grey_is_the_weighted_sum_of_linear_light(run: Any) -> None:
    picture = np.linspace(0, 2, 8 * 9 * 3, dtype=np.float32).reshape(8, 9, 3)
    grey = run("grey", picture)
    np.testing.assert_allclose(grey[..., 0], picture @ np.float32([0.2126, 0.7152, 0.0722]), rtol=1e-5)
    assert (grey[..., :1] == grey).all()
    np.testing.assert_array_equal(run("grey", picture, sees="blue")[..., 1], picture[..., 2])
    np.testing.assert_allclose(run("grey", picture, strength=0.5), 0.5 * (picture + grey), rtol=1e-5)
