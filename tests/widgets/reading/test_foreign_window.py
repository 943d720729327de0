"""A foreign dataset in its window: pictures, figures and faults, by clicks and drops; nothing of it is parsed here."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from myriorama.app.browsing.browse import Condition
from myriorama.app.preview.tiles import TileKey
from myriorama.app.studio import Studio
from myriorama.widgets.application import Application
from myriorama.widgets.gallery.pixmaps import image_of
from myriorama.widgets.main_window.look_flow import dropped_dataset
from myriorama.widgets.queue.written_gallery import WrittenGallery
from myriorama.widgets.reading.foreign_window import ForeignWindow
from myriorama.widgets.reading.look_sheet import LookSheet

LEFT = Qt.MouseButton.LeftButton
SIZES = ((40, 30), (40, 30), (24, 32), (40, 30))


def png(width: int, height: int) -> bytes:
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    rgb = np.stack([x * 6, y * 7, x * 0 + 90], axis=2).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Four pictures, one of which is missing and one broken inside; three objects and one that is at fault."""
    made = tmp_path / "foreign"
    made.mkdir()
    images: list[dict[str, Any]] = []
    for number, (width, height) in enumerate(SIZES):
        name = f"{number}.png"
        content = bytearray(png(width, height))
        if number == 3:
            content[60] ^= 255
        if number != 1:
            (made / name).write_bytes(content)
        images.append({"id": number, "file_name": name, "width": width, "height": height})
    rows = [
        {"id": 1, "image_id": 0, "category_id": 1, "bbox": [2, 3, 10, 8],
         "segmentation": [[2, 3, 12, 3, 12, 11, 2, 11]], "attributes": {"ripe": True}},
        {"id": 2, "image_id": 0, "category_id": 2, "bbox": [20, 3, 10, 20]},
        {"id": 3, "image_id": 2, "category_id": 2, "bbox": [5, 5, 10, 20]},
        {"id": 4, "image_id": 2, "category_id": 9, "bbox": [5, 5, 10, 20]},
    ]  # fmt: skip
    tree = {"images": images, "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}], "annotations": rows}
    (made / "labels.json").write_text(json.dumps(tree))
    return made


@pytest.fixture
def window(qtbot: QtBot, studio: Studio, home: Path) -> Iterator[ForeignWindow]:
    made = ForeignWindow(studio, home)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.gallery is not None, timeout=30_000)
    yield made
    made.close()


def gallery_of(window: ForeignWindow) -> WrittenGallery:
    assert window.gallery is not None
    return window.gallery


def test_pictures_are_shown_with_their_labels(qtbot: QtBot, window: ForeignWindow, home: Path) -> None:
    gallery = gallery_of(window)
    assert "COCO, 4 pictures, 3 objects" in window.about.text()
    assert "dog 2, cat 1" in window.classes.text()
    qtbot.waitUntil(lambda: all(gallery.held.get(TileKey(p)) is not None for p in range(4)), timeout=30_000)
    tiles = [gallery.held.get(TileKey(p)) for p in range(4)]
    assert [t.problem for t in tiles if t] == ["", "its picture is not there", "", "its picture is cut off or broken"]
    with Image.open(home / "0.png") as file:
        assert tiles[0] is not None
        assert np.array_equal(tiles[0].rgb, np.asarray(file))
    cat, dog = tiles[0].items
    assert (cat.name, cat.x, cat.y, cat.mask.shape) == ("cat", 2, 3, (8, 10))
    assert cat.mask.all()
    assert cat.attributes == ("ripe: True",)
    assert not dog.mask.any(), "there is only a box"
    assert gallery._look(2, False, False, False).title == "2"

    gallery.grid.go_to(0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Return)
    assert gallery.pages.currentIndex() == 1, "what cannot be drawn in the viewport is looked at closely"
    assert "0.png" in gallery.caption.text()
    assert not gallery.show_in_viewport.isVisible()
    gallery._on_hold(True)
    hidden = gallery._look(0, False, False, False).pixmap
    gallery._on_hold(False)
    assert hidden is not None
    plain = image_of(tiles[0].rgb)
    assert hidden.toImage().convertToFormat(plain.format()) == plain


def test_figures_count_the_labels(qtbot: QtBot, window: ForeignWindow) -> None:
    dataset = window.dataset
    assert dataset is not None
    window.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dataset.table.known == 4, timeout=30_000)
    assert window.statistics is not None
    statistics = window.statistics
    qtbot.waitUntil(lambda: "From 4 of 4 pictures" in statistics.header.text())
    assert dataset.table.classes in (("dog", "cat"), ("cat", "dog"))
    assert sorted(dataset.table.values("mask_area")[1].tolist()) == [80.0]
    assert sorted(dataset.table.values("box_area")[1].tolist()) == [80.0, 200.0, 200.0]
    assert len(dataset.table.values("distance")[1]) == len(dataset.table.values("elevation")[1]) == 0
    x = dataset.table.values("position_x")[1].tolist()
    assert sorted(x) == pytest.approx(sorted([7 / 40, 25 / 40, 10 / 24]))
    dataset.browse.demand(Condition("objects", 2, 2))
    window.tabs.setCurrentIndex(0)
    gallery = gallery_of(window)
    qtbot.waitUntil(lambda: list(gallery.grid.samples.shown) == [0])
    titles = [card.title for card in statistics.cards]
    assert "Distance" not in titles
    assert "Seen from" not in titles


def test_faults_are_listed_also_those_that_show_later(qtbot: QtBot, window: ForeignWindow) -> None:
    assert window.faults is not None
    faults = window.faults
    qtbot.waitUntil(lambda: window.tabs.tabText(2) == "Faults (3)", timeout=30_000)
    kinds = [faults.tree.topLevelItem(k).text(0) for k in range(faults.tree.topLevelItemCount())]
    assert any("a category that is not in the file" in kind for kind in kinds)
    assert any("is cut off or broken" in kind for kind in kinds), "found when it was decoded to be shown"
    window.tabs.setCurrentIndex(2)
    qtbot.mouseClick(faults.copy, LEFT)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 3
    assert any(line.startswith("labels.json: annotations[3]: ") and line.endswith("(9)") for line in lines)


def test_what_cannot_be_read_is_said(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    made = ForeignWindow(studio, tmp_path)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "cannot be shown" in made.note.text(), timeout=30_000)
    assert "neither labels nor pictures" in made.note.text()
    made.close()


def test_this_process_opens_nothing_of_a_dataset(qtbot: QtBot, studio: Studio, home: Path) -> None:
    seen: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str):
            seen.append(os.path.realpath(arguments[0]))

    sys.addaudithook(hook)
    made = ForeignWindow(studio, home)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.gallery is not None, timeout=30_000)
    qtbot.waitUntil(lambda: gallery_of(made).held.get(TileKey(2)) is not None, timeout=30_000)
    made.close()
    watching = False
    assert [path for path in seen if path.startswith(str(home.resolve()))] == []


def _event(path: Path) -> tuple[QDropEvent, QMimeData]:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    return QDropEvent(QPointF(5, 5), copy, data, LEFT, Qt.KeyboardModifier.NoModifier), data


def test_what_is_dropped_is_a_dataset_or_a_project(home: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "project.json").write_text('{"format": "myriorama-project", "images": []}')
    own = tmp_path / "own"
    own.mkdir()
    for name in ("project.json", "manifest.json"):
        (own / name).write_text("{}")
    (tmp_path / "x.txt").write_text("x")
    expected = {home: True, home / "labels.json": True, project: False, project / "project.json": False, own: True,
                tmp_path / "x.txt": False, home / "0.png": False, tmp_path / "none": False}  # fmt: skip
    for path, wanted in expected.items():
        event, _data = _event(path)
        assert (dropped_dataset(event) == path) == wanted, path


@pytest.mark.gl
def test_from_the_menu_and_by_dropping(qtbot: QtBot, program: Application, home: Path) -> None:
    window = program.window
    window.actions_by_id["dataset.look"].trigger()
    sheet = window.findChild(LookSheet)
    assert sheet is not None
    assert not sheet.look.isEnabled()
    sheet.target.setText(str(home / "none"))
    assert "no such file" in sheet.problem.text()
    sheet.target.setText(str(home / "labels.json"))
    sheet.pictures.setText(str(home / "labels.json"))
    assert "no such folder of pictures" in sheet.problem.text()
    sheet.pictures.setText("")
    qtbot.mouseClick(sheet.look, LEFT)
    shown = window.looks.windows[home / "labels.json"]
    qtbot.waitUntil(lambda: shown.gallery is not None, timeout=30_000)
    shown.close()
    assert window.looks.windows == {}

    event, data = _event(home)
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(event)
    dropped = window.looks.windows[home]
    qtbot.waitUntil(lambda: dropped.gallery is not None, timeout=30_000)
    window.looks.open(home)
    assert list(window.looks.windows) == [home], "brought to the front, not opened twice"
    dropped.close()


def test_what_is_left_undrawn_is_told(qtbot: QtBot, studio: Studio, home: Path) -> None:
    tree = json.loads((home / "labels.json").read_text())
    tree["annotations"][0]["segmentation"] = [[v for k in range(90_000) for v in ((k % 2) * 1e9, k % 30)]]
    tree["annotations"][0]["bbox"] = [0, 0, 40, 30]
    (home / "labels.json").write_text(json.dumps(tree))
    made = ForeignWindow(studio, home)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.tabs.tabText(2) == "Faults (4)", timeout=30_000)
    assert made.dataset is not None
    assert any("too winding to be drawn" in fault.message for fault in made.dataset.faults)
    assert made.gallery is not None
    made.gallery.look_closely(0)
    qtbot.waitUntil(lambda: gallery_of(made)._is_full(0), timeout=30_000)
    assert made.tabs.tabText(2) == "Faults (4)", "the same thing is told once"
    made.close()


@pytest.fixture
def boxes_alone(home: Path) -> Path:
    """The same labels without the one outline."""
    labels = home / "labels.json"
    tree = json.loads(labels.read_text())
    for row in tree["annotations"]:
        row.pop("segmentation", None)
    labels.write_text(json.dumps(tree))
    return home


def test_what_no_label_has_cannot_be_switched_on(
    qtbot: QtBot, studio: Studio, boxes_alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = ForeignWindow(studio, boxes_alone)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.gallery is not None, timeout=30_000)
    gallery = gallery_of(window)
    switches = gallery.tools.switches
    for name, words in (("mask", "only boxes"), ("keypoints", "keypoint"), ("boxes_3d", "COCO")):
        assert not switches[name].isEnabled(), name
        assert not switches[name].isChecked(), name
        assert words in switches[name].toolTip()
        assert switches[name].accessibleDescription()
    assert switches["boxes"].isEnabled()
    assert switches["boxes"].isChecked()
    said: list[str] = []
    monkeypatch.setattr(
        "myriorama.widgets.queue.written_tools.QToolTip.showText", lambda _, text, *__: said.append(text)
    )
    before = gallery.dataset.overlays.value
    qtbot.keyClick(gallery.grid, Qt.Key.Key_M)
    assert gallery.dataset.overlays.value == before
    assert "only boxes" in said[0]
    qtbot.keyClick(gallery.grid, Qt.Key.Key_B)
    assert gallery.dataset.overlays.value.boxes is not before.boxes
    assert not switches["mask"].isChecked()
    window.close()


def test_one_outline_is_enough_for_the_switch_of_masks(window: ForeignWindow) -> None:
    switches = gallery_of(window).tools.switches
    assert switches["mask"].isEnabled()
    assert switches["mask"].isChecked()
    assert not switches["keypoints"].isEnabled()
