"""What our writers write is read back as ours: the same boxes, masks and keypoints, less what the format cannot hold.

Every comparison is closer than half a pixel by far, so that a convention off by half a pixel fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_masks

from myriorama.app.conversion.exporting import ExportWanted, export_dataset, shown_records
from myriorama.app.reading.neutral import Faults, ForeignObject, ForeignSet
from myriorama.app.reading.opening import open_set
from myriorama.app.reading.shapes import mask_in
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.selection import ALL, ClassUse, Selection
from myriorama.plugins.splitting import Split

# pycocotools asks numpy for what newer ones call out of date: its own affair.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ impl")

Make = Callable[..., Path]
WIDTH, HEIGHT = 96, 72
SPLIT = Selection(split=Split((0.6, 0.3, 0.1)))


def quiet(done: int, total: int) -> None:
    pass


def opened(folder: Path, wanted: str = "") -> tuple[ForeignSet, Faults]:
    made, faults, _ = open_set(folder, None, wanted, quiet)
    return made, faults


def exported(source: Path, out: Path, name: str, selection: Selection = ALL, **options: Any) -> Path:
    return export_dataset(ExportWanted(source, out, name, options, selection), builtin_registry()).folder


def by_index(made: ForeignSet) -> dict[int, Sequence[ForeignObject]]:
    """Return the objects of each sample, by the number in its picture's name."""
    out = {}
    for place in range(len(made)):
        sample = made.sample(place)
        assert (sample.width, sample.height) == (WIDTH, HEIGHT)
        assert sample.path.endswith(made.names[place]) or made.names[place].endswith(sample.path)
        out[int(Path(sample.path).stem)] = sample.objects
    return out


def pairs(source: Path, made: ForeignSet, selection: Selection = ALL) -> list[tuple[dict[str, Any], ForeignObject]]:
    """Return each stored annotation beside what was read of it."""
    out = []
    read = by_index(made)
    for record in shown_records(source, selection):
        own = record["annotations"]
        theirs = [o for o in read[record["index"]] if not o.ignore]
        assert [a["class_name"] for a in own] == [o.class_name for o in theirs]
        out += list(zip(own, theirs, strict=True))
    assert len(out) > 4
    return out


def mask_of(annotation: dict[str, Any]) -> np.ndarray:
    return np.asarray(coco_masks.decode({"size": [HEIGHT, WIDTH], "counts": annotation["rle"]}), dtype=bool)


def read_mask(item: ForeignObject) -> np.ndarray:
    mask = mask_in(item, 0, 0, WIDTH, HEIGHT)
    assert mask is not None
    return mask


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def near(box: Sequence[float]) -> Any:
    return pytest.approx(tuple(box), abs=1e-4)


@pytest.fixture
def source(make_dataset: Make) -> Path:
    return make_dataset()


def points_of(annotation: dict[str, Any]) -> list[tuple[float, float, int]]:
    return [(k["x"], k["y"], k["v"]) for k in annotation["keypoints"] if k["v"]]


def test_coco_loses_nothing_that_is_read(source: Path, tmp_path: Path) -> None:
    made, faults = opened(exported(source, tmp_path / "out", "coco"))
    assert (made.format, faults.total) == ("COCO", 0)
    with_points = 0
    for own, item in pairs(source, made):
        assert item.box == tuple(own["box"])
        assert np.array_equal(read_mask(item), mask_of(own))
        assert item.area_px == own["area_px"]
        seen = [p for p in item.keypoints if p[2]]
        assert [p[2] for p in seen] == [p[2] for p in points_of(own)]
        for mine, theirs in zip(points_of(own), seen, strict=True):
            assert theirs[:2] == pytest.approx(mine[:2], abs=1e-3)
        with_points += bool(seen)
        names = [k["name"] for k in own["keypoints"]]
        if names and len(item.keypoints) == len(names):
            assert {(names[a], names[b]) for a, b in item.bones} == {tuple(pair) for pair in own["skeleton"]}
        for name, value in own["attributes"].items():
            if isinstance(value, int | float | str):
                assert item.attributes[name] == value
    assert with_points


def test_outlines_of_coco_fill_what_they_promise(source: Path, tmp_path: Path) -> None:
    made, faults = opened(exported(source, tmp_path / "out", "coco", segmentation="polygon"))
    assert faults.total == 0
    found = pairs(source, made)
    assert any(item.polygons for _, item in found)
    for own, item in found:
        assert item.box == tuple(own["box"])
        assert iou(read_mask(item), mask_of(own)) >= 0.96


def test_parts_and_regions_to_ignore_of_coco(source: Path, tmp_path: Path) -> None:
    selection = Selection({"ball": ClassUse(use="ignore")}, split=SPLIT.split)
    made, _ = opened(exported(source, tmp_path / "out", "coco", selection))
    records = {r["index"]: r for r in shown_records(source, selection)}
    assert {int(Path(p).stem): part for p, part in zip(made.paths, made.parts, strict=True)} == {
        i: r["part"] for i, r in records.items()
    }
    ignored = sum(len(r["ignored"]) for r in records.values())
    assert ignored
    assert made.ignored >= ignored
    assert made.objects == sum(len(r["annotations"]) for r in records.values())


@pytest.mark.parametrize("task", ["detect", "segment", "pose", "obb"])
def test_yolo_loses_only_what_it_says(source: Path, tmp_path: Path, task: str) -> None:
    made, faults = opened(exported(source, tmp_path / "out", "yolo", task=task))
    assert faults.total == 0
    assert made.format == {"obb": "YOLO oriented boxes"}.get(task, f"YOLO {task}")
    found = pairs(source, made)
    for own, item in found:
        mask = mask_of(own)
        if task in ("detect", "pose"):
            assert item.box == near(own["box"])
        if task == "segment":
            assert iou(read_mask(item), mask) >= 0.97
            assert item.box == pytest.approx(tuple(own["box"]), abs=1.01), "boxes come from the outlines"
        if task == "obb":
            filled = read_mask(item)
            assert len(item.polygons[0]) == 4
            x, y, w, h = own["box"]
            if min(x, y) > 4 and x + w < WIDTH - 4 and y + h < HEIGHT - 4:
                assert (filled & mask).sum() >= 0.99 * mask.sum(), "the rectangle is around the mask"
        if task == "pose":
            seen = [p for p in item.keypoints if p[2]]
            inside = [p for p in points_of(own) if 0 <= p[0] <= WIDTH and 0 <= p[1] <= HEIGHT]
            for mine, theirs in zip(inside, seen, strict=True):
                assert theirs[:2] == pytest.approx(mine[:2], abs=1e-4)
    if task == "pose":
        assert any(p[2] for _, item in found for p in item.keypoints)


def test_yolo_has_its_parts(source: Path, tmp_path: Path) -> None:
    made, _ = opened(exported(source, tmp_path / "out", "yolo", SPLIT))
    own = {r["index"]: r["part"] for r in shown_records(source, SPLIT)}
    assert {int(Path(p).stem): part for p, part in zip(made.paths, made.parts, strict=True)} == own


def test_pascal_voc_keeps_boxes_and_masks(source: Path, tmp_path: Path) -> None:
    made, faults = opened(exported(source, tmp_path / "out", "pascal_voc", SPLIT))
    assert (made.format, faults.total) == ("Pascal VOC", 0)
    for own, item in pairs(source, made):
        assert item.box == tuple(own["box"])
        assert np.array_equal(read_mask(item), mask_of(own))
    own = {r["index"]: r["part"] for r in shown_records(source, SPLIT)}
    assert {int(Path(p).stem): part for p, part in zip(made.paths, made.parts, strict=True)} == own


def test_regions_to_ignore_of_pascal_voc_are_no_objects(source: Path, tmp_path: Path) -> None:
    selection = Selection({"ball": ClassUse(use="ignore")})
    made, _ = opened(exported(source, tmp_path / "out", "pascal_voc", selection))
    records = list(shown_records(source, selection))
    assert made.objects == sum(len(r["annotations"]) for r in records)


def test_our_own_dataset_is_read_whole(source: Path) -> None:
    made, faults = opened(source)
    assert (made.format, faults.total) == ("Myriorama", 0)
    assert any("coco" in note for note in made.notes)
    for own, item in pairs(source, made):
        assert item.box == tuple(own["box"])
        assert np.array_equal(read_mask(item), mask_of(own))
        assert [p for p in item.keypoints if p[2]] == points_of(own)
    assert opened(source, "coco")[0].objects == made.objects
