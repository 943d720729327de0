"""YOLO read by others: supervision and pycocotools here, Ultralytics where an interpreter that has it is named."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision
import yaml
from pycocotools import mask as coco_masks

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.annotators import annotate
from myriorama.plugins.selection import ALL, ClassUse, Selection, View, ViewedRecords
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers.yolo import Yolo, flipped, quoted
from myriorama.scenes.assembly.model import Keypoint
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.labels.rle import encode_mask
from myriorama.scenes.labels.stored import record_to_json

Make = Callable[..., Path]

# supervision asks PIL and numpy for what newer ones call out of date: its own affair, not our files'.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:supervision", "ignore:__array__ impl")

HEIGHT, WIDTH = 72, 96
EXACT = 1e-6
"""Of the picture's size."""


def read(folder: Path, **how: Any) -> Any:
    return supervision.DetectionDataset.from_yolo(
        str(folder / "images"), str(folder / "labels"), str(folder / "data.yaml"), **how
    )


def rows(folder: Path, index: int) -> list[list[float]]:
    text = (folder / f"labels/{index:08d}.txt").read_text()
    return [[float(word) for word in line.split()] for line in text.splitlines()]


def told(records: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(record_to_json(r, {}))) for r in records]


def files(info: Any, records: list[dict[str, Any]], selection: Selection = ALL, **values: Any) -> dict[str, str]:
    """Every file of a set by its path, as a host asks for them."""
    view = View(info, selection)
    writer = Yolo(view.info, values)
    viewed = ViewedRecords(records, view)
    out = {file.path: file.text for record in viewed for file in writer.label_files(record)}
    return out | {file.path: b"".join(file.chunks).decode() for file in writer.whole_files(viewed)}


def rasterised(row: list[float]) -> np.ndarray:
    outline = (np.reshape(row[1:], (-1, 2)) * (WIDTH, HEIGHT)).ravel().tolist()
    return coco_masks.decode(coco_masks.merge(coco_masks.frPyObjects([outline], HEIGHT, WIDTH))).astype(bool)


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


def test_supervision_reads_the_boxes(make_dataset: Make, table_records: list[Any]) -> None:
    folder = make_dataset({"yolo": {}})
    dataset = read(folder)
    assert dataset.classes == ["ball", "crate"]
    assert len(dataset) == 3
    for path, image, found in dataset:
        record = table_records[int(Path(path).stem)]
        assert np.array_equal(image[:, :, ::-1], record.rgb)
        boxes = [(a.box.x, a.box.y, a.box.x + a.box.w, a.box.y + a.box.h) for a in record.annotations]
        assert found.xyxy == pytest.approx(np.array(boxes), abs=EXACT * WIDTH * 4)  # it keeps float32
        assert [dataset.classes[k] for k in found.class_id] == [a.class_name for a in record.annotations]


def test_a_box_begins_at_its_first_pixels_corner(table_info: Any, table_records: list[Any]) -> None:
    """Half a pixel of 96 is 0.0052: a box read back must lie on whole pixel borders."""
    for record, stored in zip(table_records, told(table_records), strict=True):
        text = files(table_info, [stored])[f"labels/{record.index:08d}.txt"]
        for line, label in zip(text.splitlines(), record.annotations, strict=True):
            _, x, y, w, h = map(float, line.split())
            columns = np.flatnonzero(label.full_mask(HEIGHT, WIDTH).any(axis=0))
            lines = np.flatnonzero(label.full_mask(HEIGHT, WIDTH).any(axis=1))
            assert (x - w / 2) * WIDTH == pytest.approx(columns[0], abs=EXACT * WIDTH)
            assert (x + w / 2) * WIDTH == pytest.approx(columns[-1] + 1, abs=EXACT * WIDTH)
            assert (y - h / 2) * HEIGHT == pytest.approx(lines[0], abs=EXACT * HEIGHT)
            assert (y + h / 2) * HEIGHT == pytest.approx(lines[-1] + 1, abs=EXACT * HEIGHT)


@pytest.mark.parametrize("min_iou", [0.9, 0.98, 1.0])
def test_outlines_fill_the_masks(make_dataset: Make, table_records: list[Any], min_iou: float) -> None:
    folder = make_dataset({"yolo": {"task": "segment", "min_iou": min_iou}})
    for record in table_records:
        for row, label in zip(rows(folder, record.index), record.annotations, strict=True):
            mask = label.full_mask(HEIGHT, WIDTH)
            assert row[0] == label.class_id - 1
            assert all(0 <= number <= 1 for number in row[1:])
            # pycocotools' grid is a fifth of a pixel, so its own filling differs by some pixels of a border
            assert iou(rasterised(row), mask) >= min_iou - 0.03
            if min_iou == 1.0:
                assert np.array_equal(rasterised(row), mask)
                corners = np.reshape(row[1:], (-1, 2)) * (WIDTH, HEIGHT)
                box = label.box
                assert corners.min(axis=0) == pytest.approx((box.x, box.y), abs=EXACT * WIDTH)
                assert corners.max(axis=0) == pytest.approx((box.x + box.w, box.y + box.h), abs=EXACT * WIDTH)


def test_supervision_reads_the_outlines(make_dataset: Make, table_records: list[Any]) -> None:
    dataset = read(make_dataset({"yolo": {"task": "segment", "min_iou": 1.0}}))
    for path, _, found in dataset:
        record = table_records[int(Path(path).stem)]
        boxes = [(a.box.x, a.box.y, a.box.x + a.box.w, a.box.y + a.box.h) for a in record.annotations]
        assert found.xyxy == pytest.approx(np.array(boxes), abs=1.0)  # it rounds to the pixels that it has filled
        for mask, label in zip(found.mask, record.annotations, strict=True):
            # it fills the border too: one pixel more on two sides, never one less
            assert not (label.full_mask(HEIGHT, WIDTH) & ~mask).any()


def test_pieces_and_holes_are_one_outline(table_info: Any, table_records: list[Any]) -> None:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[10:40, 10:50] = True
    mask[15:30, 20:40] = False  # a hole
    mask[20:25, 26:33] = True  # an island in it
    mask[50:60, 5:12] = True
    mask[12:30, 70:71] = True
    mask[60:62, 60:90] = mask[66:70, 60:90] = True
    (stored,) = told(table_records[:1])
    ys, xs = np.nonzero(mask)
    box = [int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1]
    a = {**stored["annotations"][0], "rle": encode_mask(mask).decode(), "box": box, "area_px": int(mask.sum())}
    made = files(table_info, [{**stored, "annotations": [a]}], task="segment", min_iou=1.0)
    (line,) = made["labels/00000000.txt"].splitlines()
    assert np.array_equal(rasterised([float(word) for word in line.split()]), mask)


def test_keypoints_and_visibilities(make_dataset: Make, table_records: list[Any]) -> None:
    folder = make_dataset({"yolo": {"task": "pose"}})
    data = yaml.safe_load((folder / "data.yaml").read_text())
    names = ["corner0", "corner1", "corner2", "corner3", "middle"]
    assert data["kpt_shape"] == [5, 3]
    assert data["flip_idx"] == [0, 1, 2, 3, 4]
    assert data["kpt_names"] == {0: names, 1: names}
    seen = set()
    for record in table_records:
        for row, label in zip(rows(folder, record.index), record.annotations, strict=True):
            assert len(row) == 5 + 15
            points = np.reshape(row[5:], (5, 3))
            by_name = {k.name: k for k in label.keypoints}
            for name, (x, y, v) in zip(names, points, strict=True):
                k = by_name.get(name)
                seen.add(-1 if k is None else k.v)
                assert v == (0 if k is None else k.v)
                expected = (0, 0) if v == 0 else (k.x / WIDTH, k.y / HEIGHT)
                assert (x, y) == pytest.approx(expected, abs=EXACT)
    assert {-1, 1, 2} <= seen
    boxes = [found.xyxy for _, _, found in read(folder)]  # it leaves keypoints out by kpt_shape
    assert [len(b) for b in boxes] == [len(r.annotations) for r in table_records]


def test_a_keypoint_at_a_pixel_centre_is_half_a_pixel_in(scene_kit: Any, traced: Any, table_info: Any) -> None:
    camera = scene_kit.looking((0, -2, 0), (0, 0, 0), 40, 30, 50.0)
    (point,) = camera.unproject(np.array([[20.5, 12.5]]), np.array([1.95]))
    ball = scene_kit.instance(
        "ball/0",
        scene_kit.shapes.box(0.4, 0.1, 0.4),
        scene_kit.pose_at(0, 0, -0.2),
        keypoints=(Keypoint("k", tuple(point + [0, 0, 0.2])),),
    )
    scene = scene_kit.scene(camera, [ball])
    stored = told([annotate(traced(scene), scene, scene_kit.sample(scene))])
    line = files(table_info, stored, task="pose")["labels/00000000.txt"]
    *_, x, y, v = map(float, line.split())
    assert (x * 40, y * 30, v) == pytest.approx((20.5, 12.5, 2), abs=1e-5)


def test_a_class_without_keypoints_and_a_set_without_any(table_info: Any, table_records: list[Any]) -> None:
    records = [{**r, "annotations": [{**a, "keypoints": []} for a in r["annotations"]]} for r in told(table_records)]
    made = files(table_info, records, task="pose")
    data = yaml.safe_load(made["data.yaml"])
    assert (data["kpt_shape"], data["flip_idx"]) == ([0, 3], [])
    assert "no object of this set has keypoints" in made["data.yaml"].lower()
    assert {len(line.split()) for line in made["labels/00000001.txt"].splitlines()} == {5}


def test_sides_change_places_in_a_mirror() -> None:
    names = ["nose", "left_eye", "right_eye", "ear_right", "ear_left", "left_over", "leftmost"]
    assert flipped(names) == [0, 2, 1, 4, 3, 5, 6]


def test_oriented_boxes_are_the_smallest(make_dataset: Make, table_records: list[Any]) -> None:
    import cv2

    folder = make_dataset({"yolo": {"task": "obb"}})
    dataset = read(folder, is_obb=True)
    for path, _, found in dataset:
        record = table_records[int(Path(path).stem)]
        told_here = rows(folder, record.index)
        for corners, row, label in zip(found.data["xyxyxyxy"], told_here, record.annotations, strict=True):
            assert np.ravel(corners / (WIDTH, HEIGHT)) == pytest.approx(row[1:], abs=EXACT)
            y, x = np.nonzero(label.full_mask(HEIGHT, WIDTH))
            pixels = np.concatenate([np.stack((x + i, y + j), axis=1) for i in (0, 1) for j in (0, 1)])
            sides = np.roll(corners, -1, axis=0) - corners
            assert np.sum(sides * np.roll(sides, 1, axis=0), axis=1) == pytest.approx(np.zeros(4), abs=1e-2)
            turns = sides[:, None, 0] * (pixels[:, 1] - corners[:, None, 1])
            turns -= sides[:, None, 1] * (pixels[:, 0] - corners[:, None, 0])
            assert turns.min() >= -1e-2  # every corner of every pixel is inside, to float32
            assert turns.min(axis=1) == pytest.approx(np.zeros(4), abs=1e-2)  # and each side touches one
            (_, (w, h), _) = cv2.minAreaRect(pixels.astype(np.float32))
            area = float(np.linalg.norm(sides[0]) * np.linalg.norm(sides[1]))
            assert area == pytest.approx(w * h, rel=1e-4)


def _with_mask(stored: dict[str, Any], mask: np.ndarray) -> dict[str, Any]:
    ys, xs = np.nonzero(mask)
    box = [int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1]
    rle = encode_mask(mask).decode()
    return {**stored, "annotations": [{**stored["annotations"][0], "rle": rle, "box": box}]}


def test_an_upright_oriented_box_is_the_tight_box(table_info: Any, table_records: list[Any]) -> None:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[20:31, 40:52] = True
    made = files(table_info, [_with_mask(told(table_records[:1])[0], mask)], task="obb")
    row = [float(word) for word in made["labels/00000000.txt"].split()]
    corners = np.reshape(row[1:], (4, 2)) * (WIDTH, HEIGHT)
    assert corners == pytest.approx(np.array([(40, 20), (52, 20), (52, 31), (40, 31)]), abs=EXACT * WIDTH)


def test_an_oriented_box_larger_than_the_picture_stays_readable(table_info: Any, table_records: list[Any]) -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    mask = np.abs((x + 0.5) / WIDTH - (y + 0.5) / HEIGHT) < 0.05  # a bar from corner to corner
    made = files(table_info, [_with_mask(told(table_records[:1])[0], mask)], task="obb")
    row = [float(word) for word in made["labels/00000000.txt"].split()]
    assert all(0 <= number <= 1 for number in row[1:])
    assert "corners outside the picture" in " ".join(Yolo(table_info, {"task": "obb"}).losses())


def test_pictures_without_objects_have_empty_files(table_info: Any, table_records: list[Any]) -> None:
    only = Selection({"ball": ClassUse(use="drop"), "crate": ClassUse(use="ignore")})
    for task in ("detect", "segment", "pose", "obb"):
        made = files(table_info, told(table_records), only, task=task)
        assert [made[f"labels/{k:08d}.txt"] for k in range(3)] == ["", "", ""]
        assert yaml.safe_load(made["data.yaml"])["names"] == {}


def test_classes_are_counted_from_0_in_the_order_of_their_ids(table_info: Any, table_records: list[Any]) -> None:
    turned = Selection({"ball": ClassUse("round thing", 70), "crate": ClassUse(id=30)})
    made = files(table_info, told(table_records), turned)
    assert yaml.safe_load(made["data.yaml"])["names"] == {0: "crate", 1: "round thing"}
    for record in table_records:
        first = [line.split()[0] for line in made[f"labels/{record.index:08d}.txt"].splitlines()]
        assert first == [{"ball": "1", "crate": "0"}[a.class_name] for a in record.annotations]


NAMES = ["a: b", '"quoted" \\ back', "# no comment", "null", "1.0", "日本 🎲", "tab\tand\nline\x85\x07", " [x] "]


def test_names_are_names_whatever_they_hold(table_info: Any) -> None:
    classes = tuple(SceneClass(k + 1, name, "", "#e69f00") for k, name in enumerate(NAMES))
    made = files(replace(table_info, classes=classes), [])
    assert list(yaml.safe_load(made["data.yaml"])["names"].values()) == NAMES
    assert yaml.safe_load(quoted("yes")) == "yes"


def test_parts_are_lists_of_pictures(table_info: Any, table_records: list[Any]) -> None:
    whole = files(table_info, told(table_records))
    data = yaml.safe_load(whole["data.yaml"])
    assert (data["train"], data["val"], "test" in data, "path" in data) == ("train.txt", "train.txt", False, False)
    assert whole["train.txt"].splitlines() == [f"./images/{k:08d}.png" for k in range(3)]
    records = [{**told(table_records)[0], "index": k, "key": f"{k:08d}-key"} for k in range(200)]
    split = Selection(split=Split((0.5, 0.3, 0.2)))
    made = files(table_info, records, split)
    data = yaml.safe_load(made["data.yaml"])
    parts = {part: made[data[part]].splitlines() for part in ("train", "val", "test")}
    assert sorted(line for lines in parts.values() for line in lines) == [f"./images/{k:08d}.png" for k in range(200)]
    view = View(table_info, split)
    for record in records:
        assert f"./images/{record['index']:08d}.png" in parts[view.apply(record)["part"]]
    alone = files(table_info, records, Selection(split=Split((0.5, 0.0, 0.5))))
    data = yaml.safe_load(alone["data.yaml"])
    assert (data["train"], data["val"], data["test"]) == ("train.txt", "train.txt", "test.txt")


@pytest.mark.parametrize("task", ["detect", "segment", "pose", "obb"])
def test_an_export_has_the_bytes_of_a_render_and_is_verified(make_dataset: Make, tmp_path: Path, task: str) -> None:
    rendered = make_dataset({"yolo": {"task": task}, "raw": {}})
    assert verify(rendered).findings == ()
    exported = tmp_path / "out"
    export_dataset(ExportWanted(make_dataset(name="other"), exported, "yolo", {"task": task}))
    made = [*exported.glob("images/*"), *exported.glob("labels/*"), exported / "data.yaml", exported / "train.txt"]
    assert len(made) == 8
    for path in made:
        assert path.read_bytes() == (rendered / path.relative_to(exported)).read_bytes()


def test_a_record_without_its_picture_is_refused(table_info: Any, table_records: list[Any]) -> None:
    record = table_records[0]
    blind = replace(record, frame=replace(record.frame, rgb=None))
    assert Yolo(table_info).obstacles(record) == ()
    assert "picture" in Yolo(table_info).obstacles(blind)[0]


ORACLES = os.environ.get("MYRIORAMA_ORACLES", "")


@pytest.mark.long
@pytest.mark.skipif(not ORACLES, reason="MYRIORAMA_ORACLES names no interpreter that has ultralytics")
@pytest.mark.parametrize("task", ["detect", "segment", "pose", "obb"])
def test_ultralytics_reads_every_label(make_dataset: Make, table_records: list[Any], tmp_path: Path, task: str) -> None:
    """Its own loader, in an interpreter of its own, says what it read; a warning of it is a fault."""
    folder = make_dataset({"yolo": {"task": task, "min_iou": 1.0}})
    reader = Path(__file__).parents[2] / "oracles" / "read_yolo.py"
    done = subprocess.run(
        [ORACLES, str(reader), str(folder / "data.yaml"), task],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "true", "MPLCONFIGDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    read_by_it = json.loads(done.stdout.splitlines()[-1])
    assert read_by_it["complaints"] == []
    assert list(read_by_it["names"].values()) == ["ball", "crate"]
    assert [Path(s["picture"]).stem for s in read_by_it["train"]] == ["00000000", "00000001", "00000002"]
    for sample, record in zip(read_by_it["train"], table_records, strict=True):
        labels = record.annotations
        assert sample["classes"] == [a.class_id - 1 for a in labels]
        if task != "obb":
            boxes = [((b.x + b.w / 2), (b.y + b.h / 2), b.w, b.h) for b in (a.box for a in labels)]
            got = np.array(sample["boxes"]) * (WIDTH, HEIGHT, WIDTH, HEIGHT)
            assert got == pytest.approx(np.array(boxes), abs=1e-4)
        if task in ("segment", "obb"):
            expected = [row[1:] for row in rows(folder, record.index)]
            for got, row in zip(sample["segments"], expected, strict=True):
                assert np.ravel(got) == pytest.approx(row, abs=EXACT)
        if task == "pose":
            for got, row in zip(sample["keypoints"], rows(folder, record.index), strict=True):
                assert np.ravel(got) == pytest.approx(row[5:], abs=EXACT)
