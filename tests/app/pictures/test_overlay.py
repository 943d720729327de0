"""Overlays show the labels that they are given, where they are, and leave the rest alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myriorama.app.pictures.overlay import PALETTE, OverlayItem, OverlayStyle, color_of, draw_overlay
from myriorama.app.pictures.sheet import contact_sheet

GREY = np.full((60, 80, 3), 100, np.uint8)
PLAIN = OverlayStyle(opacity=0.5, contour=False, boxes=False, names=False, keypoints=False)


def item(x: int, y: int, key: str = "a/0", **more: object) -> OverlayItem:
    return OverlayItem(x, y, np.ones((10, 12), bool), "mug", key, **more)  # type: ignore[arg-type]


def test_the_fill_covers_exactly_the_mask() -> None:
    drawn = draw_overlay(GREY, [item(20, 15)], PLAIN)
    changed = (drawn != GREY).any(axis=2)
    expected = np.zeros((60, 80), bool)
    expected[15:25, 20:32] = True
    assert np.array_equal(changed, expected)
    assert np.array_equal(GREY, np.full((60, 80, 3), 100))


def test_fill_mixes_by_opacity() -> None:
    drawn = draw_overlay(GREY, [item(20, 15)], PLAIN)
    assert np.abs(drawn[20, 25] - (np.array(color_of("a/0")) + 100) / 2).max() <= 1


def test_a_box_drawn_at_double_size_stands_at_double_coordinates() -> None:
    style = OverlayStyle(opacity=0.0, contour=False, names=False, keypoints=False)
    drawn = draw_overlay(GREY, [item(20, 15)], style, scale=2.0)
    assert drawn.shape == (120, 160, 3)
    assert tuple(drawn[30, 50]) == color_of("a/0")
    assert tuple(drawn[49, 50]) == color_of("a/0")


@given(
    x=st.integers(0, 79), y=st.integers(0, 59), w=st.integers(1, 80), h=st.integers(1, 60), scale=st.floats(0.02, 1.5)
)
def test_whatever_is_small_in_a_small_picture_is_still_drawn(x: int, y: int, w: int, h: int, scale: float) -> None:
    mask = np.ones((min(h, 60 - y), min(w, 80 - x)), bool)
    style = OverlayStyle(opacity=1.0, contour=True, names=False)
    drawn = draw_overlay(GREY, [OverlayItem(x, y, mask, "mug", "a/0")], style, scale)
    assert (drawn == np.array(color_of("a/0"))).all(axis=2).any()


@pytest.mark.parametrize("at", [(0, 0), (79, 59), (40, 59), (79, 30)])
def test_a_thing_of_one_pixel_has_a_mark_in_a_thumbnail(at: tuple[int, int]) -> None:
    one = OverlayItem(*at, np.ones((1, 1), bool), "mug", "a/0")
    fill = draw_overlay(GREY, [one], OverlayStyle(opacity=1.0, contour=False, boxes=False, names=False), 0.3)
    frame = draw_overlay(GREY, [one], OverlayStyle(opacity=0.0, contour=False, names=False), 0.3)
    for drawn in (fill, frame):
        assert (drawn == np.array(color_of("a/0"))).all(axis=2).any()


def test_neighbours_never_share_a_colour() -> None:
    style = OverlayStyle(opacity=1.0, contour=False, boxes=False, names=False, keypoints=False)
    items = [item(2 + 13 * i, 5, key="same") for i in range(5)]
    drawn = draw_overlay(GREY, items, style)
    assert len({tuple(drawn[10, 8 + 13 * i]) for i in range(5)}) == 5


def test_a_hidden_keypoint_is_a_ring_and_one_outside_the_image_is_not_drawn() -> None:
    style = OverlayStyle(opacity=0.0, contour=False, boxes=False, names=False)
    seen = draw_overlay(GREY, [item(20, 15, keypoints=((40.0, 40.0, 2),))], style)
    hidden = draw_overlay(GREY, [item(20, 15, keypoints=((40.0, 40.0, 1),))], style)
    outside = draw_overlay(GREY, [item(20, 15, keypoints=((40.0, 40.0, 0),))], style)
    assert tuple(seen[40, 40]) == (255, 255, 255)
    assert tuple(hidden[40, 40]) == (100, 100, 100)
    assert (hidden != GREY).any()
    assert np.array_equal(outside, GREY)


def test_keypoints_that_would_hide_their_object_are_left_out() -> None:
    style = OverlayStyle(opacity=0.0, contour=False, boxes=False, names=False)
    four = tuple((22.0 + 2 * k, 18.0, 2) for k in range(4))
    assert np.array_equal(draw_overlay(GREY, [item(20, 15, keypoints=four)], style), GREY)
    assert (draw_overlay(GREY, [item(20, 15, keypoints=four)], style, scale=3.0) == 255).any()
    unseen = ((30.0, 20.0, 2), *((0.0, 0.0, 0) for _ in range(9)))
    assert (draw_overlay(GREY, [item(20, 15, keypoints=unseen)], style) == 255).any(), "only what is drawn counts"


def test_names_leave_most_of_a_full_picture_free_and_tell_each_class() -> None:
    ground = np.full((480, 640, 3), 100, np.uint8)
    style = OverlayStyle(opacity=0.0, contour=False, boxes=False, keypoints=False)
    full = [item(x, y, f"a/{x + y}") for x in range(4, 600, 40) for y in range(24, 440, 30)]
    rare = OverlayItem(622, 460, np.ones((5, 5), bool), "rare", "b/0")
    few, many, with_rare = (draw_overlay(ground, items, style) for items in (full[:9], full, [*full, rare]))
    share = [float((drawn != ground).any(axis=2).mean()) for drawn in (few, many)]
    assert 0 < share[0] < share[1] <= 0.1
    assert share[1] > 0.08
    assert (with_rare != many)[430:, 560:].any(), "the only one of its class is named beyond that"


def test_a_colour_is_a_palette_colour_and_stays() -> None:
    assert color_of("objects/12") in PALETTE
    assert color_of("objects/12") == color_of("objects/12")


def test_a_sheet_holds_every_tile_and_refuses_none() -> None:
    tiles = [(np.full((60, 80, 3), 10 * i, np.uint8), f"tile {i}") for i in range(1, 8)]
    page = contact_sheet(tiles, title="name", columns=3, tile_width_px=80)
    for i in range(1, 8):
        assert (page == 10 * i).all(axis=2).sum() >= 60 * 80
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([], title="name")
