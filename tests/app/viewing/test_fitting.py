"""Where a picture lies in the view."""

from __future__ import annotations

import itertools

import pytest

from myriorama.app.viewing.fitting import Fit, centred, fitted, one_to_one, panned, zoomed

VIEWS = [(901, 703), (640, 480), (333, 777)]
IMAGES = [(640, 480), (1920, 1080), (17, 900)]


@pytest.mark.parametrize(("view", "image"), [*itertools.product(VIEWS, IMAGES)])
def test_fitted_shows_all_and_touches_two_sides(view: tuple[int, int], image: tuple[int, int]) -> None:
    fit = fitted(view, image)
    width, height = image[0] * fit.scale, image[1] * fit.scale
    assert width <= view[0] + 1e-9
    assert height <= view[1] + 1e-9
    assert width == pytest.approx(view[0]) or height == pytest.approx(view[1])
    assert fit.left == int(fit.left)
    assert fit.top == int(fit.top)


@pytest.mark.parametrize(("view", "image"), [*itertools.product(VIEWS, IMAGES)])
def test_one_to_one_lies_on_whole_pixels_wherever_it_is_panned(view: tuple[int, int], image: tuple[int, int]) -> None:
    fit = one_to_one(fitted(view, image), view, image, (12.3, 45.6))
    for dx, dy in ((0.0, 0.0), (31.7, -12.2), (-5000.0, 5000.0)):
        fit = panned(fit, view, image, dx, dy)
        assert fit.scale == 1.0
        assert (fit.left, fit.top) == (int(fit.left), int(fit.top))
        assert fit.left < view[0]
        assert fit.left + image[0] > 0


def test_zooming_keeps_the_point_under_the_cursor_and_stops_at_one_to_one() -> None:
    view, image = (800, 600), (1920, 1080)
    fit = fitted(view, image)
    seen = set()
    for _ in range(12):
        before, was_smaller = fit.to_image(410.0, 310.0), image[1] * fit.scale <= view[1]
        fit = zoomed(fit, view, image, (410.0, 310.0), 1.3)
        seen.add(fit.scale)
        # Along an axis where the image is smaller than the view it stays in the middle instead.
        if not was_smaller:
            assert fit.to_image(410.0, 310.0) == pytest.approx(before, abs=1.0 / fit.scale)
    assert 1.0 in seen
    assert fit.scale > 2.0


def test_view_and_image_points_are_inverse() -> None:
    fit = Fit(13.0, -7.5, 1.7)
    assert fit.to_image(*fit.to_view(20.0, 30.0)) == pytest.approx((20.0, 30.0))
    assert centred((100, 100), (10, 20), 2.0) == Fit(40.0, 30.0, 2.0)
