"""A contact sheet shows classes as its dataset's class map does: merged, hatched, greyed, and told above."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.dataset.layout import record_path
from myriorama.app.pictures import dataset_sheet
from myriorama.app.pictures.class_looks import NO_LOOKS, LegendRow, class_looks, looked
from myriorama.app.pictures.overlay import LEFT_OUT, OverlayItem, OverlayStyle, draw_overlay
from myriorama.app.pictures.sheet import contact_sheet
from myriorama.plugins.selection import ClassUse, Selection

Make = Callable[..., Path]
MAPPED = Selection({"ball": ClassUse("toy"), "crate": ClassUse(use="ignore")})


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What each sheet was laid out from."""
    made: list[dict[str, Any]] = []

    def told(tiles: Any, **words: Any) -> Any:
        made.append({"captions": [caption for _, caption in tiles], "tiles": [tile for tile, _ in tiles], **words})
        return contact_sheet(tiles, **words)

    monkeypatch.setattr(dataset_sheet, "contact_sheet", told)
    return made


def mapped(folder: Path, monkeypatch: pytest.MonkeyPatch, selection: Selection) -> None:
    """Let a dataset be one that was written with a class map."""
    true = dataset_sheet.read_manifest

    def read(at: Path) -> Any:
        manifest = true(at)
        manifest.head["shown"] = selection.to_json()  # type: ignore[index]
        return manifest

    monkeypatch.setattr(dataset_sheet, "read_manifest", read)


def test_a_merged_class_has_its_name_and_an_ignored_one_is_counted_apart(
    make_dataset: Make, monkeypatch: pytest.MonkeyPatch, pages: list[dict[str, Any]]
) -> None:
    folder = make_dataset({"raw": {}})
    plain, _ = dataset_sheet.sheet_of_dataset(folder)
    mapped(folder, monkeypatch, MAPPED)
    page, shown = dataset_sheet.sheet_of_dataset(folder)
    assert shown == 3
    records = [json.loads((folder / record_path(index)).read_bytes()) for index in range(3)]
    names = [[a["class_name"] for a in record["annotations"]] for record in records]
    balls, crates = (sum(row.count(name) for row in names) for name in ("ball", "crate"))
    assert balls
    assert crates
    before, after = pages
    assert before["legend"] == ()
    assert f"{balls + crates} labelled objects" in before["subtitle"]
    assert f"{balls} labelled object" in after["subtitle"]
    assert f"{crates} ignored" in after["subtitle"]
    assert [row.text for row in after["legend"]] == ["toy: ball", "ignored: crate"]
    for caption, row in zip(after["captions"], names, strict=True):
        assert f"{row.count('ball')} object" in caption
        assert (f"{row.count('crate')} ignored" in caption) is ("crate" in row)
    assert page.shape[0] > plain.shape[0], "the legend has a line of its own"
    assert any(not np.array_equal(a, b) for a, b in zip(before["tiles"], after["tiles"], strict=True))


def test_what_is_drawn_has_the_name_and_the_use_of_its_class() -> None:
    from myriorama.app.conversion.class_map import shown_rows
    from myriorama.scenes.assembly.scene import SceneClass

    classes = (SceneClass(1, "ball", "", "#ff0000"), SceneClass(2, "crate", "", "#00ff00"))
    looks = class_looks(shown_rows(classes, MAPPED.classes))
    mask = np.ones((4, 4), dtype=bool)
    ball, crate = OverlayItem(0, 0, mask, "ball", "b/0"), OverlayItem(6, 0, mask, "crate", "c/0")
    assert (looked(ball, looks).name, looked(ball, looks).use) == ("toy", "label")
    assert (looked(crate, looks).name, looked(crate, looks).use) == ("crate", "ignore")
    assert looked(ball, NO_LOOKS) is ball


def test_what_is_left_out_is_grey_and_takes_no_other_s_colour() -> None:
    style = OverlayStyle(opacity=1.0, contour=False, boxes=False, names=False, keypoints=False)
    ground = np.zeros((12, 40, 3), dtype=np.uint8)
    mask = np.ones((8, 8), dtype=bool)
    gone = OverlayItem(2, 2, mask, "mug", "same", use="drop")
    kept = OverlayItem(20, 2, mask, "mug", "same")
    drawn, alone = draw_overlay(ground, [gone, kept], style), draw_overlay(ground, [kept], style)
    assert (drawn[2:10, 2:10] == LEFT_OUT).all()
    assert np.array_equal(drawn[:, 16:], alone[:, 16:])


def test_a_long_legend_takes_as_many_lines_as_it_needs() -> None:
    tiles = [(np.full((60, 200, 3), 90, np.uint8), "one")]
    rows = [LegendRow("ignore", (1, 2, 3), f"ignored: class number {n}") for n in range(6)]
    heights = [contact_sheet(tiles, title="n", tile_width_px=200, legend=rows[:n]).shape[0] for n in (0, 1, 2, 6)]
    assert heights[0] < heights[1] < heights[2] < heights[3]
    assert heights[3] - heights[2] == 4 * (heights[2] - heights[1])
