"""Tiles and the close look show what formats make of a class: stripes, counts, words; an undo takes all of it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from myriorama.app.parts.shown import looks_of, set_shown
from myriorama.app.pictures.overlay import LEFT_OUT, STRIPE_DARK, dark_stripes, stripe_px
from myriorama.app.preview.tiles import TileKey
from myriorama.app.studio import Studio
from myriorama.widgets.gallery.panel import GalleryPanel

PLAIN: dict[str, Any] = {"boxes": False, "names": False, "keypoints": False, "mask": "fill", "opacity": 1.0}
SAMPLE = 1
"""Has two objects of class mug."""


def use_mugs(panel: GalleryPanel, **change: Any) -> None:
    project = panel.studio.document.project
    assert project is not None
    edit = set_shown(project, "mug", **change)
    panel.studio.document.replace(edit.project, edit.label)


def pixels(image: QImage) -> np.ndarray[Any, np.dtype[np.uint8]]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def tile_pixels(panel: GalleryPanel) -> np.ndarray[Any, np.dtype[np.uint8]]:
    panel.pixmaps.start_frame()
    pixmap = panel.looks.sample(SAMPLE, False, False, False).pixmap
    assert pixmap is not None
    return pixels(pixmap.toImage())


def opened(panel: GalleryPanel, open_example: Callable[[str], Studio], qtbot: QtBot) -> np.ndarray[Any, Any]:
    """Open an example that has the class; return where the objects of the sample are."""
    open_example("bench_table")
    qtbot.waitUntil(lambda: panel.gallery.held.get(TileKey(SAMPLE)) is not None)
    panel.studio.overlays.update(lambda state: replace(state, **PLAIN))
    return place_in(panel)


def place_in(panel: GalleryPanel) -> np.ndarray[Any, Any]:
    """Return where the objects of the sample are in the picture that is held."""
    tile = panel.gallery.held.get(TileKey(SAMPLE))
    assert tile is not None
    place = np.zeros(tile.rgb.shape[:2], dtype=bool)
    for item in tile.items:
        place[item.y : item.y + item.mask.shape[0], item.x : item.x + item.mask.shape[1]] |= item.mask
    return place


def test_a_tile_is_hatched_where_its_objects_are_ignored(
    qtbot: QtBot, panel: GalleryPanel, open_example: Callable[[str], Studio]
) -> None:
    place = opened(panel, open_example, qtbot)
    before = tile_pixels(panel)
    assert before.shape[:2] == place.shape
    assert panel.looks.sample(SAMPLE, False, False, False).objects == 2
    use_mugs(panel, use="ignore")
    seen = tile_pixels(panel)
    dark = dark_stripes(0, 0, place.shape, stripe_px(place.shape))
    color = looks_of(panel.studio.document.project)["mug"].color
    assert (seen[place & dark] == STRIPE_DARK).all()
    assert (seen[place & ~dark] == color).all()
    assert np.array_equal(seen[~place], before[~place])
    look, tip = panel.looks.sample(SAMPLE, False, False, False), panel.looks.tip(SAMPLE)
    assert look.objects == 0
    assert "0 labelled objects, 2 ignored" in tip
    assert "Ignored: mug" in tip
    panel.studio.document.history.undo()
    assert np.array_equal(tile_pixels(panel), before)
    assert "gnored" not in panel.looks.tip(SAMPLE)


def test_the_close_look_says_and_shows_the_same(
    qtbot: QtBot, panel: GalleryPanel, open_example: Callable[[str], Studio]
) -> None:
    opened(panel, open_example, qtbot)
    detail = panel.detail
    panel.close_up.show_one(SAMPLE)
    panel.pages.setCurrentWidget(panel.close_up)
    assert not detail.legend.isVisible()
    use_mugs(panel, use="drop")
    assert detail.legend.isVisible()
    assert detail.legend.lines == ("left out: mug",)
    assert "0 objects, 2 left out" in detail._caption.words.text()
    detail.picture.grab()  # it makes its image while it paints
    image = detail.picture._image
    assert image is not None
    seen = pixels(image)
    place = place_in(panel)
    assert seen.shape[:2] == place.shape
    assert (seen[place] == LEFT_OUT).all()
    assert not (seen[~place] == LEFT_OUT).all(axis=1).any()
    use_mugs(panel, use="label")
    use_mugs(panel, shown_name="vessel")
    assert detail.legend.lines == ("vessel: mug",)
    assert "2 objects" in detail._caption.words.text()
