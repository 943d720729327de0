"""The difference of two pictures around grey, and figures in words."""

from __future__ import annotations

import numpy as np

from myriorama.app.viewing.comparison import difference, in_words
from myriorama.scenes.rendering.likeness import Likeness


def test_a_difference_is_magnified_around_grey_and_ends_at_black_and_white() -> None:
    a = np.array([[[10, 20, 30], [0, 255, 100]]], dtype=np.uint8)
    b = np.array([[[10, 21, 28], [255, 0, 100]]], dtype=np.uint8)
    assert difference(a, b).tolist() == [[[128, 131, 122], [255, 0, 128]]]


def test_figures_in_words() -> None:
    assert in_words(Likeness(0.9412, 0.0214, 1.032)) == "SSIM 0.941   RMSE 0.021   mean +3.2 %"
    assert "black" in in_words(Likeness(1.0, 0.0, float("nan")))
