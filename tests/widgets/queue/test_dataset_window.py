"""A finished dataset in its window: pictures, labels and figures from the files, and their verification."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from myriorama.app.browsing.browse import Condition
from myriorama.app.dataset.encoders import encode_png
from myriorama.app.preview.tiles import TileKey
from myriorama.app.queue_view.stored import tile_at
from myriorama.app.studio import Studio
from myriorama.widgets.gallery.pixmaps import image_of
from myriorama.widgets.queue.dataset_window import DatasetWindow
from myriorama.widgets.queue.written_gallery import WrittenGallery

pytestmark = pytest.mark.gl
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, studio: Studio, written_set: Path, tmp_path: Path) -> Iterator[DatasetWindow]:
    """A copy of the dataset, opened."""
    copy = tmp_path / "set"
    shutil.copytree(written_set, copy)
    made = DatasetWindow(studio, copy)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.gallery is not None, timeout=20_000)
    yield made
    made.close()


def gallery_of(window: DatasetWindow) -> WrittenGallery:
    assert window.gallery is not None
    return window.gallery


def test_pictures_and_labels_are_those_of_the_files(qtbot: QtBot, window: DatasetWindow) -> None:
    gallery = gallery_of(window)
    qtbot.waitUntil(lambda: all(gallery.held.get(TileKey(p)) is not None for p in range(5)), timeout=20_000)
    assert [gallery._look(p, False, False, False).title for p in range(5)] == ["0", "1", "4", "5", "7"]
    assert "5 samples, 2 quarantined" in window.about.text()
    gallery.grid.go_to(2)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_D)
    assert gallery.pages.currentIndex() == 1
    written = tile_at(window._folder, 4, 10_000)
    qtbot.waitUntil(lambda: gallery.picture._tile is not None and gallery.picture._tile.rgb.shape == written.rgb.shape)
    tile = gallery.picture._tile
    assert tile is not None
    assert np.array_equal(tile.rgb, written.rgb)
    assert "Sample 4" in gallery.caption.text()
    qtbot.keyClick(gallery.picture, Qt.Key.Key_Right)
    assert "Sample 5" in gallery.caption.text()
    qtbot.keyClick(gallery.picture, Qt.Key.Key_Escape)
    assert gallery.pages.currentIndex() == 0

    plain = image_of(written.rgb)
    gallery._on_hold(True)
    hidden = gallery._look(2, False, False, False).pixmap
    gallery._on_hold(False)
    drawn = gallery._look(2, False, False, False).pixmap
    assert hidden is not None
    assert drawn is not None
    assert hidden.toImage().convertToFormat(plain.format()) == plain, "without labels it is the picture itself"
    assert drawn.toImage() != hidden.toImage()
    for name in ("mask", "boxes", "keypoints", "names"):
        gallery.tools.switches[name].setChecked(False)
    bare = gallery._look(2, False, False, False).pixmap
    assert bare is not None
    assert bare.toImage() == hidden.toImage()


def test_statistics_and_filters_count_what_was_written(qtbot: QtBot, window: DatasetWindow) -> None:
    gallery, dataset = gallery_of(window), window.dataset
    assert dataset is not None
    window.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dataset.table.known == 5, timeout=20_000)
    assert window.statistics is not None
    statistics = window.statistics
    qtbot.waitUntil(lambda: "5 of 5" in statistics.header.text())
    assert dataset.table.classes == ("mug",)
    indices, counts = dataset.table.values("objects")
    most = float(counts.max())
    dataset.browse.demand(Condition("objects", most, most))
    window.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(gallery.grid.samples.shown) == int((counts == most).sum()))
    assert gallery.chips.isVisible()
    dataset.browse.clear()
    qtbot.waitUntil(lambda: len(gallery.grid.samples.shown) == 5)
    assert len(indices) == 5


def test_it_can_be_verified(qtbot: QtBot, window: DatasetWindow) -> None:
    assert "Not verified" in window.standing.text()
    qtbot.mouseClick(window.verify, LEFT)
    assert window.stop.isVisible()
    qtbot.waitUntil(lambda: "Verified" in window.standing.text(), timeout=30_000)
    assert window.standing.property("role") == "good"
    picture = next((window._folder / "images").glob("*.png"))
    picture.write_bytes(encode_png(np.zeros((48, 64, 3), dtype=np.uint8)))
    qtbot.mouseClick(window.verify, LEFT)
    qtbot.waitUntil(lambda: picture.name in window.standing.text(), timeout=30_000)
    assert "tampered" in window.standing.text()
    assert window.standing.property("role") == "error"


def test_a_sample_can_be_shown_in_the_viewport(qtbot: QtBot, window: DatasetWindow) -> None:
    gallery = gallery_of(window)
    told: list[tuple[str, Path, int]] = []
    window.sample_wanted.connect(lambda text, folder, number: told.append((text, folder, number)))
    gallery.grid.go_to(3)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Return)
    assert told[0][1:] == (window._folder, 5)
    assert "near and far" in told[0][0]


def test_what_cannot_be_opened_is_told(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    made = DatasetWindow(studio, tmp_path / "none")
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "cannot be shown" in made.note.text())
    assert "not a finished dataset" in made.note.text()
    made.close()


def test_the_close_look_names_the_colours_of_classes(qtbot: QtBot, window: DatasetWindow) -> None:
    gallery = gallery_of(window)
    gallery.dataset.overlays.update(lambda state: replace(state, color_by="instance", hidden=False))
    gallery.grid.go_to(2)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: gallery.picture._tile is not None, timeout=20_000)
    assert not gallery.legend.isVisible(), "a colour is an object's: there is no class to name"
    qtbot.keyClick(gallery.picture, Qt.Key.Key_C)
    assert gallery.tools.switches["color_by"].isChecked()
    assert gallery.legend.isVisible()
    assert gallery.legend.lines == ("mug",)
    assert gallery.legend.rows[0].color == gallery.dataset.looks["mug"].color
    gallery._on_hold(True)
    assert not gallery.legend.isVisible(), "as long as labels are hidden"
    gallery._on_hold(False)
    assert gallery.legend.isVisible()
    qtbot.mouseClick(gallery.tools.switches["color_by"], LEFT)
    assert gallery.dataset.overlays.value.color_by == "instance"
    assert not gallery.legend.isVisible()
