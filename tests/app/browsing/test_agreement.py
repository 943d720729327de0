"""Distances and limits against scipy's, bins against what they promise, cells against the sphere's area."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from myriorama.app.browsing.directions import (
    AZIMUTHS,
    HEIGHTS,
    cell_counts,
    cell_of,
    cell_ranges,
    disc_cells,
    ring_radius,
)
from myriorama.app.browsing.histograms import (
    agreement_of_numbers,
    agreement_of_words,
    bins_for,
    one_each,
    own_draws,
)
from myriorama.scenes.parameters.streams import KeyedDraws


def uniforms(name: str, count: int) -> np.ndarray:
    return KeyedDraws(3, 0, 0, "test").uniforms(name, 0, count)


def test_the_distance_is_that_of_kolmogorov_and_smirnov() -> None:
    a, b = uniforms("a", 211), np.sort(uniforms("b", 1000) ** 1.3)
    assert agreement_of_numbers(a, b).distance == pytest.approx(stats.ks_2samp(a, b).statistic)


def test_same_is_close_and_another_is_off() -> None:
    reference = np.sort(uniforms("reference", 4000))
    assert agreement_of_numbers(uniforms("drawn", 300), reference).word == "close"
    assert agreement_of_numbers(uniforms("drawn", 300) * 0.8, reference).word == "off"
    assert agreement_of_numbers(uniforms("drawn", 12), reference).word == "too few"


def test_chance_alone_is_hardly_ever_called_off() -> None:
    reference = np.sort(uniforms("reference", 4000))
    off = sum(agreement_of_numbers(uniforms(f"try{i}", 200), reference).word == "off" for i in range(400))
    assert off <= 4


def test_words() -> None:
    shares = {"a": 0.5, "b": 0.3, "c": 0.2}
    assert agreement_of_words({"a": 52, "b": 27, "c": 21}, shares).word == "close"
    assert agreement_of_words({"a": 20, "b": 30, "c": 50}, shares).word == "off"
    assert agreement_of_words({"a": 50, "b": 30, "x": 20}, shares).word == "off", "a word that is not declared"
    assert agreement_of_words({"a": 5}, shares).word == "too few"
    assert agreement_of_words({"a": 20, "b": 30, "c": 50}, shares).distance == pytest.approx(0.3)
    # one step to each side of chi-square's limit for p = 0.001 and one degree of freedom
    limit = stats.chi2.ppf(0.999, 1)
    step = math.sqrt(limit * 250)
    inside, outside = 500 + math.floor(step * 0.97), 500 + math.ceil(step * 1.03)
    even = {"a": 0.5, "b": 0.5}
    assert agreement_of_words({"a": inside, "b": 1000 - inside}, even).word == "close"
    assert agreement_of_words({"a": outside, "b": 1000 - outside}, even).word == "off"


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.03, 0.12), (3.2, 3.2), (1e-6, 2e-6), (-400.0, 12000.0)])
def test_bins_hold_their_range(low: float, high: float) -> None:
    bins = bins_for(low, high)
    assert bins.edges[0] <= low
    assert bins.edges[-1] >= high * (1 - 1e-12)
    assert 1 <= bins.count <= 26
    values = np.linspace(low, high, 500)
    assert bins.counts(values).sum() == 500
    for i in (0, bins.count // 2, bins.count - 1):
        start, end = bins.range_of(i, i)
        held = ((values >= start) & (values <= end)).sum()
        assert held == bins.counts(values)[i], "a brushed bar filters exactly what it counts"


def test_whole_numbers_have_a_bin_each() -> None:
    bins = bins_for(2, 9, whole=True)
    assert bins.counts(np.arange(2.0, 10.0)).tolist() == [1] * 8
    assert bins.range_of(1, 3) == (3.0, 5.0)
    assert bins_for(0, 500, whole=True).count <= 26


def test_values_shared_by_a_sample_count_once() -> None:
    assert one_each(np.array([3, 3, 1, 1, 1]), np.array([9.0, 9.0, 4.0, 4.0, 4.0])).tolist() == [4.0, 9.0]


def test_cells_have_equal_solid_angles() -> None:
    n = 240_000
    azimuth = uniforms("azimuth", n) * 360 - 180
    elevation = np.degrees(np.arcsin(uniforms("height", n) * 2 - 1))
    counts = cell_counts(azimuth, elevation)
    assert counts.sum() == n
    assert stats.chisquare(counts).pvalue > 1e-3


def test_discs_show_equal_areas_and_both_hemispheres() -> None:
    upper, lower = disc_cells(600, lower=False), disc_cells(600, lower=True)
    areas = np.bincount(upper[upper >= 0], minlength=AZIMUTHS * HEIGHTS)
    assert set(np.flatnonzero(areas)) == set(range(AZIMUTHS * HEIGHTS // 2, AZIMUTHS * HEIGHTS))
    shown = areas[areas > 0]
    assert shown.min() > 0.93 * shown.mean()
    assert shown.max() < 1.07 * shown.mean()
    assert set(np.unique(lower)) == {-1, *range(AZIMUTHS * HEIGHTS // 2)}
    assert ring_radius(0) == pytest.approx(1.0)
    assert ring_radius(90) == pytest.approx(0.0)


def test_a_cell_lies_in_its_own_ranges() -> None:
    for azimuth, elevation in ((-179.0, -80.0), (0.1, 0.1), (44.0, 61.0), (179.9, 89.0)):
        cell = int(cell_of(np.array([azimuth]), np.array([elevation]))[0])
        (a0, a1), (e0, e1) = cell_ranges([cell])
        assert a0 <= azimuth <= a1
        assert e0 <= elevation <= e1
    middle = disc_cells(101, lower=False)
    # the right end of the middle row is the object's x axis: azimuth 0 at the rim
    (a0, a1), (e0, _) = cell_ranges([int(middle[50, 100])])
    assert a0 <= 0.0 <= a1
    assert e0 == pytest.approx(0.0)


def test_views_of_one_scene_are_one_draw() -> None:
    indices = np.array([5, 4, 4, 7, 7, 9])
    values = np.array([1.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert own_draws(indices, values, per_sample=True, views=2).tolist() == [1.0, 3.0, 5.0]
    assert own_draws(indices, values, per_sample=False, views=2).tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert own_draws(indices, values, per_sample=False).tolist() == values.tolist()
    assert own_draws(indices, values, per_sample=True).tolist() == [1.0, 1.0, 3.0, 5.0]
