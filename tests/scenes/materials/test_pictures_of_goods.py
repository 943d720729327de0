"""Pictures and prints of goods: each shows something of its own, inside its room, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.scenes.materials import prints
from myriorama.scenes.materials.pictures import paint_picture, polar, shaped_ellipse, shaped_leaf, shaped_star
from myriorama.scenes.materials.product_prints import on, paint_back, paint_bar_code, paint_front
from myriorama.scenes.materials.product_sheets import box_rects, box_sheet
from myriorama.scenes.materials.products import product_of

PICTURES = ("wheat", "leaf", "berry", "orange", "lemon", "lime", "bean", "crisp", "tomato", "star", "drop", "biscuit")
DRAWS = (0.2, 0.4, 0.6, 0.8, 0.1, 0.3, 0.5, 0.7)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stays_in_its_circle_and_fills_some_of_it(name: str) -> None:
    sheet = prints.blank(160, 160, (1.0, 1.0, 1.0))
    paint_picture(sheet, 80, 80, 60, name, DRAWS)
    inked = (sheet != 1.0).any(axis=2)
    y, x = np.nonzero(inked)
    assert np.hypot(x + 0.5 - 80, y + 0.5 - 80).max() < 1.2 * 60 + 1
    assert 0.1 < inked.sum() / (np.pi * 60**2) < 0.95
    again = prints.blank(160, 160, (1.0, 1.0, 1.0))
    paint_picture(again, 80, 80, 60, name, DRAWS)
    np.testing.assert_array_equal(sheet, again)


def test_no_two_pictures_are_the_same_and_unknown_ones_are_refused() -> None:
    sheets = []
    for name in PICTURES:
        sheet = prints.blank(64, 64, (1.0, 1.0, 1.0))
        paint_picture(sheet, 32, 32, 28, name, DRAWS)
        sheets.append(sheet.tobytes())
    assert len(set(sheets)) == len(PICTURES)
    with pytest.raises(ValueError, match="no picture 'cat'"):
        paint_picture(prints.blank(8, 8, (1.0,)), 4, 4, 3, "cat", DRAWS)


def test_outlines_have_the_areas_of_their_formulas() -> None:
    def area(outline: object) -> float:
        sheet = prints.blank(240, 240, (0.0,))
        polar(sheet, 120, 120, 100, outline, (1.0,))  # type: ignore[arg-type]
        return float(sheet.sum()) / 100**2

    assert area(shaped_ellipse(0.5, 0.7)) == pytest.approx(np.pi * 0.5, rel=0.01)
    # Two parabolas |y| = (1 - x^2) / 2.2 enclose 2 * (4 / 3) / 2.2.
    assert area(shaped_leaf(1.1)) == pytest.approx(2 * (4 / 3) / 2.2, rel=0.01)
    star = (1 - 0.4) ** 2 + (1 - 0.4) * 0.4 + 0.4**2 / 3  # the mean of r^2, r rising evenly from 0.6 to 1
    assert area(shaped_star(5, 0.4)) == pytest.approx(np.pi * star, rel=0.01)


def test_an_ellipse_leans_counter_clockwise() -> None:
    sheet = prints.blank(100, 100, (0.0,))
    polar(sheet, 50, 50, 40, shaped_ellipse(0.2, np.pi / 4), (1.0,))
    assert sheet[25, 75, 0] == 1.0, "up to the right"
    assert sheet[25, 25, 0] == 0.0


def test_ink_stands_out_from_its_ground() -> None:
    light, dark = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
    assert on((0.9, 0.9, 0.2), light, dark) == dark
    assert on((0.1, 0.1, 0.6), light, dark) == light


@pytest.mark.parametrize("variant", range(6))
def test_a_front_stays_in_its_rectangle_and_a_back_has_its_code(variant: int) -> None:
    product = product_of("box", variant)
    sheet = prints.blank(420, 600, (0.5, 0.5, 0.5))
    paint_front(sheet[40:380, 30:250], 0, 0, 220, 340, product, "375 G")
    assert paint_back(sheet, 300, 40, 260, 340, product, "375 G")
    outside = np.ones(sheet.shape[:2], dtype=bool)
    outside[40:380, 30:250] = outside[40:380, 300:560] = False
    assert (sheet[outside] == 0.5).all()
    assert sheet.min() >= -1e-5
    assert sheet.max() <= 1 + 1e-5


def test_a_code_without_room_is_left_out() -> None:
    sheet = prints.blank(200, 200, (0.5, 0.5, 0.5))
    assert paint_bar_code(sheet, 190, 10, 100, 100, product_of("box", 1)) == (0.0, False)
    assert (sheet == 0.5).all()
    used, printed = paint_bar_code(sheet, 190, 10, 80, 150, product_of("box", 1))
    assert printed
    assert used < 80, "turned, as it is longer than the room is wide"


def test_the_faces_of_a_box_share_its_sheet_by_their_sizes() -> None:
    size = (0.2, 0.08, 0.3)
    rects = np.array(box_rects(size))
    texels = (rects[:, 2] - rects[:, 0]) * 2 * (0.2 + 0.08), (rects[:, 3] - rects[:, 1]) * (0.3 + 0.08)
    np.testing.assert_allclose(texels[0], [0.08, 0.08, 0.2, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(texels[1], [0.3, 0.3, 0.3, 0.3, 0.08, 0.08])
    for a in range(6):
        for b in range(a):
            apart = (rects[a, :2] >= rects[b, 2:] - 1e-12) | (rects[b, :2] >= rects[a, 2:] - 1e-12)
            assert apart.any(), (a, b)
    first, again = (box_sheet(product_of("box", 4), size, "400 G") for _ in range(2))
    assert first.texture.key == again.texture.key
