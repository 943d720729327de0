"""Label Studio's tasks, read by a second reader made from its public description, and by its SDK where that is."""

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
from defusedxml import ElementTree

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.selection import ALL, ClassUse, Selection, View, ViewedRecords
from myriorama.plugins.writers._brush import brush_code
from myriorama.plugins.writers.label_studio import LabelStudio
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.labels.stored import record_to_json

Make = Callable[..., Path]
HEIGHT, WIDTH = 72, 96


def told(records: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(record_to_json(r, {}))) for r in records]


def written(info: Any, records: list[dict[str, Any]], selection: Selection = ALL, **values: Any) -> tuple[Any, Any]:
    """The tasks and the tree of the configuration."""
    view = View(info, selection)
    files = LabelStudio(view.info, values).whole_files(ViewedRecords(records, view))  # type: ignore[arg-type]
    made = {file.path: b"".join(file.chunks) for file in files}
    return json.loads(made["label_studio/tasks.json"]), ElementTree.fromstring(made["label_studio/config.xml"])


def decoded(code: list[int]) -> np.ndarray:
    """The bytes of a packed picture, bit by bit as rle-pack's description has it: both kinds of blocks."""
    bits = "".join(f"{byte:08b}" for byte in code)
    at = 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        assert at <= len(bits)
        return int(bits[at - count : at], 2)

    total, word = take(32), take(5) + 1
    sizes = [take(4) + 1 for _ in range(4)]
    out: list[int] = []
    while len(out) < total:
        repeated = take(1)
        count = take(sizes[take(2)]) + 1
        out += [take(word)] * count if repeated else [take(word) for _ in range(count)]
    assert len(out) == total
    assert len(bits) - at < 8
    return np.array(out, dtype=np.uint8)


def shapes_of(task: Any, kind: str) -> list[Any]:
    return [row for row in task["annotations"][0]["result"] if row["type"] == kind]


def test_brush_masks_are_the_masks(table_info: Any, table_records: list[Any]) -> None:
    tasks, _ = written(table_info, told(table_records))
    for task, record in zip(tasks, table_records, strict=True):
        assert task["data"]["image"] == f"/data/local-files/?d=images/{record.index:08d}.png"
        assert task["data"]["sample_key"] == record.key
        rows = shapes_of(task, "brushlabels")
        for row, a in zip(rows, record.annotations, strict=True):
            assert (row["original_width"], row["original_height"], row["image_rotation"]) == (WIDTH, HEIGHT, 0)
            assert row["value"]["brushlabels"] == [a.class_name]
            assert row["meta"]["text"] == [a.instance_key]
            picture = decoded(row["value"]["rle"]).reshape(HEIGHT, WIDTH, 4)
            assert set(np.unique(picture)) <= {0, 255}
            for channel in range(4):
                assert np.array_equal(picture[:, :, channel] > 0, a.full_mask(HEIGHT, WIDTH))
        ids = [row["id"] for row in task["annotations"][0]["result"]]
        assert len(set(ids)) == len(ids)
        assert {row["parentID"] for row in task["annotations"][0]["result"] if "parentID" in row} <= set(ids)


@pytest.mark.parametrize("seed", range(12))
def test_any_mask_is_packed_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = (int(v) for v in rng.integers(1, 60, 2)) if seed % 2 else (300, 400)
    mask = rng.random((height, width)) < rng.choice([0.02, 0.5, 0.98])
    if seed % 3 == 0:
        mask[: height // 2] = True  # runs over several rows
        mask[height // 2 :, ::2] = False
    mask[0, 0] = True
    ys, xs = np.nonzero(mask)
    x, y, w, h = int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1
    code = brush_code(mask[y : y + h, x : x + w], (x, y, w, h), height, width)
    assert np.array_equal(decoded(code).reshape(height, width, 4)[:, :, 0] == 255, mask)


def test_a_full_picture_and_very_long_runs() -> None:
    mask = np.ones((480, 640), dtype=bool)
    assert (decoded(brush_code(mask, (0, 0, 640, 480), 480, 640)) == 255).all()
    lone = decoded(brush_code(np.ones((1, 1), dtype=bool), (639, 479, 1, 1), 480, 640)).reshape(480, 640, 4)
    assert (lone[479, 639] == 255).all()
    assert np.count_nonzero(lone) == 4


def test_boxes_are_percent_of_the_picture(table_info: Any, table_records: list[Any]) -> None:
    tasks, config = written(table_info, told(table_records), shapes="box")
    assert config.find("RectangleLabels") is not None
    for task, record in zip(tasks, table_records, strict=True):
        for row, a in zip(shapes_of(task, "rectanglelabels"), record.annotations, strict=True):
            mask = a.full_mask(HEIGHT, WIDTH)
            columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
            value = row["value"]
            corners = (value["x"], value["y"], value["x"] + value["width"], value["y"] + value["height"])
            in_px = [v * s / 100 for v, s in zip(corners, (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True)]
            assert in_px == pytest.approx([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], abs=1e-9)


def test_outlines_fill_the_masks_at_pixel_centres(table_info: Any, table_records: list[Any]) -> None:
    import cv2

    tasks, _ = written(table_info, told(table_records), shapes="polygon")
    grid = 16  # cv2 fills between whole numbers: a grid so fine tells half a pixel from none
    for task, record in zip(tasks, table_records, strict=True):
        filled: dict[str, np.ndarray] = {}
        for row in shapes_of(task, "polygonlabels"):
            corners = np.array(row["value"]["points"]) * (WIDTH, HEIGHT) / 100 * grid
            canvas = np.zeros((HEIGHT * grid, WIDTH * grid), dtype=np.uint8)
            cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], 1)
            centres = canvas[grid // 2 :: grid, grid // 2 :: grid].astype(bool)
            key = row.get("parentID", row["id"])
            filled[key] = filled.get(key, np.zeros_like(centres)) | centres
        for a in record.annotations:
            mask, found = a.full_mask(HEIGHT, WIDTH), filled[f"{a.instance}-0"]
            assert (mask & found).sum() / (mask | found).sum() > 0.97


def test_keypoints_are_percent_from_the_corner(table_info: Any, table_records: list[Any]) -> None:
    tasks, config = written(table_info, told(table_records))
    names = {row.get("value") for row in config.find("KeyPointLabels").iter("Label")}
    count = 0
    for task, record in zip(tasks, table_records, strict=True):
        rows = iter(shapes_of(task, "keypointlabels"))
        for a in record.annotations:
            for k in (k for k in a.keypoints if k.v):
                row = next(rows)
                count += 1
                assert row["value"]["keypointlabels"] == [k.name]
                assert k.name in names
                assert row["parentID"] == f"{a.instance}-0"
                assert row["meta"]["text"] == [{1: "hidden", 2: "seen"}[k.v]]
                found = (row["value"]["x"] * WIDTH / 100, row["value"]["y"] * HEIGHT / 100)
                assert found == pytest.approx((k.x, k.y), abs=1e-9)
        assert next(rows, None) is None
    assert count > 4


def test_the_configuration_names_what_the_tasks_use(table_info: Any, table_records: list[Any]) -> None:
    chosen = Selection({"crate": ClassUse(use="ignore"), "ball": ClassUse('"round" <thing>')})
    tasks, config = written(table_info, told(table_records), chosen, keypoints=False, prefix="s3://bucket/")
    labels = [row.get("value") for row in config.find("BrushLabels").iter("Label")]
    assert labels == ['"round" <thing>', "ignored"]
    used = {row["value"]["brushlabels"][0] for task in tasks for row in task["annotations"][0]["result"]}
    assert used == set(labels)
    assert tasks[0]["data"]["image"] == "s3://bucket/images/00000000.png"
    assert {row["from_name"] for task in tasks for row in task["annotations"][0]["result"]} == {"label"}
    assert config.find("BrushLabels").get("name") == "label"
    assert config.find("Image").get("value") == "$image"


def test_predictions(table_info: Any, table_records: list[Any]) -> None:
    tasks, _ = written(table_info, told(table_records), role="predictions")
    assert all("annotations" not in task for task in tasks)
    assert tasks[0]["predictions"][0]["model_version"] == "myriorama"
    plain, _ = written(table_info, told(table_records))
    assert [t["predictions"][0]["result"] for t in tasks] == [t["annotations"][0]["result"] for t in plain]


def test_an_empty_set_and_names_that_xml_cannot_hold(table_info: Any, table_records: list[Any]) -> None:
    assert written(table_info, [])[0] == []
    odd = replace(table_info, classes=(SceneClass(1, "bell \x07", "", "#e69f00"),))
    assert "control characters" in LabelStudio(odd).obstacles(table_records[0])[0]


def test_an_export_has_the_bytes_of_a_render_and_is_verified(make_dataset: Make, tmp_path: Path) -> None:
    rendered = make_dataset({"label_studio": {}, "raw": {}})
    assert verify(rendered).findings == ()
    export_dataset(ExportWanted(make_dataset(name="other"), tmp_path / "out", "label_studio"))
    for name in ("label_studio/tasks.json", "label_studio/config.xml", "images/00000002.png"):
        assert (tmp_path / "out" / name).read_bytes() == (rendered / name).read_bytes()


ORACLE = os.environ.get("MYRIORAMA_LABEL_ORACLES", "")


@pytest.mark.long
@pytest.mark.skipif(not ORACLE, reason="MYRIORAMA_LABEL_ORACLES names no interpreter that has label-studio-sdk")
@pytest.mark.parametrize("values", [{}, {"shapes": "polygon"}, {"shapes": "box"}, {"role": "predictions"}], ids=str)
def test_its_own_sdk_reads_every_mask(make_dataset: Make, table_records: list[Any], values: dict[str, str]) -> None:
    folder = make_dataset({"label_studio": values})
    reader = Path(__file__).parents[2] / "oracles" / "read_label_studio.py"
    command = [ORACLE, str(reader), str(folder / "label_studio")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["complaints"] == []
    assert found["valid"] == [True] * 3
    assert found["tags"]["label"]["labels"] == ["ball", "crate"]
    masks = [a.full_mask(HEIGHT, WIDTH) for r in table_records for a in r.annotations]
    wanted = [np.flatnonzero(np.diff(np.pad(m.ravel(order="F").astype(int), 1))).tolist() for m in masks]
    assert found["masks"] == (wanted if "shapes" not in values else [])
