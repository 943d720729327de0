"""Tiles at hand, what is wanted, masks over pictures, colours: the gallery without a window."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.table import FactsTable
from myriorama.app.document.history import History
from myriorama.app.gallery.compositing import item_ids, rims, with_masks
from myriorama.app.gallery.gallery import Gallery, near
from myriorama.app.gallery.held_tiles import HeldTiles
from myriorama.app.gallery.shown import Sieve
from myriorama.app.gallery.tints import UNKNOWN, ramp, tints
from myriorama.app.judging.judgments import Judgments
from myriorama.app.observable import no_post
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import plain_looks
from myriorama.app.pictures.overlay import OverlayItem, color_of
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.tiles import Tile, TileKey


def item(
    x: int, y: int, w: int, h: int, key: str = "a", name: str = "mug", visible: float | None = None
) -> OverlayItem:
    return OverlayItem(x, y, np.ones((h, w), dtype=bool), name, key, visible=visible)


def tile(index: int, epoch: int = 0, side: int = 100, *items: OverlayItem, recipe: str = "") -> Tile:
    rgb = np.full((side, side, 3), 100, dtype=np.uint8)
    return Tile(TileKey(index), epoch, f"{index:08d}", recipe or f"{index:016x}", rgb, items)


@pytest.fixture
def service() -> TileService:
    return TileService(no_post)


def test_the_least_recently_used_tiles_are_forgotten_within_the_budget(service: TileService) -> None:
    held = HeldTiles(service, limit_bytes=10 * 31_000)
    for i in range(30):
        service.tile_ready.emit(tile(i))
        held.get(TileKey(0))
    assert held.held_bytes <= 10 * 31_000
    assert held.get(TileKey(0)) is not None
    assert held.get(TileKey(29)) is not None
    assert held.get(TileKey(5)) is None
    assert held.recipe_of(5) == f"{5:016x}"


def test_a_new_epoch_makes_all_stale_and_an_old_tile_does_not_replace_a_new_one(service: TileService) -> None:
    held = HeldTiles(service)
    service.tile_ready.emit(tile(1))
    assert held.serves(TileKey(1), 100)
    assert not held.serves(TileKey(1), 200)
    service.epoch = 1
    service.epoch_changed.emit(1)
    assert not held.serves(TileKey(1), 100)
    assert held.recipe_of(1) == ""
    assert held.ready(10) == 0
    fresh = tile(1, 1)
    service.tile_ready.emit(fresh)
    service.tile_ready.emit(tile(1, 0))
    assert held.get(TileKey(1)) is fresh
    assert held.ready(10) == 1


def test_what_is_near_comes_before_what_is_far() -> None:
    assert list(near(4, 6, 10)) == [4, 5, 6, 7, 8, 3, 9, 2, 1, 0]
    assert sorted(near(0, 3, 17)) == list(range(17))
    assert list(islice(near(500_000, 500_002, 1_000_000), 6)) == [500_000, 500_001, 500_002, 500_003, 500_004, 499_999]
    assert list(near(0, -1, 0)) == []


def gallery_of(service: TileService, count: int) -> tuple[Gallery, Judgments]:
    judgments = Judgments(History())
    gallery = Gallery(service, judgments, Browse(), FactsTable(), lambda: count)
    gallery.refresh()
    return gallery, judgments


def test_judging_goes_on_to_the_next_and_stays_at_the_end(service: TileService) -> None:
    gallery, judgments = gallery_of(service, 3)
    for i in range(3):
        service.tile_ready.emit(tile(i))
    for expected in (1, 2, 2):
        current = gallery.current.value
        assert current is not None
        assert gallery.judge(gallery.session.pick, [current], advance=True)
        assert gallery.current.value == expected
    assert len(judgments.all) == 3
    assert gallery.tallies() == (3, 0, 0)


def test_a_judged_sample_that_leaves_gives_its_place_to_the_next(service: TileService) -> None:
    gallery, _ = gallery_of(service, 4)
    for i in range(4):
        service.tile_ready.emit(tile(i))
    gallery.sieve.set(Sieve("unflagged"))
    gallery.refresh()
    gallery.current.set(3)
    gallery.judge(gallery.session.reject, [3], advance=False)
    assert list(gallery.shown) == [0, 1, 2]
    assert gallery.current.value == 2
    gallery.judge(gallery.session.pick, [0], advance=False)
    assert list(gallery.shown) == [1, 2]
    assert gallery.current.value == 2


def test_what_was_said_counts_until_the_recipe_is_known_to_be_another(service: TileService) -> None:
    gallery, judgments = gallery_of(service, 4)
    judgments.judge([("f" * 16, 2)], "Pick", flag="pick")
    gallery.sieve.set(Sieve("picked"))
    gallery.refresh()
    assert list(gallery.shown) == [2]
    service.tile_ready.emit(tile(2))
    gallery.refresh()
    assert list(gallery.shown) == []
    assert gallery.said_of(2)[1]
    assert gallery.tallies() == (0, 0, 1)


def test_masks_land_on_their_pixels_and_nowhere_else() -> None:
    made = tile(0, 0, 20, item(2, 3, 4, 5, "a"), item(-2, 10, 6, 4, "b"))
    ids = item_ids(made)
    expected = np.zeros((20, 20), dtype=np.uint16)
    expected[3:8, 2:6] = 1
    expected[10:14, 0:4] = 2
    np.testing.assert_array_equal(ids, expected)
    painted = with_masks(made, ((200, 0, 0), (0, 0, 200)), OverlayState(mask="fill", opacity=1.0))
    np.testing.assert_array_equal(painted[ids == 0], made.rgb[ids == 0])
    assert (painted[ids == 1] == (200, 0, 0)).all()
    half = with_masks(made, ((200, 0, 0), (0, 0, 200)), OverlayState(mask="fill", opacity=0.5))
    assert (abs(half[ids == 1].astype(int) - (150, 50, 50)) <= 1).all()
    assert (made.rgb == 100).all()


def test_a_rim_is_the_edge_of_an_object_and_not_of_the_picture() -> None:
    ids = np.zeros((10, 10), dtype=np.uint16)
    ids[2:8, 0:6] = 1
    rim = rims(ids, 1)
    expected = np.zeros((10, 10), dtype=bool)
    expected[2, 0:6] = expected[7, 0:6] = expected[2:8, 5] = True
    np.testing.assert_array_equal(rim, expected)
    assert rims(ids, 2).sum() > rim.sum()


def test_held_space_shows_the_picture_as_it_is() -> None:
    made = tile(0, 0, 20, item(2, 3, 4, 5))
    assert with_masks(made, (), OverlayState(hidden=True)) is made.rgb


def test_colours_follow_class_instance_or_visibility() -> None:
    items = [item(0, 0, 5, 5, "k", "mug", 0.0), item(6, 0, 5, 5, "k", "jar", 1.0), item(12, 0, 5, 5, "k", "?", None)]
    looks = plain_looks({"mug": (1, 2, 3), "jar": (4, 5, 6)})
    assert tints(items, "class", looks) == ((1, 2, 3), (4, 5, 6), UNKNOWN)
    assert tints(items, "visible", {}) == (ramp(0.0), ramp(1.0), UNKNOWN)
    others = [item(0, 0, 5, 5, f"mugs/{n}") for n in (0, 1, 0)]
    first, second, again = tints(others, "instance", {})
    assert first == again == color_of("mugs/0")
    assert second != first
