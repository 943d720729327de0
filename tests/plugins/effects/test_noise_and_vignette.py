"""Effects by the statistics they promise, and by what they must leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.rendering.frame import Frame

REGISTRY = builtin_registry()


def _apply(name, linear, index=0, uid="effect", **values):
    plugin = REGISTRY.effect(name)
    frame = Frame("00000000-0123456789abcdef", linear.shape[1], linear.shape[0], "none")
    drawn = {p.name: p.default for p in plugin.parameters} | values
    return plugin.apply(drawn, linear, frame, KeyedDraws(3, index, 0, uid))


def _flat(value, height=120, width=160):
    return np.full((height, width, 3), value, dtype=np.float32)


@pytest.mark.parametrize("light", [0.02, 0.18, 1.0])
@pytest.mark.parametrize("iso", [100.0, 1600.0])
def test_noise_has_the_mean_and_variance_of_photons_and_electronics(light, iso):
    noisy = _apply("sensor_noise", _flat(light), iso=iso, read_noise_e=4.0)
    electrons = 30000.0 * 100.0 / iso
    sigma = np.sqrt(light * electrons + 16.0) / electrons
    assert noisy.mean() == pytest.approx(light, abs=5 * sigma / np.sqrt(noisy.size))
    assert noisy.std() == pytest.approx(sigma, rel=0.02)
    scaled = (noisy - light).astype(float) / sigma
    if light > 4 * sigma:  # nothing was cut at zero
        assert np.mean(np.abs(scaled) > 1.96) == pytest.approx(0.05, abs=0.006)
        counted = light * electrons  # photons are Poisson, the electronics add no skewness
        assert np.mean(scaled**3) == pytest.approx(counted / (counted + 16.0) ** 1.5, abs=0.05)
        assert np.mean(scaled**4) == pytest.approx(3.0, abs=0.15)


def test_noise_is_not_correlated_between_pixels_or_channels():
    noise = _apply("sensor_noise", _flat(0.5)).astype(float) - 0.5
    noise /= noise.std()
    for shifted in (noise[:, 1:] * noise[:, :-1], noise[1:] * noise[:-1], noise[..., 1:] * noise[..., :-1]):
        assert abs(shifted.mean()) < 0.02


def test_noise_repeats_by_key_and_differs_between_samples_and_nodes():
    flat = _flat(0.3)
    same = [_apply("sensor_noise", flat) for _ in range(2)]
    assert same[0].tobytes() == same[1].tobytes()
    assert not np.array_equal(same[0], _apply("sensor_noise", flat, index=1))
    assert not np.array_equal(same[0], _apply("sensor_noise", flat, uid="other"))


def test_noise_is_never_below_zero_and_never_changes_its_input():
    dark = _flat(0.0)
    dark.flags.writeable = False
    noisy = _apply("sensor_noise", dark, iso=6400.0)
    assert noisy.min() == 0.0
    assert noisy.max() > 0.0
    assert noisy.dtype == np.float32


@pytest.mark.parametrize(("name", "off"), [("sensor_noise", {"strength": 0.0}), ("vignette", {"corner_stops": 0.0})])
def test_off_is_byte_for_byte_nothing(name, off):
    rng = np.random.default_rng(0)
    picture = rng.random((30, 40, 3)).astype(np.float32)
    assert _apply(name, picture, **off).tobytes() == picture.tobytes()


@pytest.mark.parametrize("shape", [(240, 320), (301, 77)])
@pytest.mark.parametrize("stops", [0.5, 1.0, 3.0])
def test_vignette_is_one_in_the_middle_and_loses_its_stops_in_the_corners(shape, stops):
    height, width = shape
    shaded = _apply("vignette", _flat(1.0, height, width), corner_stops=stops)[..., 0]
    assert shaded[height // 2, width // 2] == pytest.approx(1.0, abs=0.01)
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert -np.log2(shaded[corner]) == pytest.approx(stops, rel=0.05)
    np.testing.assert_allclose(shaded, shaded[::-1, ::-1], rtol=1e-6)
    row = shaded[height // 2, width // 2 :]
    assert (np.diff(row) <= 0).all()
    # cos ** 4 of an angle whose tangent grows with the radius
    half = 0.5 * np.hypot(height, width)
    radius = (np.arange(width // 2, width) + 0.5 - width / 2) / half
    tangent = np.sqrt(2 ** (stops / 2) - 1) * np.hypot(radius, (height // 2 + 0.5 - height / 2) / half)
    np.testing.assert_allclose(row, np.cos(np.arctan(tangent)) ** 4, rtol=1e-4)
