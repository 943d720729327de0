"""What a class map makes of a picture: stripes on what is ignored, grey on what is left out, nothing beside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from myriorama.app.conversion.class_map import shown_rows
from myriorama.app.gallery.compositing import with_masks
from myriorama.app.gallery.tints import tints
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import Looks, class_looks, legend, objects_told
from myriorama.app.pictures.overlay import (
    LEFT_OUT,
    STRIPE_DARK,
    OverlayItem,
    OverlayStyle,
    color_of,
    dark_stripes,
    draw_overlay,
    stripe_px,
)
from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.app.viewing.colors import HATCHED, SOLID, VEILED, instance_colors, layer_table, overlay_table
from myriorama.plugins.selection import ClassUse
from myriorama.scenes.assembly.scene import SceneClass

CLASSES = (
    SceneClass(1, "mug", "", "#ff0000"),
    SceneClass(2, "cup", "", "#00ff00"),
    SceneClass(3, "bowl", "", "#0000ff"),
    SceneClass(9, "floor", "", "#777777", "stuff"),
)
RED, GREEN, BLUE, GROUND = (255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 180, 160)


def looks_with(**uses: ClassUse) -> Looks:
    return class_looks(shown_rows(CLASSES, uses))


def disc(name: str, x: int, y: int, side: int) -> OverlayItem:
    """A round mask, so that its box holds pixels that are not of it."""
    row, column = np.mgrid[:side, :side]
    mask = (row - side / 2 + 0.5) ** 2 + (column - side / 2 + 0.5) ** 2 <= (side / 2) ** 2
    return OverlayItem(x, y, mask, name, f"{name}s/0", visible=1.0)


ITEMS = (disc("mug", 4, 6, 30), disc("cup", 50, 8, 30), disc("bowl", 20, 45, 24))


def tile_of(items: tuple[OverlayItem, ...] = ITEMS) -> Tile:
    rgb = np.empty((75, 101, 3), dtype=np.uint8)
    rgb[:] = GROUND
    return Tile(TileKey(0), 0, "", "", rgb, items)


def place_of(item: OverlayItem) -> np.ndarray[Any, np.dtype[np.bool_]]:
    out = np.zeros((75, 101), dtype=bool)
    out[item.y : item.y + item.mask.shape[0], item.x : item.x + item.mask.shape[1]] = item.mask
    return out


def drawn(looks: Looks, **state: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    made = tile_of()
    shown = OverlayState(**{"mask": "fill", "opacity": 1.0, **state})
    return with_masks(made, tints(made.items, shown.color_by, looks), shown, looks)


def test_a_class_is_drawn_under_the_name_and_colour_that_formats_give_it() -> None:
    looks = looks_with(cup=ClassUse("mug"), bowl=ClassUse(use="ignore"), floor=ClassUse(use="drop"))
    assert (looks["cup"].name, looks["cup"].color, looks["cup"].use) == ("mug", RED, "label")
    assert (looks["bowl"].name, looks["bowl"].color, looks["bowl"].use) == ("bowl", BLUE, "ignore")
    assert looks["floor"].use == "drop"
    assert looks_with(bowl=ClassUse("mug", use="ignore"))["bowl"].color == RED, (
        "of the class that it would be merged to"
    )
    broken = looks_with(mug=ClassUse(id=2))
    assert (broken["mug"].color, broken["cup"].color) == (RED, GREEN), "a map that cannot be changes no colour"


@pytest.mark.parametrize("color_by", ["class", "instance", "visible"])
def test_what_is_ignored_has_stripes_of_two_colours_and_nothing_else_changes(color_by: str) -> None:
    looks = looks_with(cup=ClassUse(use="ignore"))
    seen, plain = drawn(looks, color_by=color_by), drawn(looks_with(), color_by=color_by)
    place = place_of(ITEMS[1])
    row, column = np.mgrid[:75, :101]
    width = stripe_px((75, 101))
    assert width == 3
    dark = ((row + column) // width) % 2 == 1
    assert (seen[place & dark] == STRIPE_DARK).all()
    assert (seen[place & ~dark] == GREEN).all(), "its class's colour, whatever the others are coloured by"
    shares = (place & dark).sum() / place.sum()
    assert 0.4 < shares < 0.6
    assert np.array_equal(seen[~place], plain[~place])


def test_stripes_let_the_picture_through_as_far_as_the_opacity_says() -> None:
    seen = drawn(looks_with(cup=ClassUse(use="ignore")), opacity=0.5)
    place = place_of(ITEMS[1])
    found = {tuple(int(v) for v in pixel) for pixel in np.unique(seen[place], axis=0)}
    blend = [
        tuple((128 * g + 128 * c) // 256 for g, c in zip(GROUND, color, strict=True)) for color in (GREEN, STRIPE_DARK)
    ]
    assert found == set(blend)


def test_what_is_left_out_is_grey_and_has_no_outline() -> None:
    looks = looks_with(mug=ClassUse(use="drop"))
    place = place_of(ITEMS[0])
    assert (drawn(looks)[place] == LEFT_OUT).all()
    outlined = drawn(looks, mask="contour", color_by="class")
    assert (outlined[place] == GROUND).all()
    other = place_of(ITEMS[2])
    assert (outlined[other] == BLUE).all(axis=1).any()
    flat = drawn(looks, base="classes", color_by="class")
    assert np.unique(flat[place | ~(place_of(ITEMS[1]) | other)], axis=0).shape[0] == 1, (
        "background, as formats have it"
    )
    assert (flat[other] == BLUE).all()


def test_merged_classes_have_one_colour() -> None:
    looks = looks_with(cup=ClassUse("mug"))
    seen = drawn(looks, color_by="class")
    assert (seen[place_of(ITEMS[0])] == RED).all()
    assert (seen[place_of(ITEMS[1])] == RED).all()
    assert (drawn(looks_with(), color_by="class")[place_of(ITEMS[1])] == GREEN).all()


def test_the_drawing_of_sheets_has_the_same_stripes() -> None:
    item = OverlayItem(50, 8, ITEMS[1].mask, "cup", "cups/0", use="ignore")
    bare = OverlayStyle(opacity=1.0, contour=False, boxes=True, names=True)
    seen = draw_overlay(tile_of().rgb, [item], bare)
    place = place_of(item)
    dark = dark_stripes(0, 0, (75, 101), 3)
    assert (seen[place & dark] == STRIPE_DARK).all()
    assert (seen[place & ~dark] == color_of("cups/0")).all()
    assert (seen[~place] == GROUND).all()


def test_legends_and_counts_say_what_is_not_as_it_is() -> None:
    names = {item.name for item in ITEMS}
    assert legend(looks_with(), names) == ()
    looks = looks_with(cup=ClassUse("mug"), bowl=ClassUse(use="ignore"), floor=ClassUse(use="drop"))
    assert [(row.use, row.color, row.text) for row in legend(looks, names)] == [
        ("label", RED, "mug: mug, cup"),
        ("ignore", BLUE, "ignored: bowl"),
    ]
    assert legend(looks, {"floor"})[0].text == "left out: floor"
    assert objects_told(ITEMS, looks) == "2 objects, 1 ignored"
    assert objects_told(ITEMS, looks_with(mug=ClassUse(use="drop"), cup=ClassUse(use="ignore"))) == (
        "1 object, 1 ignored, 1 left out"
    )


def test_tables_of_the_viewport_say_how_each_mask_is_drawn() -> None:
    def seen(name: str, kind: str = "thing") -> Any:
        return SimpleNamespace(class_name=name, kind=kind, instance_key=f"{name}s/0", class_id=1)

    instances = (seen("mug"), seen("cup"), seen("bowl"), seen("floor", "stuff"))
    frame: Any = SimpleNamespace(classes=CLASSES, instances=instances, annotations=())
    looks = looks_with(mug=ClassUse("cup"), cup=ClassUse(use="ignore"), bowl=ClassUse(use="drop"))
    colors = instance_colors(frame, "instance", looks)
    assert colors[0] == color_of("mugs/0")
    assert colors[1:3] == [looks["cup"].color, LEFT_OUT]
    assert overlay_table(frame, colors, looks)[0, :5, 3].tolist() == [0, SOLID, HATCHED, VEILED, 0]
    assert layer_table(frame, True, looks)[0, :5, 3].tolist() == [SOLID, SOLID, HATCHED, SOLID, SOLID]
    assert layer_table(frame, True, looks)[0, 1, :3].tolist() == list(looks["mug"].color)
    assert instance_colors(frame, "class")[:2] == [RED, GREEN]
