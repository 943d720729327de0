"""Figures of likeness on pictures whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.rendering.likeness import compare, root_mean_square, structural_similarity


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(5).random((40, 52, 3))


def test_a_picture_is_like_itself(picture: np.ndarray) -> None:
    found = compare(picture, picture)
    assert found.similarity == pytest.approx(1.0, abs=1e-12)
    assert found.error == 0.0
    assert found.mean_ratio == 1.0


@pytest.mark.parametrize(("low", "shift"), [(0.2, 0.3), (0.5, 0.01), (0.0, 1.0)])
def test_flat_pictures_follow_the_formula(low: float, shift: float) -> None:
    """Without any structure only the term of the means is left: (2ab + C1) / (a^2 + b^2 + C1)."""
    a, b = np.full((16, 16), low), np.full((16, 16), low + shift)
    c1 = 0.01**2
    wanted = (2 * low * (low + shift) + c1) / (low**2 + (low + shift) ** 2 + c1)
    assert structural_similarity(a, b) == pytest.approx(wanted, rel=1e-9)
    assert root_mean_square(a, b) == pytest.approx(shift, rel=1e-12)


def test_one_window_by_hand() -> None:
    """A picture of one window: weighted moments written out."""
    random = np.random.default_rng(2)
    a, b = random.random((11, 11)), random.random((11, 11))
    at = np.arange(-5, 6)
    line = np.exp(-(at**2) / (2 * 1.5**2))
    w = np.outer(line, line) / line.sum() ** 2
    ma, mb = (w * a).sum(), (w * b).sum()
    va, vb, vab = (w * (a - ma) ** 2).sum(), (w * (b - mb) ** 2).sum(), (w * (a - ma) * (b - mb)).sum()
    c1, c2 = 1e-4, 9e-4
    wanted = (2 * ma * mb + c1) * (2 * vab + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    assert structural_similarity(a, b) == pytest.approx(wanted, rel=1e-9)


def test_structure_counts_more_than_brightness(picture: np.ndarray) -> None:
    brighter = picture * 0.9 + 0.1
    other = np.random.default_rng(6).random(picture.shape)
    assert structural_similarity(picture, brighter) > 0.9
    assert abs(structural_similarity(picture, other)) < 0.2
    assert compare(picture, brighter).mean_ratio > 1.0


def test_bytes_and_shares_of_one_are_the_same_picture(picture: np.ndarray) -> None:
    whole = (picture * 255).round().astype(np.uint8)
    assert structural_similarity(whole, whole / 255.0) == pytest.approx(1.0, abs=1e-12)


def test_a_ratio_to_black_is_no_number() -> None:
    black = np.zeros((12, 12, 3), dtype=np.uint8)
    assert np.isnan(compare(black, black).mean_ratio)


def test_sizes_that_differ_are_refused(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="different sizes"):
        structural_similarity(picture, picture[:-1])
    with pytest.raises(ValueError, match="at least 11 px"):
        structural_similarity(picture[:8], picture[:8])
