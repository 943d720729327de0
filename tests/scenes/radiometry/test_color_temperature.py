"""Colours of light against published chromaticities and round trips."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.radiometry.color import (
    LUMINANCE,
    color_of_temperature,
    linear_rgb,
    planckian_xy,
    rgb_from_xyz,
    srgb_to_linear,
    xyz_from_xy,
)


# CIE 15: illuminant A is a black body at 2856 K; the others are tabulated points of the Planckian locus.
@pytest.mark.parametrize(
    ("temperature_k", "x", "y"),
    [
        (1500.0, 0.5857, 0.3931),
        (2000.0, 0.5267, 0.4133),
        (2855.5, 0.4476, 0.4074),
        (4000.0, 0.3805, 0.3768),
        (5000.0, 0.3451, 0.3516),
        (6500.0, 0.3135, 0.3237),
        (10000.0, 0.2807, 0.2884),
    ],
)
def test_planckian_locus(temperature_k, x, y):
    assert planckian_xy(temperature_k) == pytest.approx((x, y), abs=5e-4)


@pytest.mark.parametrize("temperature_k", [999.0, 15001.0, float("nan")])
def test_temperatures_off_the_fit_are_refused(temperature_k):
    with pytest.raises(ValueError, match="colour temperature"):
        planckian_xy(temperature_k)


def test_light_colours_have_unit_luminance_and_redden_as_they_cool():
    colors = np.array([color_of_temperature(t) for t in (1000.0, 2000.0, 3500.0, 5500.0, 6500.0, 9000.0, 15000.0)])
    np.testing.assert_allclose(colors @ LUMINANCE, 1.0, rtol=1e-12)
    assert (np.diff(colors[:, 0]) < 0).all()
    assert (np.diff(colors[:, 2]) > 0).all()
    assert (colors >= 0).all()
    np.testing.assert_allclose(color_of_temperature(6500.0), 1.0, atol=1e-12)


def test_d65_is_white_and_srgb_decodes_by_the_standard():
    np.testing.assert_allclose(rgb_from_xyz(xyz_from_xy(0.3127, 0.3290)), 1.0, atol=1e-3)
    assert linear_rgb((0.0, 0.04045, 1.0)) == pytest.approx((0.0, 0.04045 / 12.92, 1.0))
    assert float(srgb_to_linear([0.5])[0]) == pytest.approx(0.21404, abs=1e-5)
